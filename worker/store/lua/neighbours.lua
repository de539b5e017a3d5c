-- Everything that the documents of one call need is read, and each new text is compared with what is like it.

local VERIFIED_MAX, CONSIDERED_MAX, SHARED_MAX, OF_FAMILY_MAX = 8, 24, 5, 3

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
