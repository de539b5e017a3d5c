-- What a text is to those that were claimed before it: an exact or near copy, a version, or new. See verdict.py.
--
-- A document is a table: id, owner, fingerprint, day, earliest, latest, by_file, names, sketch, and `told` where its
-- line says already what it is. `prepare` reads all that the documents of one call need, and gives numbers to those
-- that will have records; `decide` is then asked for one after the other, and `remember` writes what it says.

local VERIFIED_MAX, CONSIDERED_MAX, SHARED_MAX, OF_FAMILY_MAX = 8, 24, 5, 3
local EXACT_ENTRY_BYTES = 8
local HOLDERS_MAX, COMMON_FAMILIES = 7, 4
local NONE = {}
local KEY_FORMATS = setmetatable({}, {__index = function(formats, count)
  formats[count] = string.rep('c4', count)
  return formats[count]
end})
local ARGUMENTS = {} -- used again and again: to make a table of that size costs as much as to fill it

-- The document whose claim are `length` bytes of `packed` from `first` on.
local function parsed_document(id, owner, packed, first, length)
  local document = {id = id, owner = owner}
  if length == 0 then return document end
  local day, earliest, latest, by_file, names, keys, stored = s_unpack('<I4I4I4BBBB', packed, first + 16)
  document.fingerprint = sub(packed, first, first + 15)
  document.day, document.earliest, document.latest, document.by_file = day, earliest, latest, by_file == 1
  document.names = {}
  document.keys, document.stored = NONE, stored
  local at = first + 32
  for place = 1, names do
    document.names[place] = sub(packed, at, at + 7)
    at = at + 8
  end
  if keys > 0 then
    document.keys = {s_unpack(KEY_FORMATS[keys], packed, at)}
    document.keys[keys + 1] = nil -- the place behind the last one
  end
  document.sketch = sub(packed, at + 4 * keys, first + length - 1)
  return document
end

local function record_of(index, number)
  return index.fresh[number] or index.records[number] or nil
end

local function is_near_in_time(index, day, other)
  return math.abs(day - other) <= index.window
end

-- The texts that are the same: number and day of each, the oldest first.
local function same_texts(index, document)
  local raw, found = index.exact[document.fingerprint] or '', {}
  for at = 1, #raw, EXACT_ENTRY_BYTES do
    local number, day = s_unpack('<I4I4', raw, at)
    table.insert(found, {number = number, day = day})
  end
  return found
end

-- Tells whose text a document has: `own` record, `original`, or neither; then it gets a number.
local function place_document(index, document, fresh)
  for _, text in ipairs(same_texts(index, document)) do
    local record = index.records[text.number]
    if record and record.id == document.id then
      if root_of(index, record) then document.own = record end
      break
    elseif record and not document.original and is_near_in_time(index, document.day, text.day) then
      document.original = record
    end
  end
  if document.own then
    document.original = nil
    return
  end
  for _, other in ipairs(fresh[document.fingerprint] or {}) do
    if not document.original and is_near_in_time(index, document.day, other.day) then document.original = other end
  end
  if document.original then return end
  document.number = index.next_number
  index.next_number = index.next_number + 1
  document.flags, document.root, document.root_owner, document.verdict = 0, 0, '', ''
  index.fresh[document.number] = document
  fresh[document.fingerprint] = fresh[document.fingerprint] or {}
  table.insert(fresh[document.fingerprint], document)
end

-- Which texts have the keys of a new one: of each family the latest, in `index.keys` by key.
local function read_keys(index, document)
  local keys, held_by = document.keys, index.keys
  local count = #keys
  if count == 0 then return end
  for place = #index.eras, 1, -1 do
    local values = call('HMGET', index.keys_of[place], unpack(keys))
    for at = 1, count do
      local raw = values[at]
      if raw then held_by[keys[at]] = raw end
    end
  end
end

-- The holders of a key, as {number, number of the first of the family}. Most keys of a text have the same ones, and
-- are parsed but once.
local function holders_of(index, key)
  local held = index.keys[key]
  if not held then return NONE end
  local parsed = index.parsed[held]
  if parsed then return parsed end
  parsed = {}
  if #held == 4 then
    local number = s_unpack('<I4', held)
    parsed[1] = {number, number}
  else
    for at = 1, #held, 8 do
      local number, root = s_unpack('<I4I4', held, at)
      table.insert(parsed, {number, root})
    end
  end
  index.parsed[held] = parsed
  return parsed
end

-- The texts that have most of a new one's keys, the best first; of equals the earlier.
local function rank(index, document)
  local numbers, hits
  for _, key in ipairs(document.keys) do
    if index.keys[key] then
      numbers, hits = numbers or {}, hits or {}
      for _, holder in ipairs(holders_of(index, key)) do
        local number = holder[1]
        if number >= index.oldest then
          if not hits[number] then table.insert(numbers, number) end
          hits[number] = (hits[number] or 0) + 1
        end
      end
    end
  end
  if not numbers then return NONE end
  table.sort(numbers, function(a, b)
    if hits[a] ~= hits[b] then return hits[a] > hits[b] end
    return a < b
  end)
  return numbers
end

-- Of the keys that a new text has in common with `record`: the share that texts of many other families have as well.
local function boilerplate(index, document, record)
  local common, all = 0, 0
  for _, key in ipairs(document.keys) do
    local held = holders_of(index, key)
    for _, holder in ipairs(held) do
      if holder[1] == record.number then
        all = all + 1
        if #held - 1 >= COMMON_FAMILIES then common = common + 1 end
        break
      end
    end
  end
  return all > 0 and common / all or 0
end

-- The holders of a key when a text of `family` has come to them.
local function with_others(index, key, number, family, alone)
  local packed = {}
  for _, holder in ipairs(holders_of(index, key)) do
    if holder[2] ~= family and holder[1] >= index.oldest then
      table.insert(packed, s_pack('<I4I4', holder[1], holder[2]))
    end
  end
  if #packed == 0 then return alone end
  table.insert(packed, s_pack('<I4I4', number, family))
  if #packed > HOLDERS_MAX then table.remove(packed, 1) end
  return table.concat(packed)
end

-- From now on a new text is found under its keys, for its family.
local function write_keys(index, document)
  if document.stored == 0 then return end
  local family = document.root_owner ~= '' and document.root or document.number
  local alone, keys, held_by, arguments = s_pack('<I4', document.number), document.keys, index.keys, ARGUMENTS
  if family ~= document.number then alone = s_pack('<I4I4', document.number, family) end
  local beside = {}
  for place = 1, document.stored do
    local key, raw = keys[place], alone
    local held = held_by[key]
    if held then
      if not beside[held] then beside[held] = with_others(index, key, document.number, family, alone) end
      raw = beside[held]
    end
    held_by[key] = raw
    arguments[2 * place - 1], arguments[2 * place] = key, raw
  end
  call('HSET', index.keys_newest, unpack(arguments, 1, 2 * document.stored))
end

local function prepare(index, documents)
  local fresh, wanted, records = {}, {}, {}
  index.fresh, index.next_number = {}, index.next
  read_exact(index, documents)
  read_heads(index, documents)
  for _, document in ipairs(documents) do
    for _, text in ipairs(document.fingerprint and same_texts(index, document) or {}) do table.insert(wanted, text.number) end
  end
  read_records(index, wanted)
  for _, number in ipairs(wanted) do
    if index.records[number] then table.insert(records, index.records[number]) end
  end
  read_joined(index, records)
  for _, document in ipairs(documents) do
    if document.fingerprint then place_document(index, document, fresh) end
  end
  if index.next_number > index.next then write_numbers(index, index.next_number) end
  wanted = {}
  for _, document in ipairs(documents) do
    if document.number then
      read_keys(index, document)
      local ranked = rank(index, document)
      for place = 1, math.min(#ranked, CONSIDERED_MAX) do table.insert(wanted, ranked[place]) end
    end
    for _, name in ipairs(document.names or {}) do
      if index.heads[name] then table.insert(wanted, index.heads[name].record) end
    end
  end
  read_records(index, wanted)
  records, wanted = {}, {}
  for _, record in pairs(index.records) do
    if record then table.insert(records, record) end
  end
  read_joined(index, records)
  for _, document in ipairs(documents) do
    if document.told and document.told.of ~= '' then read_joined_of(index, {[document.told.of] = true}) end
  end
  for _, record in ipairs(records) do
    local root = root_of(index, record)
    if root then table.insert(wanted, root.number) end
  end
  read_records(index, wanted)
end

local function rounded(share) return floor(share * 1000 + 0.5) / 1000 end

-- Compares a new text with an earlier one, and notes what comes of it.
local function verify(index, document, found, record, root)
  if found.verified == VERIFIED_MAX or (found.of_family[root.id] or 0) == OF_FAMILY_MAX then return end
  found.verified = found.verified + 1
  found.of_family[root.id] = (found.of_family[root.id] or 0) + 1
  local kind, similarity, share = alike(document, record, 0)
  if kind == 'near' or kind == 'shared' then
    local common = boilerplate(index, document, record)
    if common > 0 then kind, similarity, share = alike(document, record, common) end
  end
  found.similarities[record.number] = similarity
  if kind == 'near' or kind == 'exact' then
    local family = found.families[root.id]
    if not family then
      found.families[root.id] = {root = root, similarity = similarity}
    elseif similarity > family.similarity then
      family.similarity = similarity
    end
  elseif kind == 'shared' and #found.shared < SHARED_MAX then
    table.insert(found.shared, {record = record, root = root, share = share})
  end
end

-- The families that a new text is near to, and the texts that it only shares passages with.
local function neighbours(index, document)
  local ranked = rank(index, document)
  local found = {verified = 0, of_family = {}, families = {}, shared = {}, similarities = {}}
  for place = 1, math.min(#ranked, CONSIDERED_MAX) do
    local record = record_of(index, ranked[place])
    local root = record and record.id ~= document.id and is_near_in_time(index, document.day, record.day)
      and root_of(index, record)
    if root then
      verify(index, document, found, record, root)
    end
  end
  return found
end

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
