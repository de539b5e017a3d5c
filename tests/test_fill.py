"""The gaps of a line, filled: how the article stands to others, and what is found about earlier lines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

from tests.documents import EMITTED_AT, ID, OTHER_ID, article_of, full_article, parsed
from worker.article import Article, Duplicate, Passage, Quality, Removal, Shared
from worker.fill import Standing, fill_article, is_finding, render_relation
from worker.ids import finding_id
from worker.record import GAP_BYTES_MAX, PARTNERS_MAX, PASSAGES_MAX, render_article
from worker.schema import line_problem

PLAIN = replace(article_of("The council met on Monday and talked about the tram for hours."), quality=Quality())


def body_of(article: Article = PLAIN, line_bytes_max: int = 100_000) -> bytes:
    body = render_article(article, line_bytes_max, "0" * 12)
    assert isinstance(body, bytes)
    return body


def filled(standing: Standing, article: Article = PLAIN, line_bytes_max: int = 0) -> dict[str, Any]:
    body = body_of(article)
    line = fill_article(body, seq=7, standing=standing, emitted_at=EMITTED_AT, line_bytes_max=line_bytes_max)
    assert line_problem(orjson.loads(line)) is None
    return parsed(line)


def shared(passages: int = 3, partners: int = 1) -> tuple[Shared, ...]:
    rows = tuple(Passage((n, n + 80), (n + 5, n + 85)) for n in range(99_000, 99_000 + passages))
    return tuple(Shared(OTHER_ID, 0.123456789012345, rows) for _ in range(partners))


def test_how_an_article_stands_to_others_is_in_its_line() -> None:
    line = filled(Standing(Duplicate("near", OTHER_ID, 0.81), 3, OTHER_ID, superseded=False, shared=shared()))
    assert line["duplicate"] == {"kind": "near", "of": OTHER_ID, "similarity": 0.81}
    assert (line["version"], line["replaces"]) == (3, OTHER_ID)
    assert line["shared"][0]["with"] == OTHER_ID
    assert line["shared"][0]["passages"][0] == {"span": [99_000, 99_080], "other_span": [99_005, 99_085]}
    assert line["quality"]["flags"] == []


def test_a_late_version_is_flagged_behind_the_flags_that_it_has() -> None:
    assert filled(Standing(superseded=True))["quality"]["flags"] == ["superseded"]
    flagged = replace(PLAIN, quality=Quality(("too_short",), ()))
    assert filled(Standing(superseded=True), flagged)["quality"]["flags"] == ["too_short", "superseded"]


def test_filling_never_adds_more_than_the_margin() -> None:
    many = shared(PASSAGES_MAX // PARTNERS_MAX, PARTNERS_MAX)
    standing = Standing(Duplicate("exact", OTHER_ID, 0.123456789012345), 2**31, OTHER_ID, superseded=True, shared=many)
    body = body_of()
    line = fill_article(body, seq=2**63, standing=standing, emitted_at=EMITTED_AT)
    assert len(line) - len(body) < GAP_BYTES_MAX


def test_passages_that_make_a_line_too_long_are_left_out_and_named() -> None:
    whole = filled(Standing(shared=shared()))
    length = len(fill_article(body_of(), seq=7, standing=Standing(shared=shared()), emitted_at=EMITTED_AT))
    assert filled(Standing(shared=shared()), line_bytes_max=length) == whole
    line = filled(Standing(shared=shared()), line_bytes_max=length - 1)
    assert [row["passages"] for row in line["shared"]] == [[]]
    assert line["shared"][0]["share"] == whole["shared"][0]["share"]
    assert line["quality"]["trimmed"] == ["shared.passages"]


def test_passages_go_before_what_comes_behind_them_in_the_order_of_trimming() -> None:
    bare = replace(PLAIN, dates_mentioned=(), figures=(), keyphrases=())
    article = replace(bare, removed=(Removal("header", "x" * 20_000),))
    body = body_of(article, 10_000)
    line = parsed(fill_article(body, seq=1, standing=Standing(shared=shared()), emitted_at=EMITTED_AT))
    assert line["quality"]["trimmed"] == ["removed.text", "shared.passages"]
    assert line["shared"][0]["passages"] == []


def test_a_finding_is_a_line_of_the_record() -> None:
    for article in (PLAIN, full_article()):
        line = render_relation(12, OTHER_ID, ID, body_of(article), EMITTED_AT)
        value = orjson.loads(line)
        assert line_problem(value) is None
        assert line.startswith(b'{"seq":12,')
        assert (value["type"], value["subject"]["id"], value["object"]["id"]) == ("duplicate_found", OTHER_ID, ID)
        assert value["evidence"] == [{"id": article.id, "span": None}]
        assert value["processing"]["rules"] == "0" * 12
        assert value["processing"]["emitted_at"] == EMITTED_AT
        assert is_finding(line)
        assert not is_finding(body_of(article))


def test_the_name_of_a_finding_follows_from_what_it_says() -> None:
    names = {
        finding_id("duplicate_found", ID, OTHER_ID), finding_id("duplicate_found", OTHER_ID, ID),
        finding_id("story_merged", ID, OTHER_ID),
    }  # fmt: skip
    assert len(names) == 3
    assert finding_id("duplicate_found", ID, OTHER_ID) in names
