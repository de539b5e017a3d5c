-- Takes texts that have their lines into the index: as they would be claimed, but what the line says stands.
--
-- KEYS 1 generations  list    of the index, newest first
--      2 prefix       of the keys of the index, see index.lua
-- ARGV 1 JSON {"window", "documents": [[id, claim bytes, kind, of, version, replaces, late], ...], "joined": [[later,
--        earlier], ...]}, a line feed, and the claims end to end; kind, of and replaces are "" where there is none
-- Returns "loaded" or "not ready".

local newline = string.find(ARGV[1], '\n', 1, true)
local header = cjson.decode(sub(ARGV[1], 1, newline - 1))
local generations = call('LRANGE', KEYS[1], 0, -1)
if #generations == 0 then return 'not ready' end
local index = open_index(KEYS[2], generations)
if not index then return 'not ready' end
index.window = header.window

local documents, offset = {}, newline + 1
for number, row in ipairs(header.documents) do
  documents[number] = parsed_document(row[1], row[1], ARGV[1], offset, row[2])
  documents[number].told = {kind = row[3], of = row[4], version = row[5], replaces = row[6], late = row[7]}
  offset = offset + row[2]
end
check_types(index)
prepare(index, documents)
for _, document in ipairs(documents) do
  decide(index, document)
  remember(index, document)
end
for _, pair in ipairs(header.joined) do
  if not index.joined[pair[1]] then
    read_joined_of(index, {[pair[1]] = true})
    if not index.joined[pair[1]] then write_joined(index, pair[1], {number = 0, owner = pair[2], id = pair[2]}) end
  end
end
return 'loaded'
