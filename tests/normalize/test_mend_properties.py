"""What holds for every text, not only for those that somebody thought of."""

from __future__ import annotations

import unicodedata

from hypothesis import example, given, settings
from hypothesis import strategies as st

from worker.normalize import missing
from worker.normalize.mend import mend

PIECES = st.sampled_from(
    [
        "Russia",
        "the",
        "said",
        "U.S",
        "a.m",
        "Mr",
        "word",
        "Officials",
        "He",
        "NATO",
        "café",
        "infor-",
        "mation",
        "it&s",
        "don?t",
        "we?re",
        "&so",
        "yes,&",
        "&",
        "?",
        "???",
        "â??",
        "&amp;",
        "&quot;",
        "&#8217;",
        "&amp;amp;lt;",
        "&nbsp",
        "â€™",
        "Ã©",
        "Ã¢â‚¬â„¢",
        "\x92",
        "\u200b",
        "\u00ad",
        "\u202e",
        "\u0627",
        "\ufeff",
        "\ufffd",
        "“",
        "”",
        '"',
        "’",
        "'",
        ".",
        ". ",
        ".\n",
        ",",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\n\n\n",
        "\r\n",
        "\t",
        "\u00a0",
        "\u2028",
        "\x85",
        "\x00",
        "—",
        "-\n",
        "end.Then",
        "gone.”They",
        "www.Example.Com",
        "!",
        "1.5",
        "x" * 70,
        "a b c d e f g h i j k l m n o p q r s t u v w x y z",
    ]
)
TEXTS = st.lists(PIECES, max_size=60).map("".join) | st.lists(PIECES, max_size=60).map(" ".join) | st.text(max_size=200)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
@example("\ud800 lone surrogate &amp;")
def test_mending_twice_is_mending_once(text: str) -> None:
    once = mend(text).text
    assert mend(once).text == once


@settings(max_examples=120, deadline=None)
@given(TEXTS)
def test_no_text_grows_beyond_a_mark_for_each_sign(text: str) -> None:
    assert len(mend(text).text) <= 2 * len(unicodedata.normalize("NFC", text)) + 2


@settings(max_examples=120, deadline=None)
@given(TEXTS)
def test_counts_and_changes_tell_the_same(text: str) -> None:
    mended = mend(text)
    assert sum(repair.count for repair in mended.repairs) == len(mended.changes)
    assert all(0 <= change.place <= len(mended.text) for change in mended.changes)


SENTENCES = st.sampled_from(
    [
        "The council met on Tuesday and agreed on nothing.",
        "“We have been here before,” Mayor Ann O’Brien said.",
        '"It\'s over," he said. "We won."',
        "Shares of AT&T and Johnson & Johnson fell 3.5% after the S&P cut its rating.",
        "Who knew? Nobody did, said Dr. J. K. Lee of the U.S. Army.",
        "The café’s owner — a Breton — paid €3,000 (£2,600) in 2019–20.",
        "He tweeted: #NotMe @someone https://example.com/a?b=c&d=e",
        "It was the “so-called ‘long-term’ plan,” she said.",
        "Les députés ont voté; l’été fut long.",
        "Шахтёры вернулись домой вечером.",
        "Is it? “Yes!” Is that all? No. 1 asked at 9 a.m. on Monday.",
        "Email tips to a.b@news.example or visit News.Example.com today.",
    ]
)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.lists(SENTENCES, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=8).map("\n\n".join))
def test_healthy_text_stays_byte_for_byte(text: str) -> None:
    assert mend(text).text == text
    assert mend(text).repairs == ()


@given(st.lists(st.sampled_from(["“", "”", '"', "’’", "''", "word", " ", "\n\n"]), max_size=16).map("".join))
@example("“one\n\n”")
@example('"one\n\n"')
def test_what_looks_balanced_at_once_is_balanced_mark_by_mark(text: str) -> None:
    if missing._is_plainly_balanced(text, curly="“" in text or "”" in text):
        assert not missing._is_any_paragraph_off(text)
