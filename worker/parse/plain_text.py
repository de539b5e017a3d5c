"""Plain text: what stands above the words, and the paragraphs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker.draft import Draft
from worker.errors import PermanentError
from worker.parse.decode import decode
from worker.parse.header import read_header

if TYPE_CHECKING:
    from worker.rules import Rules

_BREAK_MARKS = "\r\v\f\u2028\u2029"
_BREAKS = re.compile(r"\r\n?|[\v\f\u2028\u2029]")
# Ends of sentences, quotation marks and brackets behind them included.
_SENTENCE_END = re.compile(r"[.!?…。！？।؟:][\"'’”»)\]]*\s*\Z")
_MARKED = re.compile(r"#{1,6} +(?P<plain>\S.{1,200}?)(?: +#{1,6})?\s*|\*\*(?P<bold>[^\s*][^*]{1,200})\*\*\s*")
# In text that is wrapped, a line ends with a sentence once in ten times or so.
_PARAGRAPH_LINES_SHARE = 0.6


def read_text(data: bytes, rules: Rules) -> Draft:
    """The draft of a plain text.

    Raises:
        PermanentError: there is no text in it, or nothing but a header.
    """
    decoded = decode(data)
    lines = split_lines(decoded.text)
    header = read_header(lines, rules)
    paragraphs = split_paragraphs([_without_marker(line) for line in header.rest])
    if not any(c.isalpha() for paragraph in paragraphs for c in paragraph):
        raise PermanentError("parse", "not_an_article", "there are no words below the header")
    return Draft(
        "text/plain",
        "txt",
        decoded.encoding,
        paragraphs,
        fields=header.fields,
        removed=header.removed,
        flags=decoded.flags,
    )


def _without_marker(line: str) -> str:
    """A heading between the paragraphs without the signs that mark it as one in Markdown."""
    if line[:1] not in {"#", "*"}:
        return line
    match = _MARKED.fullmatch(line)
    return (match["plain"] or match["bold"]) if match else line


def split_lines(text: str) -> list[str]:
    """The lines of `text`, whatever ends them."""
    if any(mark in text for mark in _BREAK_MARKS):
        text = _BREAKS.sub("\n", text)
    return text.split("\n")


def split_paragraphs(lines: list[str]) -> tuple[str, ...]:
    """The paragraphs that `lines` make: between blank lines, or one a line where lines end with sentences."""
    blocks: list[list[str]] = []
    is_open = False
    for line in lines:
        if not line or line.isspace():
            is_open = False
        elif is_open:
            blocks[-1].append(line)
        else:
            blocks.append([line])
            is_open = True
    followed = [line for block in blocks for line in block[:-1]]
    # No sentence ends with a letter or digit, as most lines of a wrapped text do.
    ends = sum(not line[-1].isalnum() and _SENTENCE_END.search(line[-8:]) is not None for line in followed)
    if followed and ends >= len(followed) * _PARAGRAPH_LINES_SHARE:
        return tuple(line for block in blocks for line in block)
    return tuple("\n".join(block) for block in blocks)
