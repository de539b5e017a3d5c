-- Commits what a worker made of a batch: each document whole or not at all, and only for the attempt that is current.
--
-- KEYS 1 ready        string  run id of the Redis that the writer has reconciled
--      2 documents    hash    document id -> job that works on it, or "committed"
--      3 stream       stream  d document id, p signed part, v verdict (verdict.py)
--      4 payload      string  of this job; gone once the job is committed or replaced
--      5 generations  list    of the duplicate index, newest first
--      6 exact        prefix of one hash for each generation: fingerprint (16 raw bytes) -> owner
--      7 members      hash    id of a container -> how many of its members are committed
-- ARGV 1 one line of JSON {"job", "final", "documents": [[id, fingerprint bytes, part bytes], ...]}, a line feed, and
--        then for each document its fingerprint and its part, end to end. Where any row is of a container there is
--        "room" besides: how long the stream may be before, 0: any length. A member's row goes on with its
--        container's id, its ordinal and its owner, the last row of a container with its own id and how many
--        members came before it.
-- Returns "committed", "superseded" (this attempt has been replaced or is done), "not ready", or "full".
--
-- All that can fail comes before the first write: reading a key of a wrong type raises, and nothing has been changed.

local newline = string.find(ARGV[1], '\n', 1, true)
local header = cjson.decode(string.sub(ARGV[1], 1, newline - 1))
local rows = header.documents

local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local generations = redis.call('LRANGE', KEYS[5], 0, -1)
if redis.call('GET', KEYS[1]) ~= run or #generations == 0 then return 'not ready' end
local waiting = redis.call('XLEN', KEYS[3])
if redis.call('STRLEN', KEYS[4]) == 0 then return 'superseded' end
if #rows == 0 then return redis.error_reply('ERR a commit of nothing') end
local room = header.room
if room and room > 0 and waiting >= room then return 'full' end

local ids, fingerprints, parts = {}, {}, {}
local offset = newline + 1
for number, row in ipairs(rows) do
  ids[number] = row[1]
  fingerprints[number] = string.sub(ARGV[1], offset, offset + row[2] - 1)
  parts[number] = string.sub(ARGV[1], offset + row[2], offset + row[2] + row[3] - 1)
  offset = offset + row[2] + row[3]
end

-- The documents that must belong to this job: the rows' own, or the container of a member.
local keepers = ids
if room then
  keepers = {}
  for number, row in ipairs(rows) do keepers[number] = row[4] or row[1] end
end
local jobs = redis.call('HMGET', KEYS[2], unpack(keepers))

-- Of a container, exactly the next member is taken. An earlier one is committed already; where one is missing in
-- between, something was lost, and the container is to be begun again.
local counts, done = {}, {}
for number, row in ipairs(room and rows or {}) do
  local container, ordinal = row[4], row[5]
  if container then
    if jobs[number] ~= header.job then return 'superseded' end
    local count = counts[container] or tonumber(redis.call('HGET', KEYS[7], container) or 0) or 0
    if ordinal > count or (not row[6] and ordinal < count) then return 'superseded' end
    done[number] = ordinal < count
    counts[container] = row[6] and math.max(count, ordinal + 1) or count
  end
end

-- Who has each fingerprint: the newest generation is asked first, and within this batch the first document has it.
local owners = {}
for _, generation in ipairs(generations) do
  local found = redis.call('HMGET', KEYS[6] .. generation, unpack(fingerprints))
  for number, owner in ipairs(found) do
    if owner and not owners[fingerprints[number]] then owners[fingerprints[number]] = owner end
  end
end

local newest = KEYS[6] .. generations[1]
for number, id in ipairs(ids) do
  if jobs[number] == header.job and not done[number] then
    local row, fingerprint, original = rows[number], fingerprints[number], ''
    local owner = row[6] or id
    if fingerprint ~= '' then
      original = owners[fingerprint] or owner
      -- A member is itself under any ordinal, and under none in an index that was filled from the lines.
      if original == owner or (row[6] and string.sub(original, 1, #id) == id) then original = '' end
    end
    -- First what can still be refused (a stream that has no next id), then what can't.
    local verdict = original ~= '' and cjson.encode({kind = 'exact', of = original, similarity = 1}) or ''
    redis.call('XADD', KEYS[3], '*', 'd', id, 'p', parts[number], 'v', verdict)
    if fingerprint ~= '' and not owners[fingerprint] then
      owners[fingerprint] = owner
      redis.call('HSET', newest, fingerprint, owner)
    end
    if row[6] then
      redis.call('HSET', KEYS[7], row[4], row[5] + 1)
    else
      redis.call('HSET', KEYS[2], id, 'committed')
      if row[4] then redis.call('HDEL', KEYS[7], id) end
    end
  end
end

if header.final then redis.call('DEL', KEYS[4]) end
return 'committed'
