"""What the stream says of a document: read strictly, since anybody who reaches Redis can write there."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from worker.store.verdict import Joined, Owner, Partner, Repeated, Verdict, read_verdict

# The same in every process: they stand in the names of the tests.
FIRST, SECOND, PARENT = ("01jdabcdefghjkmnpqrstvwxy" + end for end in "012")


def test_nothing_said_is_a_document_by_itself() -> None:
    assert read_verdict(b"") == Verdict()
    assert Verdict().named == ()


def test_every_key_is_read() -> None:
    member = f"{SECOND}:{PARENT}:12"
    row = {
        "kind": "near", "of": FIRST, "similarity": 0.875, "version": 3, "replaces": member, "superseded": True,
        "found": [[SECOND, FIRST]], "shared": [[member, 0.25, 77], [FIRST, 1, 0]],
    }  # fmt: skip
    of_member = Owner(SECOND, PARENT, 12)
    found = read_verdict(orjson.dumps(row))
    assert found == Verdict(
        repeated=Repeated("near", Owner(FIRST), 0.875),
        version=3,
        replaces=of_member,
        superseded=True,
        joined=(Joined(Owner(SECOND), Owner(FIRST)),),
        shared=(Partner(of_member, 0.25, 77), Partner(Owner(FIRST), 1.0, 0)),
    )
    assert found.named == (Owner(FIRST), of_member, Owner(SECOND), Owner(FIRST))


BAD: list[Any] = [
    [], 1, "x", {"kind": "exact"}, {"kind": "alike", "of": FIRST, "similarity": 1},
    {"kind": "exact", "of": "x", "similarity": 1}, {"kind": "exact", "of": f"{FIRST}:1", "similarity": 1},
    {"kind": "near", "of": FIRST, "similarity": 1.5}, {"kind": "near", "of": FIRST, "similarity": True},
    {"version": 0}, {"version": 1.5}, {"version": 1 << 40}, {"replaces": 7}, {"replaces": f"{FIRST}\n"},
    {"found": [[FIRST]]}, {"found": [[FIRST, "x"]]}, {"found": 1}, {"shared": [[FIRST, 0.5]]},
    {"shared": [[FIRST, 0.5, -1]]}, {"shared": [[FIRST, "0.5", 1]]},
]  # fmt: skip


@pytest.mark.parametrize("row", BAD, ids=str)
def test_anything_else_is_refused(row: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        read_verdict(orjson.dumps(row))


@pytest.mark.parametrize("data", [b"x", b"{", b"\xff", b'x","seq":7'])
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        read_verdict(data)
