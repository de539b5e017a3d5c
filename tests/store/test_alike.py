"""The decision on two sketches in Redis is that of `dedupe/likeness.py`, number for number."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import orjson

from tests.dedupe.parity import cases
from worker.store.scripts import source

if TYPE_CHECKING:
    import redis

PAIRS = 3000
_AT_ONCE = 100
_FRAME = b"""
local found = {}
for _, row in ipairs(cjson.decode(ARGV[1])) do
  local texts = {}
  for place = 1, 2 do
    texts[place] = {sketch = string.gsub(row[place], '..', function(two) return string.char(tonumber(two, 16)) end)}
  end
  local kind, similarity, share = alike(texts[1], texts[2], row[3])
  table.insert(found, {kind or 'none', string.format('%.17g', similarity), string.format('%.17g', share)})
end
return cjson.encode(found)
"""


def test_every_pair_gets_the_verdict_of_the_pure_half(admin: redis.Redis) -> None:
    rows = list(cases(PAIRS, 7))
    script = source("index", "alike") + _FRAME
    kinds = set()
    for first in range(0, PAIRS, _AT_ONCE):
        group = rows[first : first + _AT_ONCE]
        asked = [[row["new"], row["old"], row["boilerplate"]] for row in group]
        answer = orjson.loads(cast("bytes", admin.eval(script.decode(), 0, orjson.dumps(asked))))
        for row, (kind, similarity, share) in zip(group, answer, strict=True):
            assert kind == (row["kind"] or "none"), row
            assert (float(similarity), float(share)) == (row["similarity"], row["share"]), row
            kinds.add(kind)
    assert kinds == {"exact", "near", "shared", "none"}
