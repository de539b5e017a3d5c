"""The line as bytes: gaps, escapes, trimming."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.documents import EMITTED_AT, ID, OTHER_ID, article_of, full_article, line_of, parsed
from worker import __version__
from worker.article import (
    Article,
    Duplicate,
    Entity,
    Figure,
    Keyphrase,
    MentionedDate,
    Quote,
    Rejection,
    Removal,
)
from worker.fill import Standing, fill_article, fill_rejection
from worker.record import GAP_BYTES_MAX, PASSAGES_MAX, render_article, render_rejection

if TYPE_CHECKING:
    from collections.abc import Callable

ORDER = [
    "seq", "schema", "kind", "id", "revision", "version", "replaces", "guid", "url", "headline", "headline_origin",
    "subheadline", "summary", "text", "word_count", "language", "published", "modified", "status", "embargoed_until",
    "byline", "authors", "publisher", "section", "genre", "rights", "subjects", "images", "dateline", "syndication",
    "repairs", "removed", "duplicate", "shared", "story", "entities", "quotes", "sources_cited", "dates_mentioned",
    "figures", "keyphrases", "quality", "source", "processing",
]  # fmt: skip


PLAIN = article_of("The council met on Monday and talked about the tram for three hours.")


def with_text(text: str) -> Article:
    return replace(PLAIN, text=text)


def test_a_line_has_every_key_in_the_order_of_the_record() -> None:
    assert list(parsed(line_of(PLAIN))) == ORDER


def test_the_gaps_hold_what_only_the_stream_knows() -> None:
    line = parsed(line_of(PLAIN, seq=41, duplicate=Duplicate("exact", OTHER_ID, 1.0)))
    assert line["seq"] == 41
    assert (line["version"], line["replaces"]) == (1, None)
    assert line["duplicate"] == {"kind": "exact", "of": OTHER_ID, "similarity": 1.0}
    assert (line["shared"], line["story"]) == ([], None)
    assert line["processing"] == {"version": __version__, "rules": "0123456789ab", "emitted_at": EMITTED_AT}


def test_without_a_duplicate_the_line_says_null() -> None:
    assert parsed(line_of(PLAIN))["duplicate"] is None


def test_a_body_has_six_gaps_and_no_line_end() -> None:
    body = render_article(full_article(), 100_000, "0" * 12)
    assert isinstance(body, bytes)
    assert body.count(b"\0") == 6
    assert b"\n" not in body
    assert b"\r" not in body


def test_filling_adds_no_more_than_the_margin() -> None:
    body = render_article(PLAIN, 100_000, "0" * 12)
    assert isinstance(body, bytes)
    line = fill_article(
        body, seq=2**63, standing=Standing(Duplicate("exact", OTHER_ID, 0.123456789012345)), emitted_at=EMITTED_AT
    )
    assert len(line) - len(body) < GAP_BYTES_MAX


@pytest.mark.parametrize("character", ["\0", "\x1c", "\x7f", "\x85", "\u2028", "\u2029", "\n", "\r", "\x1b"])
def test_no_character_that_ends_a_line_or_moves_a_cursor_stands_raw_in_it(character: str) -> None:
    line = line_of(with_text(f"a{character}b"))
    assert character.encode() not in line
    assert len(line.decode().splitlines()) == 1
    assert parsed(line)["text"] == f"a{character}b"


def test_letters_that_share_bytes_with_escaped_characters_stay() -> None:
    text = "naïve façade © ¨ “quoted” \u2027 \u00e9\u0105"
    assert text.encode() in line_of(with_text(text))


def test_a_lone_surrogate_becomes_a_replacement_character_and_no_span_moves() -> None:
    article = replace(full_article(), text="a\ud800b", headline="\udfff", removed=(Removal("label", "x\udc80"),))
    line = parsed(line_of(article))
    assert line["text"] == "a\ufffdb"
    assert line["headline"] == "\ufffd"
    assert line["removed"] == [{"kind": "label", "text": "x\ufffd"}]
    assert line["entities"][0]["mentions"] == [[26, 30]]
    assert list(line) == ORDER


@given(st.text(st.characters(exclude_categories=())))
@settings(deadline=None)
def test_any_text_makes_one_line_of_json(text: str) -> None:
    line = line_of(with_text(text))
    assert len(line.decode("utf-8").splitlines()) == 1
    assert parsed(line)["text"] == "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)


MENTIONS = tuple((i, i + 4) for i in range(40))


def crowded() -> Article:
    """Each part that can be trimmed has about 20,000 bytes."""
    return replace(
        full_article(),
        entities=tuple(
            Entity(f"Name {n}", "person", MENTIONS, False, None, None, None, None, 0.1, 0.1) for n in range(50)
        ),
        keyphrases=tuple(Keyphrase(f"phrase {n} of many", 0.5) for n in range(480)),
        figures=tuple(Figure(f"{n} metres", (n, n + 9), float(n), "metres", None) for n in range(220)),
        dates_mentioned=tuple(MentionedDate(f"day {n}", (n, n + 6), None, None) for n in range(290)),
        removed=tuple(Removal("header", "x" * 100) for _ in range(160)),
        quotes=tuple(Quote("word " * 20, (n, n + 100), "direct", n, None, None) for n in range(110)),
    )


STEPS = ["entities.mentions", "keyphrases", "figures", "dates_mentioned", "removed.text", "quotes"]
BARE = GAP_BYTES_MAX - 64 * PASSAGES_MAX


def gap_after(steps: int) -> int:
    """What is kept free for filling after so many steps of trimming: behind the dates, no passages any more."""
    return GAP_BYTES_MAX if steps <= STEPS.index("dates_mentioned") + 1 else BARE


@pytest.mark.parametrize("count", range(len(STEPS) + 1))
def test_a_long_line_is_trimmed_in_the_order_of_the_record_and_no_further_than_needed(count: int) -> None:
    article = crowded()
    size = len(_trimmed_by_hand(article, count))
    body = render_article(article, size + gap_after(count), "0" * 12)
    assert isinstance(body, bytes)
    line = parsed(fill_article(body, seq=1, emitted_at=EMITTED_AT))
    assert line["quality"]["trimmed"] == STEPS[:count]
    assert line["text"] == article.text


def _trimmed_by_hand(article: Article, steps: int) -> bytes:
    """The body after the first `steps` steps, made without the code under test."""
    changes: list[Callable[[Article], Article]] = [
        lambda a: replace(a, entities=tuple(replace(e, mentions=()) for e in a.entities)),
        lambda a: replace(a, keyphrases=()),
        lambda a: replace(a, figures=()),
        lambda a: replace(a, dates_mentioned=()),
        lambda a: replace(a, removed=tuple(replace(r, text=None) for r in a.removed)),
        lambda a: replace(a, quotes=()),
    ]
    for change in changes[:steps]:
        article = change(article)
    article = replace(article, quality=replace(article.quality, trimmed=tuple(STEPS[:steps])))
    body = render_article(article, 10_000_000, "0" * 12)
    assert isinstance(body, bytes)
    return body


def test_what_is_empty_is_not_named_as_trimmed() -> None:
    bare = replace(PLAIN, dates_mentioned=(), figures=(), keyphrases=())
    article = replace(bare, removed=(Removal("header", "x" * 5000),), text="word " * 100)
    body = render_article(article, 4000, "0" * 12)
    assert isinstance(body, bytes)
    line = parsed(fill_article(body, seq=1, emitted_at=EMITTED_AT))
    assert line["quality"]["trimmed"] == ["removed.text"]
    assert line["removed"] == [{"kind": "header", "text": None}]


def test_a_text_that_is_too_long_by_itself_is_rejected_and_never_cut() -> None:
    outcome = render_article(with_text("word " * 30_000), 100_000, "0" * 12)
    assert isinstance(outcome, Rejection)
    assert (outcome.stage, outcome.error, outcome.id) == ("record", "line_too_long", ID)


@pytest.mark.parametrize("step", range(len(STEPS) + 1))
@pytest.mark.parametrize("beyond", [-1, 0, 1, GAP_BYTES_MAX // 2, GAP_BYTES_MAX - 1, GAP_BYTES_MAX])
def test_no_line_is_longer_than_allowed_once_its_gaps_are_filled(step: int, beyond: int) -> None:
    limit = len(_trimmed_by_hand(crowded(), step)) + beyond
    body = render_article(crowded(), limit, "0" * 12)
    if isinstance(body, bytes):
        duplicate = Duplicate("exact", OTHER_ID, 1.0)
        assert len(fill_article(body, seq=10**12, standing=Standing(duplicate), emitted_at=EMITTED_AT)) <= limit


def test_a_rejection_line_has_its_keys_in_order() -> None:
    rejection = Rejection(ID, "a\u2028b.pdf", None, "0" * 64, "parse", "unsupported_format", "it is a PDF", 2)
    line = fill_rejection(render_rejection(rejection), EMITTED_AT)
    assert len(line.decode().splitlines()) == 1
    assert orjson.loads(line) == {
        "id": ID,
        "revision": 1,
        "path": "a\u2028b.pdf",
        "member": None,
        "sha256": "0" * 64,
        "stage": "parse",
        "error": "unsupported_format",
        "message": "it is a PDF",
        "attempts": 2,
        "rejected_at": EMITTED_AT,
    }


def test_a_message_without_end_is_cut() -> None:
    rejection = Rejection(ID, "a", None, "0" * 64, "parse", "malformed", "x" * 100_000)
    assert len(render_rejection(rejection)) < 1000


def test_no_field_of_an_article_is_left_out_of_the_line() -> None:
    assert {f.name for f in fields(Article)} <= set(ORDER)
