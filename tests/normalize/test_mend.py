"""The steps together: pairs of damaged and mended text, of our own writing."""

from __future__ import annotations

import textwrap

import pytest

from worker.article import Repair
from worker.normalize.mend import mend

CLEAN = (
    "The harbour board is “worried” by reports that the ferry was never inspected, a spokeswoman said "
    "on Monday.\n\n"
    "Mayor Ann O’Brien this week accused the Line’s owners of hiding the log, saying her office had "
    "read about “the true state of the hull” in the press. The owners have denied it and promised to "
    "publish everything by Friday.\n\n"
    "The company called the charge “plain nonsense.”\n\n"
    "“Such a claim would also show how little the mayor knows about ships, and how much she wants to "
    "be seen,” the company’s lawyer, Dr. Paul Reed, said in a statement.\n\n"
    "Records show the ferry carried 1,500 people a day. Nobody asked why.\n\n"
    "“It’s different now because we’ve opened the books and — thanks to the crews — there’s nothing "
    "left to hide,” he told the U.S. Coast Guard’s yearly meeting in Norfolk."
)


def seeded(text: str, mark: str, width: int) -> str:
    """`text` with marks replaced, full stops and paragraph breaks lost, and hard wrapped."""
    for sign in "“”’—":
        text = text.replace(sign, mark)
    lines = "".join(text.replace(". ", "\n").split("\n\n")).split("\n")
    return "\n".join(textwrap.fill(line, width) for line in lines)


@pytest.mark.parametrize("mark", ["&", "?", "#", "�", "???", "&&", "â??", "¿"])
@pytest.mark.parametrize("width", [90, 120, 140])
def test_marks_stops_breaks_and_wraps_come_back_together(mark: str, width: int) -> None:
    assert mend(seeded(CLEAN, mark, width)).text == CLEAN


def test_every_repair_is_counted() -> None:
    counts = {repair.kind: repair.count for repair in mend(seeded(CLEAN, "&", 120)).repairs}
    assert counts["quotation_mark"] == 10
    assert counts["apostrophe"] == 7
    assert counts["dash"] == 2
    assert counts["full_stop"] == 4
    assert counts["paragraph_break"] == 5


def test_clean_text_is_the_same_object_with_nothing_to_report() -> None:
    mended = mend(CLEAN)
    assert mended.text == CLEAN
    assert (mended.repairs, mended.flags, mended.changes) == ((), (), ())


@pytest.mark.parametrize("width", [60, 72, 80, 120, 200])
def test_a_hard_wrap_of_healthy_text_is_only_unwrapped(width: int) -> None:
    wrapped = "\n\n".join(textwrap.fill(paragraph, width) for paragraph in CLEAN.split("\n\n"))
    mended = mend(wrapped)
    assert mended.text == CLEAN
    assert [repair.kind for repair in mended.repairs] == ["line_wrap"]


def test_paragraphs_one_to_a_line_get_a_blank_line_between_them() -> None:
    mended = mend(CLEAN.replace("\n\n", "\n") + "\n\n\n\n")
    assert mended.text == CLEAN
    assert [repair.kind for repair in mended.repairs] == ["whitespace"]


def test_changes_show_before_and_after_at_their_place_in_the_mended_text() -> None:
    mended = mend("It was the harbour&s worst day\nso far, and nobody&s fault, they said at\nlast &ndash; or later.")
    for change in mended.changes:
        assert mended.text[change.place : change.place + len(change.after)] == change.after
    assert ("apostrophe", "&", "’") in {(change.kind, change.before, change.after) for change in mended.changes}


def test_damage_on_damage_is_undone_layer_by_layer() -> None:
    text = "The mayor&amp;acirc;&amp;euro;&amp;trade;s plan was\u00ad\u200b “dead”.\tNobody wept."
    mended = mend(text)
    assert mended.text == "The mayor’s plan was “dead”. Nobody wept."
    assert Repair("entity", 3) in mended.repairs


def test_a_headline_and_a_label_stay_paragraphs_of_their_own() -> None:
    head = "Ferry owners under fire after report\n\nHARBOUR WIRE EXCLUSIVE:\n"
    mended = mend(head + seeded(CLEAN, "&", 120))
    assert mended.text == "Ferry owners under fire after report\n\nHARBOUR WIRE EXCLUSIVE:\n\n" + CLEAN


@pytest.mark.parametrize("text", ["", "\n", "\x00", "\ud800", "&", "?", "\ufeff", "a" * 10_000, "&#x110000;", "&#0;"])
def test_any_string_is_taken(text: str) -> None:
    assert isinstance(mend(text).text, str)
