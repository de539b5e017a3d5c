"""What is learned of a publisher's articles, and what is not."""

from __future__ import annotations

import random

import pytest

from worker.learned import mark_of
from worker.sink import learner
from worker.sink.learner import Found, Learner, Seen

PROMO = "Support the work of the Ledger with a small sum each month."
NAMES = ("Aldmoor", "Brackwater", "Corrigan", "Dunmere", "Eastholm", "Fenwick", "Garrow", "Hollin", "Ivers", "Jarrow")


def article(number: int, *more: str, names: tuple[str, ...] = NAMES, publisher: str = "ledger.example") -> Seen:
    choose = random.Random(number)
    opening = f"The council of {choose.choice(names)} met {choose.choice(names)} and the mayor of it, number {number}."
    middle = [f"Paragraph {n} of article {number} has words of its own and says so at some length." for n in range(5)]
    return Seen(publisher, f"Headline {number}", [opening, *middle, *more], is_duplicate=False)


def learned(seen: list[Seen], articles_min: int = 8) -> list[Found]:
    one = Learner(articles_min)
    found: dict[bytes, Found] = {}
    for each in seen:
        for new in one.see(each):
            found.setdefault(new.mark, new)
    return list(found.values())


def test_a_paragraph_in_many_articles_of_a_publisher_is_learned_with_the_last_that_is_needed() -> None:
    assert learned([article(n, PROMO) for n in range(7)]) == []
    assert learned([article(n, PROMO) for n in range(8)]) == [Found("ledger.example", mark_of(PROMO), PROMO, 8)]


def test_each_publisher_is_learned_by_itself() -> None:
    seen = [article(n, PROMO, publisher=f"{n % 2}.example") for n in range(15)]
    assert [found.publisher for found in learned(seen)] == ["0.example"]


def test_without_a_publisher_nothing_is_learned() -> None:
    assert learned([article(n, PROMO, publisher="") for n in range(20)]) == []


@pytest.mark.parametrize(
    "paragraph",
    [
        '"We have not seen the report," said the mayor of the town.',  # quoted
        "Read on.",  # too short to tell
        "Ann Reed, The Gazette",  # a name under a passage
        "The Ledger. " * 60,  # too long to be sure of
    ],
)
def test_what_is_quoted_very_short_or_long_is_not_learned(paragraph: str) -> None:
    assert learned([article(n, paragraph.strip()) for n in range(20)]) == []


def test_duplicates_and_the_same_headline_again_teach_nothing() -> None:
    first = [article(n, PROMO) for n in range(5)]
    copies = [Seen(one.publisher, one.headline, one.paragraphs, is_duplicate=True) for one in first]
    more = [[*one.paragraphs, "More came later."] for one in first]
    again = [Seen(one.publisher, one.headline, more[n], is_duplicate=False) for n, one in enumerate(first)]
    assert learned([*first, *copies, *again]) == []


def test_what_is_told_again_in_each_report_of_one_story_is_news() -> None:
    background = "The ferry sank in the storm of last winter with a hundred people on board."
    story = [article(n, background, names=("Aldmoor",)) for n in range(20)]
    others = [article(100 + n) for n in range(60)]
    assert learned([*others, *story]) == []
    # The same paragraph under reports of many places is boilerplate.
    assert learned([*others, *(article(200 + n, background) for n in range(20))]) != []


def test_a_name_that_most_articles_of_the_publisher_have_says_nothing() -> None:
    assert learned([article(n, PROMO, names=("Aldmoor",)) for n in range(20)]) != []


def test_what_became_rare_is_not_learned() -> None:
    seen = [article(n, *([PROMO] if n % 100 == 0 else [])) for n in range(1200)]
    assert learned(seen) == []


def test_headings_and_names_under_passages_are_no_boilerplate() -> None:
    seen = []
    for n in range(20):
        one = article(n)
        parted = [*one.paragraphs[:4], "From the Left Side", *one.paragraphs[4:], "Ann Reed, The Gazette"]
        seen.append(Seen(one.publisher, one.headline, parted, is_duplicate=False))
    assert learned(seen) == []


def test_a_label_above_the_first_sentence_is_learned() -> None:
    label = "OPINION/ANALYSIS:"
    seen = [Seen("a.example", f"Headline {n}", [label, *article(n).paragraphs], is_duplicate=False) for n in range(8)]
    assert [found.paragraph for found in learned(seen)] == [label]


def test_counts_are_bounded_whatever_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learner, "PARAGRAPHS_MAX", 500)
    monkeypatch.setattr(learner, "PUBLISHERS_MAX", 50)
    one = Learner(8)
    for n in range(2000):
        assert list(one.see(article(n, publisher=f"{n}.example"))) == []
    assert len(one._counts) == 500
    assert len(one._publishers) == 50


def test_the_same_lines_teach_the_same() -> None:
    seen = [article(n, PROMO, f"Line {n % 3} that comes again and again.") for n in range(60)]
    assert learned(seen) == learned(seen)
    assert len(learned(seen)) == 4
