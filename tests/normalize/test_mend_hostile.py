"""Text made to cost time: linear in its length, whatever it is made of."""

from __future__ import annotations

import time

import pytest

from worker.normalize.mend import mend

UNITS = [
    "&",
    "?",
    "a&s ",
    "it?s ,? ",
    "a.A",
    "word.Word ",
    "\n",
    "a\n",
    "word and\n",
    '"',
    "“",
    "â€™",
    "Ã",
    "Ã©",
    "&amp;",
    "amp;",
    "a-\n",
    "U.S\n",
    "Mr\n",
    "Mr Xyz\n",
    "(",
    ".”“A",
    "\u200b",
    "\u200b\u0627",
    " ",
    " \n",
    "\x00",
    "\u0420",
    "\u00e0\u00a4",
    "\x92",
    "a\x92s\n",
    "&&&",
    "a???s ",
    "?A",
    "a:A",
    "\r\n",
    "e\u0301",
    "\u0301",
    "the Word word for and\nWord a ",
    "http://a&s ",
    "a&s\n\n",
    "‘",
    "x y\n",
]


def seconds(text: str) -> float:
    started = time.process_time()
    mend(text)
    return time.process_time() - started


@pytest.mark.parametrize("unit", UNITS, ids=[ascii(unit) for unit in UNITS])
def test_four_times_the_length_costs_about_four_times_the_time(unit: str) -> None:
    small = unit * (20_000 // len(unit))
    base = min(seconds(small), seconds(small))
    for _ in range(3):
        if seconds(small * 4) < 9 * base + 0.02:
            return
    pytest.fail(f"{unit!r} costs more than linear time")


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS, ids=[ascii(unit) for unit in UNITS])
def test_a_megabyte_is_done_within_seconds(unit: str) -> None:
    assert seconds(unit * (1_000_000 // len(unit))) < 30


def test_nested_encodings_are_peeled_once_and_for_all() -> None:
    assert mend("&" + "amp;" * 50_000 + "lt;").text.count("amp;") < 50_000
