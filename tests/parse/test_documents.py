"""PDF, DOCX and Markdown with front matter."""

from __future__ import annotations

import sys

import pytest

from tests.documents import WORDS
from tests.parse.opened import draft_of, error_of
from tests.parse.printed import docx, pdf
from worker.article import Author, Publisher, Subject
from worker.parse import docx as docx_reader
from worker.parse import pdf as pdf_reader

LINES = "Council Meets\n\nBy Jo Roe\n\n6 November 2024\n\n"
LINES += "The council met on Monday and talked about\nthe tram for three hours."


def test_the_text_of_a_pdf_is_read_like_plain_text() -> None:
    draft = draft_of(pdf(LINES + "\n1", "Nobody was quite sure (why).\nPage 2 of 2"))
    assert (draft.format, draft.media_type) == ("pdf", "application/pdf")
    assert (draft.fields.headline, draft.fields.authors) == ("Council Meets", (Author("Jo Roe"),))
    text = " ".join(" ".join(draft.paragraphs).split())
    assert text == "The council met on Monday and talked about the tram for three hours. Nobody was quite sure (why)."


def test_without_the_extra_a_pdf_is_refused_and_the_extra_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    assert error_of(pdf(LINES)) == "needs_extra"


@pytest.mark.parametrize("data", [b"%PDF-1.4\nnoise", pdf(LINES)[:60], b"%PDF-"])
def test_a_damaged_pdf_is_refused(data: bytes) -> None:
    assert error_of(data) == "malformed"


def test_a_pdf_without_text_is_no_article() -> None:
    assert error_of(pdf("")) == "not_an_article"


def test_a_pdf_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_reader, "PAGES_MAX", 1)
    assert error_of(pdf(LINES, LINES)) == "too_large"


def test_styles_of_a_word_processor_say_what_a_paragraph_is() -> None:
    above = [("Title", "Council Meets"), ("Subtitle", "Nobody sure why")]
    draft = draft_of(docx(*above, ("Normal", WORDS), ("Normal", "Then it rained.")), "a.docx")
    assert (draft.format, draft.paragraphs) == ("docx", (WORDS, "Then it rained."))
    fields = draft.fields
    assert (fields.headline, fields.headline_origin) == ("Council Meets", "heading")
    assert fields.subheadline == "Nobody sure why"
    assert fields.authors == (Author("Jo Roe"),)


def test_without_styles_a_word_processor_file_is_read_like_plain_text() -> None:
    fields = draft_of(docx(("", "Council Meets"), ("", "By Al Poe"), ("", WORDS), ("", WORDS))).fields
    assert (fields.headline, fields.authors) == ("Council Meets", (Author("Al Poe"),))


def test_a_damaged_word_processor_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = docx(("", WORDS))
    assert error_of(data[:-30]) == "malformed"
    monkeypatch.setattr(docx_reader, "PART_BYTES_MAX", 10)
    assert error_of(data) == "too_large"


YAML = """---
title: "Council: Meets"
author: Jo Roe
date: 2024-11-06
tags:
  - trams
  - councils
source: The Post
lang: en-gb
---
"""


TOML = """+++
title = "Council: Meets"
author = "Jo Roe"
date = 2024-11-06
tags = ["trams", "councils"]
source = "The Post"
lang = "en-gb"
+++
"""


@pytest.mark.parametrize(
    "front",
    [
        YAML,
        YAML.replace("\n", "\r\n"),
        TOML,
    ],
    ids=["yaml", "yaml of windows", "toml"],
)
def test_front_matter_says_what_the_text_is_about(front: str) -> None:
    draft = draft_of(f"{front}\n{WORDS}\n\nThen it rained.\n".encode(), "a.md")
    fields = draft.fields
    assert (draft.format, draft.media_type) == ("markdown", "text/markdown")
    assert draft.paragraphs == (WORDS, "Then it rained.")
    assert (fields.headline, fields.headline_origin) == ("Council: Meets", "metadata")
    assert fields.authors == (Author("Jo Roe"),)
    assert fields.published is not None
    assert (fields.published.value, fields.language) == ("2024-11-06", "en-GB")
    assert fields.publisher == Publisher("The Post", None)
    assert fields.subjects == (Subject(None, "trams", None), Subject(None, "councils", None))


@pytest.mark.parametrize(
    "front",
    [
        "title: Council: Meets\nauthor: Jo Roe",
        "title: Council: Meets\nbad: [",
        "title: 'Council: Meets'\na: &a [x]\nb: [*a, *a]",
        "title: 'Council: Meets'\nx: !!python/object/apply:os.system [true]",
        "title: 'Council: Meets'\ndeep: " + "[" * 500 + "]" * 500,
    ],
    ids=["colons", "broken", "anchors", "objects", "depth"],
)
def test_front_matter_that_is_broken_or_hostile_is_read_line_by_line(front: str) -> None:
    draft = draft_of(f"---\n{front}\n---\n\n{WORDS}\n".encode())
    assert (draft.fields.headline, draft.paragraphs) == ("Council: Meets", (WORDS,))


def test_a_rule_on_top_of_a_text_is_no_front_matter() -> None:
    assert draft_of(f"---\n{WORDS}\n---\n{WORDS}\n".encode()).format == "txt"


def test_front_matter_without_a_text_is_no_article() -> None:
    assert error_of(YAML.encode()) == "not_an_article"
