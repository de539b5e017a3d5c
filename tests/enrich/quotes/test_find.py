"""Quotations get their kind and their speaker, or none where the text does not tell."""

from __future__ import annotations

import pytest

from tests.enrich.quotes.speech import names, said, speakers

INTRODUCED = "Ana Ruiz, the harbour master, came early.\n\n"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("“The gate is shut,” Ana Ruiz said.", "Ana Ruiz"),
        ("“The gate is shut,” said Ana Ruiz.", "Ana Ruiz"),
        ("“Is the gate shut?” Ana Ruiz asked.", "Ana Ruiz"),
        ("“The gate is shut!” shouted Ana Ruiz.", "Ana Ruiz"),
        ("Ana Ruiz said, “The gate is shut.”", "Ana Ruiz"),
        ("Ana Ruiz told reporters: “The gate is shut.”", "Ana Ruiz"),
        ("In a letter on Monday, Ana Ruiz wrote, “The gate is shut.”", "Ana Ruiz"),
        ("Ana Ruiz opened a window and said, “The gate is shut.”", "Ana Ruiz"),
        ("Ana Ruiz opened a window, adding: “The gate is shut.”", "Ana Ruiz"),
        ("“The gate is shut,” according to Ana Ruiz.", "Ana Ruiz"),
        ("Ana Ruiz continued:\n\n“The gate is shut.”", "Ana Ruiz"),
        ("Ana Ruiz: “The gate is shut.”", "Ana Ruiz"),
        ("“The gate is shut,” the Kremlin said.", "Kremlin"),
        ("“The gate is shut,” said Howard Dean.", "Howard Dean"),
    ],
)
def test_the_speaker_stands_before_behind_or_around_the_cue(text: str, name: str) -> None:
    assert [speaker for speaker, _ in speakers(text)] == [name]


@pytest.mark.parametrize(
    ("text", "name", "role"),
    [
        ("“The gate is shut,” said Ana Ruiz, a spokeswoman for the port.", "Ana Ruiz", "spokeswoman for the port"),
        ("“The gate is shut,” Ana Ruiz, the mayor, said.", "Ana Ruiz", "mayor"),
        ("“The gate is shut,” said Port Authority spokesman Ben Ode.", "Ben Ode", "Port Authority spokesman"),
        ("“The gate is shut,” said Secretary of State Ana Ruiz.", "Ana Ruiz", "Secretary of State"),
        ("“The gate is shut,” said a spokesman for the port, Ben Ode.", "Ben Ode", "spokesman for the port"),
        ("“The gate is shut,” said a spokesman for Ana Ruiz.", None, "spokesman for Ana Ruiz"),
        ("“The gate is shut,” a harbour official said.", None, "harbour official"),
        ("“The gate is shut,” the harbour council said.", None, "harbour council"),
        ("“The gate is shut,” said Lt. Col. Ana Ruiz, who lives nearby.", "Ana Ruiz", "Lt. Col."),
        ("“The gate is shut,” Ana Ruiz, who once worked for Ben Ode, said.", "Ana Ruiz", None),
    ],
)
def test_the_role_is_that_of_the_speaker_and_of_nobody_else(text: str, name: str | None, role: str | None) -> None:
    assert speakers(text) == [(name, role)]


def test_a_surname_and_a_pronoun_lead_to_the_fullest_name_and_its_role() -> None:
    text = INTRODUCED + "“The gate is shut,” Ruiz said.\n\n“It opens on Monday,” she added."
    assert speakers(text) == [("Ana Ruiz", "harbour master")] * 2


def test_a_pronoun_passes_over_people_of_the_other_gender() -> None:
    text = "Sarah Ode met Tom Lund on the quay. Tom Lund had keys.\n\n“The gate is shut,” she said."
    assert speakers(text) == [("Sarah Ode", None)]


def test_a_surname_that_two_people_bear_is_left_as_it_is() -> None:
    text = "Ana Ruiz and Ben Ruiz came.\n\n“The gate is shut,” Ruiz said."
    assert [name for name, _ in speakers(text)] == ["Ruiz"]


def test_two_who_speak_at_once_are_nobody() -> None:
    assert [name for name, _ in speakers("“The gate is shut,” Ana Ruiz and Ben Ode said.")] == [None]


def test_a_quotation_split_by_its_cue_is_two_rows_of_one_group() -> None:
    first, second = said("“The gate is shut,” Ana Ruiz said, “and it stays shut.”")
    assert first.group == second.group
    assert first.speaker == second.speaker is not None
    first, second = said("“The gate is shut,” Ana Ruiz said. “It stays shut.”")
    assert first.group == second.group
    assert first.speaker == second.speaker is not None


def test_a_quotation_of_several_paragraphs_has_the_speaker_of_its_last() -> None:
    rows = said("“The gate is shut.\n\n“It opens on Monday,” Ana Ruiz said.")
    assert [row.speaker.name for row in rows if row.speaker] == ["Ana Ruiz"] * 2
    assert len({row.group for row in rows}) == 1


def test_a_second_quotation_without_a_cue_goes_on_with_the_first() -> None:
    text = "“The gate is shut,” Ana Ruiz said.\n\n“It opens on Monday. Until then we wait.”"
    assert [name for name, _ in speakers(text)] == ["Ana Ruiz"] * 2


@pytest.mark.parametrize(
    ("text", "words", "name"),
    [
        ("Ana Ruiz called the gate “a disgrace.”", "a disgrace.", "Ana Ruiz"),
        ("The Kremlin dismissed the report as “harbour gossip.”", "harbour gossip.", "Kremlin"),
        ("The port is “concerned” by the tides, a harbour spokeswoman said on Monday.", "concerned", None),
        ("Ana Ruiz said that the gate was “shut for good” and left.", "shut for good", "Ana Ruiz"),
    ],
)
def test_quoted_words_inside_a_sentence_are_a_fragment(text: str, words: str, name: str | None) -> None:
    fragments = [(row.text, row.speaker.name if row.speaker else "") for row in said(text) if row.kind == "fragment"]
    assert fragments == [(words, name)]


@pytest.mark.parametrize(
    "text",
    [
        "The film “The Silent Harbour” opened on Friday.",
        "The so-called “green” harbour lies east of the town.",
        "His book, “A Year at the Gate,” is out now.",
    ],
)
def test_titles_and_scare_quotes_are_no_quotations(text: str) -> None:
    assert said(text) == ()


def test_who_is_meant_by_a_pronoun_is_not_guessed() -> None:
    text = "The gate was shut and the tide was high. The wind blew.\n\n“The gate is shut,” he said."
    assert speakers(text) == [(None, None)]


def test_the_end_of_a_lost_quotation_is_given_to_nobody() -> None:
    text = "Ben Ode waited. To open the gate, the port must act quickly,” he stated."
    assert [row for row in names(text) if row[2] is not None] == []


def test_a_language_without_rules_has_quotations_and_no_speakers() -> None:
    (row,) = said("”Porten är stängd och vi väntar på vattnet”, sade Ana Ruiz.", "sv")
    assert (row.kind, row.speaker, row.cue) == ("direct", None, None)
    assert said("Hon kallade den ”grön”.", "sv") == ()


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "„Das Tor ist zu“, sagte Bürgermeisterin Ana Ruiz am Montag.", ("Ana Ruiz", "Bürgermeisterin")),
        ("de", "»Das Tor ist zu«, so Ruiz. Ana Ruiz ging.", ("Ana Ruiz", None)),
        ("de", "Ein Sprecher des Hafens erklärte: „Das Tor ist zu.“", (None, "Sprecher des Hafens")),
        ("fr", "« La grille est fermée », a déclaré la maire, Ana Ruiz.", ("Ana Ruiz", "maire")),
        ("fr", "Le maire Paul Roux attend. « La grille est fermée », a-t-il dit.", ("Paul Roux", "maire")),
        ("es", "«La puerta está cerrada», dijo la alcaldesa, Ana Ruiz.", ("Ana Ruiz", "alcaldesa")),
        ("es", "La alcaldesa Ana Ruiz llegó. «La puerta está cerrada», dijo.", ("Ana Ruiz", "alcaldesa")),
    ],
)
def test_german_french_and_spanish_have_rules_of_their_own(
    language: str, text: str, expected: tuple[str | None, str | None]
) -> None:
    assert speakers(text, language) == [expected]


def test_a_french_cue_between_commas_inside_the_marks_parts_the_quotation() -> None:
    rows = said("« Il faut du temps, a expliqué Ana Ruiz, et du calme. »", "fr")
    assert [row.text for row in rows] == ["Il faut du temps,", "et du calme."]
    assert {row.speaker.name for row in rows if row.speaker} == {"Ana Ruiz"}


def test_the_same_text_gives_the_same_rows() -> None:
    text = INTRODUCED + "“The gate is shut,” Ruiz said. She said the tide was high."
    assert said(text) == said(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Gov. Ana Ruiz came early, she said.\n\n“The gate is shut,” the governor said.", "Ana Ruiz"),
        ("Gov. Ana Ruiz came early, Ana Ruiz said.\n\n“The gate is shut,” the former governor said.", None),
        ("Gov. Ana Ruiz came early, Ana Ruiz said.\n\n“The gate is shut,” a governor said.", None),
        ("Gov. Ana Ruiz came early, Ana Ruiz said.\n\n“The gate is shut,” the spokesman said.", None),
    ],
)
def test_a_definite_role_is_somebody_who_was_named_with_it(text: str, name: str | None) -> None:
    assert speakers(text)[-1][0] == name
