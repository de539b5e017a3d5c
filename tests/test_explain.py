"""What the pipeline made of a document, with reasons."""

from __future__ import annotations

import gzip

from tests.documents import WORDS, document
from worker.article import Article, Rejection, Removal, Repair
from worker.config_files import load_rules
from worker.explain import explain


def test_an_article_comes_with_what_was_mended_and_cut_and_what_stays_unknown() -> None:
    (explanation,) = explain(document(f"Council Meets\n12 November 2024\n\n{WORDS}\xa0Yes."), load_rules())
    assert isinstance(explanation.outcome, Article)
    assert explanation.looks_like == "plain text"
    assert explanation.repairs == (Repair("whitespace", 1),)
    assert explanation.removed == (Removal("header", "12 November 2024"),)
    assert explanation.flags == ("too_short",)
    assert "publisher" in explanation.unknown
    assert "guid" in explanation.unknown
    assert "headline" not in explanation.unknown


def test_a_rejection_comes_with_what_the_file_looks_like() -> None:
    (explanation,) = explain(document(b"%PDF-1.7"), load_rules())
    assert isinstance(explanation.outcome, Rejection)
    assert explanation.looks_like == "a PDF"
    assert (explanation.repairs, explanation.removed, explanation.unknown) == ((), (), ())


def test_a_file_of_several_documents_is_explained_member_by_member() -> None:
    lines = f'{{"title": "One", "text": "{WORDS}"}}\n{{"title": \n{{"title": "Three", "text": "{WORDS} It did."}}\n'
    found = list(explain(document(lines, "a.jsonl"), load_rules()))
    assert [type(one.outcome) for one in found] == [Article, Rejection, Article]
    assert [one.outcome.headline for one in found if isinstance(one.outcome, Article)] == ["One", "Three"]
    assert {one.looks_like for one in found} == {"JSON"}


def test_what_ends_a_container_early_is_the_last_word_on_it() -> None:
    packed = gzip.compress(b"\n".join(b'{"title": "One", "text": "%s"}' % WORDS.encode() for _ in range(9)))[:-6]
    *articles, last = explain(document(packed, "a.jsonl.gz"), load_rules())
    assert len(articles) == 9
    assert isinstance(last.outcome, Rejection)
    assert (last.outcome.member, last.outcome.error) == (None, "truncated")
