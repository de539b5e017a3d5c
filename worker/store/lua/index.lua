-- What is remembered of texts, read and written by the scripts that stand behind this in one body. All numbers are little-endian.
--
-- Under the prefix P, for each generation G (see index.py):
--
--   P exact:G      hash  fingerprint (16 bytes) -> the texts that have it, oldest first: [record 4, day 4] each
--   P versions:G   hash  name of a document (8 bytes) -> its current version: [record 4, version 4, earliest 4,
--                        latest 4, length of owner 1], owner, owner of the version before or nothing
--   P records:G    hash  number (4 bytes) -> [day 4, flags 1, root 4, lengths of owner 1, root 1, verdict 2],
--                        owner, root's owner (nothing: it is itself the first of its family), verdict, sketch
--   P joined:G     hash  id of the first of a family -> [record 4], owner: of the first of that which it has joined;
--                        or nothing: that document is to be done again, and its family with it
--   P keys:E       hash, for each era E: key of a text (4 bytes) -> [number 4] of the one record that has it, or for
--                        each family that does [number 4, number of the family's first 4], the latest last
--   P index        hash  next: number of the next record; first:G: number of a generation's first record;
--                        joined: set where any family has joined another
--
-- Records have numbers that rise in the order of the claims. Sketches and their keys are described in dedupe/sketch.py. An
-- era is some generations long: with fewer hashes there are fewer to ask for the many keys of each text.

local call, sub, byte, floor = redis.call, string.sub, string.byte, math.floor
local s_pack, s_unpack = struct.pack, struct.unpack
local AT_ONCE = 32 -- fields; with many more, each of them costs Redis twice as much
local ID_LENGTH = 26
local UNMARKED = 1

-- The fields of a hash, as a table from field to value; absent ones are left out.
local function read_fields(key, fields, into)
  for first = 1, #fields, AT_ONCE do
    local last = math.min(first + AT_ONCE - 1, #fields)
    local values = call('HMGET', key, unpack(fields, first, last))
    for place = first, last do
      local value = values[place - first + 1]
      if value then into(fields[place], value) end
    end
  end
end

local function open_index(prefix, generations)
  local index = {
    prefix = prefix, generations = generations, eras = call('LRANGE', prefix .. 'eras', 0, -1), keys = {}, parsed = {}, firsts = {}, next = 1, joined = {}, records = {}, exact = {},
    exact_newest = {}, heads = {},
  }
  local row = call('HGETALL', prefix .. 'index')
  local values = {}
  for place = 1, #row, 2 do values[row[place]] = row[place + 1] end
  index.next = tonumber(values['next'])
  if not index.next or #generations == 0 or #index.eras == 0 then return nil end
  index.any_joined = values['joined'] ~= nil
  local later = index.next
  for place, name in ipairs(generations) do
    later = tonumber(values['first:' .. name] or later)
    index.firsts[place] = later
  end
  index.oldest = later
  index.keys_of = {}
  for place, era in ipairs(index.eras) do index.keys_of[place] = prefix .. 'keys:' .. era end
  index.keys_newest = index.keys_of[1]
  index.is_begun = values['first:' .. generations[1]] ~= nil
  return index
end

-- Raises, before anything is written, where a key that will be written is of another type.
local function check_types(index)
  for _, kind in ipairs({'exact:', 'records:', 'versions:', 'joined:'}) do
    call('HLEN', index.prefix .. kind .. index.generations[1])
  end
  for _, key in ipairs(index.keys_of) do call('HLEN', key) end
end

local function id_of(owner) return sub(owner, 1, ID_LENGTH) end

local function parsed_record(number, raw)
  local day, flags, root, n_owner, n_root, n_verdict = s_unpack('<I4BI4BBH', raw)
  local at = 14
  local record = {number = number, day = day, flags = flags, root = root}
  record.owner = sub(raw, at, at + n_owner - 1)
  record.id = id_of(record.owner)
  at = at + n_owner
  record.root_owner = sub(raw, at, at + n_root - 1)
  at = at + n_root
  record.verdict = sub(raw, at, at + n_verdict - 1)
  record.sketch = sub(raw, at + n_verdict)
  return record
end

-- Reads the records of these numbers into the index. Numbers are below the oldest generation where that has gone.
local function read_records(index, numbers)
  local wanted = {}
  for _, number in ipairs(numbers) do
    if index.records[number] == nil then
      index.records[number] = false
      for place, first in ipairs(index.firsts) do
        if number >= first then
          wanted[place] = wanted[place] or {}
          table.insert(wanted[place], s_pack('<I4', number))
          break
        end
      end
    end
  end
  for place, fields in pairs(wanted) do
    read_fields(index.prefix .. 'records:' .. index.generations[place], fields, function(field, raw)
      local number = s_unpack('<I4', field)
      index.records[number] = parsed_record(number, raw)
    end)
  end
end

-- The first of the family that `record` belongs to: number and owner. Nothing where that one is to be done again.
local function root_of(index, record)
  local root = record
  if record.root_owner ~= '' then root = {number = record.root, owner = record.root_owner, id = id_of(record.root_owner)} end
  local seen = {}
  while index.joined[root.id] do
    root = index.joined[root.id]
    if root.dissolved or seen[root.id] then return nil end
    seen[root.id] = true
  end
  return root
end

-- Reads which of the families with these first documents (id -> true) have joined others, and those again.
local function read_joined_of(index, ids)
  while index.any_joined and next(ids) do
    local fields, further = {}, {}
    for id in pairs(ids) do
      if index.joined[id] == nil then
        index.joined[id] = false
        table.insert(fields, id)
      end
    end
    for _, name in ipairs(index.generations) do
      read_fields(index.prefix .. 'joined:' .. name, fields, function(id, raw)
        if index.joined[id] then return end
        if raw == '' then
          index.joined[id] = {dissolved = true}
        else
          local owner = sub(raw, 5)
          index.joined[id] = {number = s_unpack('<I4', raw), owner = owner, id = id_of(owner)}
          further[id_of(owner)] = true
        end
      end)
    end
    ids = further
  end
end

-- The same for the families of these records.
local function read_joined(index, records)
  local ids = {}
  for _, record in ipairs(records) do
    ids[record.root_owner ~= '' and id_of(record.root_owner) or record.id] = true
  end
  read_joined_of(index, ids)
end

local function read_exact(index, documents)
  local fields, seen = {}, {}
  for _, document in ipairs(documents) do
    local print = document.fingerprint
    if print and not seen[print] then
      seen[print] = true
      table.insert(fields, print)
    end
  end
  for place = #index.generations, 1, -1 do
    read_fields(index.prefix .. 'exact:' .. index.generations[place], fields, function(print, raw)
      index.exact[print] = (index.exact[print] or '') .. raw
      if place == 1 then index.exact_newest[print] = raw end
    end)
  end
end

local function parsed_head(raw)
  local record, version, earliest, latest, length = s_unpack('<I4I4I4I4B', raw)
  local owner = sub(raw, 18, 17 + length)
  return {
    record = record, version = version, earliest = earliest, latest = latest, owner = owner, id = id_of(owner),
    replaces = sub(raw, 18 + length),
  }
end

local function read_heads(index, documents)
  local names, seen = {}, {}
  for _, document in ipairs(documents) do
    for _, name in ipairs(document.names or {}) do
      if not seen[name] then
        seen[name] = true
        table.insert(names, name)
      end
    end
  end
  for _, generation in ipairs(index.generations) do
    read_fields(index.prefix .. 'versions:' .. generation, names, function(name, raw)
      if not index.heads[name] then index.heads[name] = parsed_head(raw) end
    end)
  end
end

local function write_record(index, record)
  local owner, root, verdict = record.owner, record.root_owner, record.verdict
  local raw = s_pack('<I4BI4BBH', record.day, record.flags, record.root, #owner, #root, #verdict)
    .. owner .. root .. verdict .. record.sketch
  call('HSET', index.prefix .. 'records:' .. index.generations[1], s_pack('<I4', record.number), raw)
end

local function write_exact(index, print, record)
  local newest = (index.exact_newest[print] or '') .. s_pack('<I4I4', record.number, record.day)
  index.exact_newest[print] = newest
  call('HSET', index.prefix .. 'exact:' .. index.generations[1], print, newest)
end

local function write_heads(index, names, head)
  local raw = s_pack('<I4I4I4I4B', head.record, head.version, head.earliest, head.latest, #head.owner)
    .. head.owner .. head.replaces
  local pairs_of = {}
  for _, name in ipairs(names) do
    index.heads[name] = head
    table.insert(pairs_of, name)
    table.insert(pairs_of, raw)
  end
  if #pairs_of > 0 then call('HSET', index.prefix .. 'versions:' .. index.generations[1], unpack(pairs_of)) end
end

local function write_joined(index, id, root)
  index.joined[id] = root
  local raw = root.dissolved and '' or s_pack('<I4', root.number) .. root.owner
  call('HSET', index.prefix .. 'joined:' .. index.generations[1], id, raw)
  if not index.any_joined then
    index.any_joined = true
    call('HSET', index.prefix .. 'index', 'joined', '1')
  end
end

-- To be called once, before the first record of a call is written.
local function write_numbers(index, next_number)
  local fields = {'next', string.format('%d', next_number)}
  if not index.is_begun then
    table.insert(fields, 'first:' .. index.generations[1])
    table.insert(fields, string.format('%d', index.next))
  end
  call('HSET', index.prefix .. 'index', unpack(fields))
end
