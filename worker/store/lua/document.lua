-- A document as the scripts have it, and whose text it has.
--
-- It is a table: id, owner, fingerprint, day, earliest, latest, by_file, names, keys, stored (how many of the keys), sketch,
-- and `told` where its line says already what it is. claim.py says how it is packed.

local EXACT_ENTRY_BYTES = 8
local NONE = {}
local KEY_FORMATS = setmetatable({}, {__index = function(formats, count)
  formats[count] = string.rep('c4', count)
  return formats[count]
end})

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
