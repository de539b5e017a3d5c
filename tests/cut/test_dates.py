"""Day and month in unknown order, settled by the rest of the document."""

from __future__ import annotations

import pytest

from tests.documents import article_of
from worker.article import Moment

WORDS = "The harbour council met for three hours, officials said. " * 3


def published(text: str) -> tuple[str, str, str]:
    found = article_of(text).published
    assert isinstance(found, Moment)
    return found.value, found.precision, found.evidence


def test_nothing_settles_it_and_the_year_stays() -> None:
    assert published(f"Council Meets\n05/06/2024\n\n{WORDS}") == ("2024", "year", "05/06/2024")


@pytest.mark.parametrize(("other", "value"), [("21/05/2024", "2024-06-05"), ("05/21/2024", "2024-05-06")])
def test_another_date_of_the_document_settles_it(other: str, value: str) -> None:
    assert published(f"Council Meets\n05/06/2024\n\n{WORDS} It began on {other}.") == (
        value, "day", f"05/06/2024 ({other})",
    )  # fmt: skip
    assert published(f"Council Meets\n05/06/2024\nUpdated {other} 10:05\n\n{WORDS}")[0] == value


@pytest.mark.parametrize(
    ("domain", "value"),
    [("ledger.co.uk", "2024-06-05"), ("bote.de", "2024-06-05"), ("city.gov", "2024-05-06"), ("ledger.com", "2024")],
)
def test_the_country_of_the_address_settles_it(domain: str, value: str) -> None:
    assert published(f"Council Meets\nhttps://{domain}/a/b\n05/06/2024\n\n{WORDS}")[0] == value


def test_dates_that_contradict_each_other_settle_nothing() -> None:
    assert published(f"Council Meets\n05/06/2024\n\n{WORDS} From 21/05/2024 to 05/22/2024.")[1] == "year"


def test_a_date_in_the_body_is_never_the_day_of_publication() -> None:
    assert article_of(f"Council Meets\n\n{WORDS} It began on 21 May 2024.").published is None


def test_a_day_of_the_future_is_flagged() -> None:
    assert "future_date" in article_of(f"Council Meets\n21 May 2094\n\n{WORDS}").quality.flags
