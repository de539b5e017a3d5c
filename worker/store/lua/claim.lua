-- What a text is to those that were claimed before it: an exact or near copy, a version, or new. See verdict.py.
--
-- `prepare` reads all that the documents of one call need, and gives numbers to those that will have records; `decide` is
-- then asked for one after the other, and `remember` writes what it says.

-- The document whose next version this is, if any.
local function predecessor(index, document)
  for _, name in ipairs(document.names) do
    local head = index.heads[name]
    if head then
      if document.by_file and head.id ~= document.id then
        local record = record_of(index, head.record)
        if not record or not document.sketch or not alike(document, record, 0) then return nil end
      end
      return head
    end
  end
  return nil
end

local function succession(index, document, verdict)
  local head = predecessor(index, document)
  if not head then return nil end
  if head.id == document.id then
    verdict.version, verdict.replaces = head.version, head.replaces
  elseif head.earliest > 0 and document.latest > 0 and document.latest <= head.earliest then
    verdict.superseded = true
  else
    verdict.version, verdict.replaces = head.version + 1, head.owner
  end
  return head
end

-- Whether the first of a family is an earlier version of the same document, and no other text.
local function is_own_family(index, head, root)
  if not head then return false end
  if root.id == head.id or (head.replaces ~= '' and root.id == id_of(head.replaces)) then return true end
  local record = record_of(index, head.record)
  if not record or record.flags ~= UNMARKED then return false end
  local of_head = root_of(index, record)
  return of_head ~= nil and of_head.id == root.id
end

-- How similar a text is to the first of its family, as far as that is still known.
local function similarity_to(index, document, root, known, otherwise)
  local record = record_of(index, root.number)
  if not record or record.id ~= root.id then return otherwise end
  if known[record.number] then return known[record.number] end
  local _, similarity = alike(document, record, 0)
  return similarity
end

-- The family of a text that has its line: the one that this names, else none but its own document's.
local function family_of_line(index, document, families, head, chosen)
  local of = document.told.of
  if of ~= '' then
    local root = root_of(index, {root = 0, root_owner = of}) or {number = 0, owner = of, id = of}
    for _, family in pairs(families) do
      if family.root.id == root.id then return family end
    end
    return {root = root, similarity = 1}
  end
  return chosen and is_own_family(index, head, chosen.root) and chosen or nil
end

-- What an exact copy repeats: the first of the family, which may have other words.
local function decide_copy(index, document, verdict)
  local original = document.original
  local root = root_of(index, original)
  if not root or root.id == original.id then
    verdict.kind, verdict.of, verdict.similarity = 'exact', original.owner, 1
  else
    verdict.kind, verdict.of = 'near', root.owner
    verdict.similarity = rounded(similarity_to(index, original, root, NONE, 1))
  end
end

local function is_earlier(root, other)
  if root.number ~= other.number then return root.number < other.number end
  return root.id < other.id
end

local function decide_new(index, document, verdict)
  local found = neighbours(index, document)
  local families, shared = found.families, found.shared
  local chosen
  for _, family in pairs(families) do
    if not chosen or is_earlier(family.root, chosen.root) then chosen = family end
  end
  local head = succession(index, document, verdict)
  if document.told then chosen = family_of_line(index, document, families, head, chosen) end
  if chosen then
    for id, family in pairs(families) do
      if id ~= chosen.root.id then
        verdict.found = verdict.found or {}
        table.insert(verdict.found, {family.root.owner, chosen.root.owner})
        table.insert(document.joins, {id = id, root = chosen.root})
      end
    end
  end
  if chosen and chosen.root.id ~= document.id then
    document.root, document.root_owner = chosen.root.number, chosen.root.owner
    if not (document.told and document.told.of ~= '') and is_own_family(index, head, chosen.root) then
      document.flags = UNMARKED
    else
      verdict.kind, verdict.of = 'near', chosen.root.owner
      verdict.similarity = rounded(similarity_to(index, document, chosen.root, found.similarities, chosen.similarity))
    end
  end
  for _, partner in ipairs(shared) do
    if not (chosen and partner.root.id == chosen.root.id) then
      verdict.shared = verdict.shared or {}
      table.insert(verdict.shared, {partner.record.owner, rounded(partner.share), partner.record.number})
    end
  end
end

-- The verdict as text. What it means for the index is in the document.
local function decide(index, document)
  if not document.fingerprint then return '' end
  if document.own then return document.own.verdict end
  local verdict = {}
  document.joins = {}
  if document.original then
    decide_copy(index, document, verdict)
  else
    decide_new(index, document, verdict)
  end
  document.version, document.replaces = verdict.version or 1, verdict.replaces or ''
  document.is_late = verdict.superseded
  local told = document.told
  if told then
    document.version, document.replaces, document.is_late = told.version, told.replaces, told.late
  end
  if verdict.replaces == '' then verdict.replaces = nil end
  if verdict.version == 1 then verdict.version = nil end
  local text = next(verdict) and cjson.encode(verdict) or ''
  if document.number then document.verdict = text end
  return text
end

-- Makes this the current version of what its names say, unless a later one is.
local function remember_version(index, document)
  local names, record = {}, document.number or document.original.number
  for _, name in ipairs(document.names) do
    local head = index.heads[name]
    local is_newer = not head or (document.number and (not document.told or document.version >= head.version))
    if is_newer and not document.is_late then table.insert(names, name) end
  end
  write_heads(index, names, {
    record = record, version = document.version, earliest = document.earliest, latest = document.latest,
    owner = document.owner, id = document.id, replaces = document.replaces,
  })
end

local function remember(index, document)
  if not document.fingerprint or document.own then return end
  if document.number then
    write_record(index, document)
    write_exact(index, document.fingerprint, document)
    write_keys(index, document)
    for _, join in ipairs(document.joins) do write_joined(index, join.id, join.root) end
  end
  remember_version(index, document)
end
