"""A footer that was glued to the last words, before anything is mended."""

from __future__ import annotations

import pytest

from tests.documents import article_of
from worker.config_files import load_rules
from worker.cut.parted import part_footer
from worker.draft import Draft

BODY = (
    "The council met on Monday and talked about the ferry for three hours, and nobody was sure\n"
    "why.Crews said that they would not come back before their pay is settled, and that it is\n"
    "late again"
)


def parted(text: str) -> tuple[str, ...]:
    return part_footer(Draft("text/plain", "txt", "utf-8", (text,)), load_rules()).paragraphs


@pytest.mark.parametrize(
    "footer",
    [
        "The post Ferry Crews\nWalk Out first appeared on Harbour Ledger.",
        "The post Ferry Crews Walk Out first\nappeared on\nHarbour Ledger",
        "This story was originally\npublished by Harbour Ledger.",
    ],
)
@pytest.mark.parametrize("glue", [".", ".\n", ".&", "?", ".”", ". "])
def test_a_glued_footer_becomes_a_paragraph_in_one_line(footer: str, glue: str) -> None:
    body, parted_footer = parted(f"{BODY}{glue}{footer}")
    assert parted_footer == " ".join(footer.split())
    assert body == f"{BODY}{glue}".rstrip()


def test_an_abbreviation_at_a_line_end_of_the_footer_has_its_stop_again() -> None:
    assert parted(f"{BODY}.The post The U.S\nArmy Walks first appeared on A-\nB.")[-1] == (
        "The post The U.S. Army Walks first appeared on A-B."
    )


def test_the_last_word_was_wrapped_with_the_footer_and_runs_on() -> None:
    lines = "Crews said that they would not come back before their pay is\npoint."
    body, _ = parted(f"{lines}The post Ferry Crews first appeared on B.")
    assert body == "Crews said that they would not come back before their pay is point."


@pytest.mark.parametrize(
    "text",
    [
        f"{BODY}.",
        f"{BODY}, said the post\nThat first appeared on television.",
        f"{BODY}. He asked how the post\nabout it was lost.",
        "One line. The post A b first appeared on C.",
    ],
)
def test_text_without_a_glued_footer_stays_as_it_is(text: str) -> None:
    assert parted(text) == (text,)


def test_a_headline_in_a_wrapped_footer_gets_no_full_stops() -> None:
    lines = "\n".join(["The ferries stay in port\nNobody knows why they&re late or who&s to pay"] * 6)
    article = article_of(
        f"Council Meets\n\nNORTHPOINT EXCLUSIVE:\n{lines}\nSo it&s said.The post Trump Backs Away From\n"
        "With Iran first appeared on Harbour Ledger."
    )
    assert article.syndication is not None
    assert article.syndication.original_headline == "Trump Backs Away From With Iran"
    assert article.text.endswith("So it’s said.")
