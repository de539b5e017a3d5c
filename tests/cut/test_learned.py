"""What was learned of a publisher is cut from its articles."""

from __future__ import annotations

from worker.article import Publisher, Removal
from worker.config_files import load_rules
from worker.cut.cut import cut
from worker.draft import Draft, Fields
from worker.learned import NOTHING_LEARNED, learned_from, mark_of, publisher_key
from worker.normalize.draft import Normalized, normalize

PROMO = "Support the work of the Ledger with a small sum each month."
BODY = [f"The council met for the {n}th time, and came to no end of it in the whole evening." for n in range(6)]
LEDGER = Publisher("The Ledger", "www.ledger.example")
LEARNED = learned_from([("ledger.example", mark_of(PROMO))])


def article(*paragraphs: str, publisher: Publisher | None = LEDGER) -> Normalized:
    draft = Draft("text/plain", "txt", "utf-8", paragraphs, Fields(publisher=publisher))
    return cut(normalize(draft), load_rules().with_learned(LEARNED))


def test_a_learned_paragraph_is_cut_and_kept_word_for_word() -> None:
    done = article(*BODY[:3], PROMO, *BODY[3:])
    assert done.text == "\n\n".join(BODY)
    assert done.removed == (Removal("boilerplate", PROMO),)


def test_case_space_and_style_of_marks_do_not_hide_it() -> None:
    assert mark_of("Don’t  miss “it” – ever") == mark_of("DON'T miss \"it\" - ever")
    assert article(*BODY, PROMO.upper()).text == "\n\n".join(BODY)


def test_other_publishers_keep_it() -> None:
    other = article(*BODY, PROMO, publisher=Publisher("The Gazette", None))
    assert PROMO in other.text
    assert PROMO in article(*BODY, PROMO, publisher=None).text


def test_the_domain_tells_publishers_apart_and_the_name_where_there_is_none() -> None:
    assert publisher_key(LEDGER) == publisher_key(Publisher(None, "ledger.example")) == "ledger.example"
    assert publisher_key(Publisher("The Gazette", None)) == "the gazette"
    assert publisher_key(None) == publisher_key(Publisher(None, None)) == ""


def test_no_more_than_a_bounded_share_of_a_text_is_cut() -> None:
    assert PROMO in article(BODY[0], PROMO, PROMO, BODY[1]).text
    assert PROMO in article(BODY[0], PROMO).text
    assert article(PROMO).text == PROMO


def test_the_version_of_the_rules_says_what_was_learned() -> None:
    rules = load_rules()
    with_it = rules.with_learned(LEARNED)
    assert with_it.version == f"{rules.version}+{LEARNED.version}"
    assert with_it.with_learned(NOTHING_LEARNED).version == rules.version
    again = learned_from([("ledger.example", mark_of(PROMO)), ("ledger.example", mark_of(PROMO))])
    more = learned_from([("ledger.example", mark_of(PROMO)), ("gazette.example", mark_of(PROMO))])
    assert again == LEARNED
    assert more.version != LEARNED.version
