"""References to characters."""

from __future__ import annotations

import time

import pytest

from worker.normalize.entities import mend_entities


@pytest.mark.parametrize(
    ("text", "mended", "count"),
    [
        ("Council&#8217;s &quot;tram&quot; &amp; bus", 'Council’s "tram" & bus', 4),
        ("&#x201C;x&#x201D;", "“x”", 2),
        ("&amp;amp;quot;", '"', 3),
        ("The &concerned& mayor; AT&T; R&D", "The &concerned& mayor; AT&T; R&D", 0),
        ("&nosuchthing; &copy 2024;", "&nosuchthing; &copy 2024;", 0),
        ("no references", "no references", 0),
    ],
)
def test_references_are_read_and_bare_ampersands_stay(text: str, mended: str, count: int) -> None:
    assert mend_entities(text) == (mended, count)


def test_text_that_was_escaped_without_end_costs_little() -> None:
    began = time.process_time()
    mend_entities("&" + "amp;" * 500_000 + ";" + "&" * 500_000)
    assert time.process_time() - began < 2
