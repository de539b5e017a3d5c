"""Three ways to keep the keys of texts in Redis, as a script reads and writes them: 32 keys looked for, 16 stored.

python -m benchmarks.index_layouts

`fields`: a field for each key of one large hash. `slots`: 48 bits for each key in one large string, by BITFIELD, which
writes and returns what stood there. `buckets`: small encoded hashes, each with the keys of one bucket.
"""

from __future__ import annotations

import os
import subprocess
import tempfile

from benchmarks.index import cpu_seconds, memory_bytes
from benchmarks.report import write_report
from worker.disk.layout import StateFolder
from worker.store import embedded
from worker.store.connection import connect

TEXTS = 64
ROUNDS = 60
COMMON = """
local sub, call = string.sub, redis.call
for text = 1, 64 do
  local keys, values = {}, {}
  for place = 1, 32 do keys[place] = sub(ARGV[1], (text * 32 + place) * 4 - 131, (text * 32 + place) * 4 - 128) end
  %s
end
"""
FIELDS = """
  call('HMGET', 'fields', unpack(keys))
  for place = 1, 16 do values[2 * place - 1], values[2 * place] = keys[place], 'abcd' end
  call('HSET', 'fields', unpack(values))
"""
SLOTS = """
  local number = string.format('%09d', text)
  for place = 1, 32 do
    local slot = struct.unpack('<I4', keys[place]) % 2 ^ 20
    local at = 4 * place
    values[at - 3], values[at - 2], values[at - 1] = 'SET', 'u48', '#' .. string.format('%d', slot)
    values[at] = '12345' .. number
  end
  call('BITFIELD', 'slots', unpack(values, 1, 64))
  call('BITFIELD', 'slots', unpack(values, 65, 128))
"""
BUCKETS = """
  for place = 1, 32 do call('HGET', 'b' .. sub(keys[place], 1, 2), sub(keys[place], 3, 4)) end
  for place = 1, 16 do call('HSET', 'b' .. sub(keys[place], 1, 2), sub(keys[place], 3, 4), 'abcd') end
"""


def main() -> None:
    result = {}
    with tempfile.TemporaryDirectory(prefix="copydesk-layouts-") as folder:
        prepared = embedded.prepare(StateFolder(folder))
        with open(f"{prepared.folder}/users.acl", "a") as access:
            access.write("user all on nopass ~* &* +@all\n")
        argv = [word if word != "yes" else "no" for word in prepared.argv]
        process = embedded.launch(prepared, lambda _: subprocess.Popen(argv, stdout=subprocess.DEVNULL))
        try:
            with connect(f"unix://all:x@{prepared.socket}", name="benchmark") as client:
                for name, body in (("nothing", ""), ("fields", FIELDS), ("slots", SLOTS), ("buckets", BUCKETS)):
                    client.flushall()
                    before, memory = cpu_seconds(client), memory_bytes(client)
                    for _ in range(ROUNDS):
                        client.eval(COMMON.replace("%s", body), 0, os.urandom(TEXTS * 32 * 4))
                    count = TEXTS * ROUNDS
                    result[name] = {
                        "microseconds_a_text": round((cpu_seconds(client) - before) / count * 1e6, 1),
                        "bytes_a_text": round((memory_bytes(client) - memory) / count),
                    }
        finally:
            embedded.stop(process)
    write_report("index_layouts", result)


if __name__ == "__main__":
    main()
