"""Which documents can be versions of each other, and the day that a text belongs to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Literal

import pytest

from tests.documents import article_of, full_article, line_of, parsed
from worker.article import Article, Moment, Publisher
from worker.dedupe.succession import Succession, succession_of, succession_of_line

if TYPE_CHECKING:
    from collections.abc import Mapping

EXAMPLE = Publisher("Example", "www.example.org")
PLAIN = replace(
    article_of("The council met on Monday and talked about the tram for three hours."), publisher=None, published=None
)
Precision = Literal["year", "month", "day", "minute", "second"]


def moment(value: str, precision: Precision, instant: str | None = None) -> Moment:
    return Moment(value, precision, instant, "metadata", value)


def named(changes: Mapping[str, object]) -> Succession:
    return succession_of(replace(PLAIN, **changes))  # type: ignore[arg-type]


def same(first: Mapping[str, object], second: Mapping[str, object]) -> bool:
    return bool(set(named(first).names) & set(named(second).names))


def test_one_address_is_one_document_of_its_publisher() -> None:
    url = "https://example.org/a/1"
    assert same({"url": url, "publisher": EXAMPLE}, {"url": url, "publisher": Publisher(None, "example.org")})
    assert not same({"url": url, "publisher": EXAMPLE}, {"url": f"{url}2", "publisher": EXAMPLE})


def test_the_address_of_an_original_on_another_outlet_s_copy_makes_no_version() -> None:
    url = "https://example.org/a/1"
    assert not same({"url": url, "publisher": EXAMPLE}, {"url": url, "publisher": Publisher("Other", None)})


def test_an_identifier_outlives_a_changed_address() -> None:
    first = {"guid": "77", "url": "https://example.org/a", "publisher": EXAMPLE}
    assert same(first, {**first, "url": "https://example.org/b"})


@pytest.mark.parametrize("url", ["https://example.org", "https://example.org/", "https://example.org//"])
def test_the_address_of_a_whole_site_names_no_document(url: str) -> None:
    assert named({"url": url, "publisher": EXAMPLE}).names == ()
    assert named({"guid": url, "publisher": EXAMPLE}).names == ()


def test_a_plain_number_names_nothing_without_its_publisher() -> None:
    assert named({"guid": "77"}).names == ()
    assert same({"guid": "tag:example.org,2024:77"}, {"guid": "tag:example.org,2024:77"})


def test_a_file_name_counts_only_where_nothing_better_is_there_and_the_publisher_is_known() -> None:
    assert named({}).names == ()
    found = named({"publisher": EXAMPLE})
    assert (len(found.names), found.by_file) == (1, True)
    assert not named({"publisher": EXAMPLE, "url": "https://example.org/a"}).by_file
    assert named({"publisher": EXAMPLE, "url": "https://example.org/"}).names == ()
    member = replace(PLAIN.source, member="3")
    assert named({"publisher": EXAMPLE, "source": member}).names == ()


@pytest.mark.parametrize(
    ("published", "day"),
    [
        (moment("2024-03-01", "day"), "2024-03-01"),
        (moment("2024-03-01T00:10+05:00", "minute", "2024-02-29T19:10:00Z"), "2024-03-01"),
        (moment("2024-03", "month"), None),
        (moment("2024", "year"), None),
        (None, None),
    ],
)
def test_a_text_belongs_to_the_day_of_its_publication_else_of_its_arrival(
    published: Moment | None, day: str | None
) -> None:
    expected = day or PLAIN.source.received_at[:10]
    assert named({"published": published}).day == date.fromisoformat(expected).toordinal()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (moment("2024", "year"), 366 * 86_400),
        (moment("2024-12", "month"), 31 * 86_400),
        (moment("2024-02", "month"), 29 * 86_400),
        (moment("2024-03-01", "day"), 86_400),
        (moment("2024-03-01T10:00", "minute"), 60),
        (moment("2024-03-01T10:00:01", "second"), 1),
        (moment("9999", "year"), 0),
    ],
)
def test_the_bounds_of_a_time_are_as_wide_as_it_is_uncertain(value: Moment, seconds: int) -> None:
    found = named({"modified": value})
    assert found.latest - found.earliest == seconds


def test_the_last_change_counts_before_the_publication() -> None:
    found = named({"published": moment("2024-03-01", "day"), "modified": moment("2024-03-05", "day")})
    assert found.earliest == named({"published": moment("2024-03-05", "day")}).earliest
    assert found.day == named({"published": moment("2024-03-01", "day")}).day


def test_an_instant_counts_before_a_local_time() -> None:
    found = named({"published": moment("2024-03-01T00:10+05:00", "minute", "2024-02-29T19:10:00Z")})
    assert found.earliest == 1_709_233_800


ARTICLES: list[Article] = [
    PLAIN,
    full_article(),
    replace(PLAIN, publisher=EXAMPLE),
    replace(PLAIN, guid="77", publisher=Publisher("Ex\u00e4mple", None), modified=moment("2024-02", "month")),
]


@pytest.mark.parametrize("article", ARTICLES)
def test_the_line_says_the_same_as_the_article(article: Article) -> None:
    assert succession_of_line(parsed(line_of(article))) == succession_of(article)
