-- Commits what a worker made of a batch: each document whole or not at all, and only for the attempt that is current.
--
-- KEYS 1 ready        string  run id of the Redis that the writer has reconciled
--      2 documents    hash    document id -> job that works on it, or "committed"
--      3 stream       stream  d document id, p signed part, v verdict (see verdict.py)
--      4 payload      string  of this job; gone once the job is committed or replaced
--      5 generations  list    of the index, newest first
--      6 members      hash    id of a container -> how many of its members are committed
--      7 prefix       of the keys of the index, see index.lua
-- ARGV 1 one line of JSON {"job", "final", "window", "documents": [[id, claim bytes, part bytes], ...]}, a line
--        feed, and then for each document its claim and its part, end to end. Where any row is of a container there is
--        "room" besides: how long the stream may be before, 0: any length. A member's row goes on with its
--        container's id, its ordinal and its owner, the last row of a container with its own id and how many
--        members came before it.
-- Returns "committed", "superseded" (this attempt has been replaced or is done), "not ready", or "full".
--
-- All that can fail comes before the first write: reading a key of a wrong type raises, and nothing has been changed.

local MAX_ID = '18446744073709551615-18446744073709551615'

local function last_id(stream)
  local info = call('XINFO', 'STREAM', stream)
  for place = 1, #info, 2 do
    if info[place] == 'last-generated-id' then return info[place + 1] end
  end
end

local newline = string.find(ARGV[1], '\n', 1, true)
local header = cjson.decode(sub(ARGV[1], 1, newline - 1))
local rows = header.documents

local run = string.match(call('INFO', 'server'), 'run_id:(%x+)')
local generations = call('LRANGE', KEYS[5], 0, -1)
if call('GET', KEYS[1]) ~= run or #generations == 0 then return 'not ready' end
local waiting = call('XLEN', KEYS[3])
if call('STRLEN', KEYS[4]) == 0 then return 'superseded' end
if #rows == 0 then return redis.error_reply('ERR a commit of nothing') end
local room = header.room
if room and room > 0 and waiting >= room then return 'full' end
if waiting > 0 and last_id(KEYS[3]) == MAX_ID then return redis.error_reply('ERR the stream has no next id') end
local index = open_index(KEYS[7], generations)
if not index then return 'not ready' end
index.window = header.window

-- The documents that must belong to this job: the rows' own, or the container of a member.
local keepers = {}
for number, row in ipairs(rows) do keepers[number] = row[4] or row[1] end
local jobs = {}
read_fields(KEYS[2], keepers, function(id, job) jobs[id] = job end)

-- Of a container, exactly the next member is taken. An earlier one is committed already; where one is missing in
-- between, something was lost, and the container is to be begun again.
local counts, done = {}, {}
for number, row in ipairs(room and rows or {}) do
  local container, ordinal = row[4], row[5]
  if container then
    if jobs[container] ~= header.job then return 'superseded' end
    local count = counts[container] or tonumber(call('HGET', KEYS[6], container) or 0) or 0
    if ordinal > count or (not row[6] and ordinal < count) then return 'superseded' end
    done[number] = ordinal < count
    counts[container] = row[6] and math.max(count, ordinal + 1) or count
  end
end

local documents, parts, ours = {}, {}, {}
local offset = newline + 1
for number, row in ipairs(rows) do
  local claim, part = offset, offset + row[2]
  offset = part + row[3]
  ours[number] = jobs[keepers[number]] == header.job and not done[number]
  documents[number] = parsed_document(row[1], row[6] or row[1], ARGV[1], claim, ours[number] and row[2] or 0)
  parts[number] = sub(ARGV[1], part, offset - 1)
end
check_types(index)
prepare(index, documents)

for number, row in ipairs(rows) do
  if ours[number] then
    local verdict = decide(index, documents[number])
    -- First what can still be refused (a stream that has no next id), then what can't.
    call('XADD', KEYS[3], '*', 'd', row[1], 'p', parts[number], 'v', verdict)
    remember(index, documents[number])
    if row[6] then
      call('HSET', KEYS[6], row[4], row[5] + 1)
    else
      call('HSET', KEYS[2], row[1], 'committed')
      if row[4] then call('HDEL', KEYS[6], row[1]) end
    end
  end
end

if header.final then call('DEL', KEYS[4]) end
return 'committed'
