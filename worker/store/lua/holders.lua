-- Which texts have which keys, and which of them a new one is to be compared with.

local HOLDERS_MAX, COMMON_FAMILIES = 7, 4
local ARGUMENTS = {} -- used again and again: to make a table of that size costs as much as to fill it

-- Which texts have the keys of a new one: of each family the first and the latest, in `index.keys` by key.
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

-- The holders of a key, as {number, number of the first of the family}, and of how many `families` they are. Most keys
-- of a text have the same ones, and are parsed but once.
local function holders_of(index, key)
  local held = index.keys[key]
  if not held then return NONE end
  local parsed = index.parsed[held]
  if parsed then return parsed end
  parsed = {}
  if #held == 4 then
    local number = s_unpack('<I4', held)
    parsed[1] = {number, number}
    parsed.families = 1
  else
    local seen, families = {}, 0
    for at = 1, #held, 8 do
      local number, root = s_unpack('<I4I4', held, at)
      table.insert(parsed, {number, root})
      if not seen[root] then families, seen[root] = families + 1, true end
    end
    parsed.families = families
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
        if held.families - 1 >= COMMON_FAMILIES then common = common + 1 end
        break
      end
    end
  end
  return all > 0 and common / all or 0
end

-- The holders of a key when a text of `family` has come to them. Of its family the first stays beside it: the latest
-- alone may be a copy that was edited, and hide the one that the next text is a copy of.
local function with_others(index, key, number, family, alone)
  local packed, has_first = {}, false
  for _, holder in ipairs(holders_of(index, key)) do
    if holder[1] >= index.oldest and (holder[2] ~= family or not has_first) then
      table.insert(packed, s_pack('<I4I4', holder[1], holder[2]))
      has_first = has_first or holder[2] == family
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
