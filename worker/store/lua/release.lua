-- Gives back what a document has claimed: its bytes have changed, and no copy of the old ones must name it.
--
-- KEYS 1 generations  list    of the index, newest first
--      2 prefix       of the keys of the index, see index.lua
-- ARGV 1 fingerprint of the text, 2 id of the document

local index = open_index(KEYS[2], call('LRANGE', KEYS[1], 0, -1))
if not index then return 0 end
for _, generation in ipairs(index.generations) do
  local key = index.prefix .. 'exact:' .. generation
  local raw, kept = call('HGET', key, ARGV[1]) or '', ''
  for at = 1, #raw, 8 do
    local number = s_unpack('<I4', raw, at)
    read_records(index, {number})
    local record = index.records[number]
    if record and record.id == ARGV[2] then
      for _, name in ipairs(index.generations) do
        call('HDEL', index.prefix .. 'records:' .. name, s_pack('<I4', number))
      end
      write_joined(index, record.id, {dissolved = true})
    else
      kept = kept .. sub(raw, at, at + 7)
    end
  end
  if kept == '' then
    call('HDEL', key, ARGV[1])
  elseif kept ~= raw then
    call('HSET', key, ARGV[1], kept)
  end
end
return 1
