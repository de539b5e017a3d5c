"""What the pipeline made of a document, with reasons."""

from __future__ import annotations

from tests.documents import WORDS, document
from worker.article import Article, Rejection, Removal, Repair
from worker.config_files import load_rules
from worker.explain import explain


def test_an_article_comes_with_what_was_mended_and_cut_and_what_stays_unknown() -> None:
    explanation = explain(document(f"Council Meets\n12 November 2024\n\n{WORDS}\xa0Yes."), load_rules())
    assert isinstance(explanation.outcome, Article)
    assert explanation.looks_like == "plain text"
    assert explanation.repairs == (Repair("whitespace", 1),)
    assert explanation.removed == (Removal("header", "12 November 2024"),)
    assert explanation.flags == ("too_short",)
    assert "publisher" in explanation.unknown
    assert "language" in explanation.unknown
    assert "headline" not in explanation.unknown


def test_a_rejection_comes_with_what_the_file_looks_like() -> None:
    explanation = explain(document(b"%PDF-1.7"), load_rules())
    assert isinstance(explanation.outcome, Rejection)
    assert explanation.looks_like == "a PDF"
    assert (explanation.repairs, explanation.removed, explanation.unknown) == ((), (), ())
