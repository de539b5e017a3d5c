"""PDF: the text of its pages, read as plain text. Needs the extra `documents`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from worker.errors import PermanentError
from worker.parse.plain_text import read_text

if TYPE_CHECKING:
    from worker.draft import Draft
    from worker.rules import Rules

PAGES_MAX = 100
CHARACTERS_MAX = 2_000_000
# What the library gives for a hyphen at the end of a line.
_HYPHEN = re.compile("\ufffe[ \t]*\r?\n?")
_PAGE_NUMBER = re.compile(r"^[ \t]*(?:page[ \t]+)?\d{1,4}(?:[ \t]*(?:/|of)[ \t]*\d{1,4})?[ \t]*$", re.IGNORECASE)


def read_pdf(data: bytes, rules: Rules) -> Draft:
    """The draft of a PDF.

    Raises:
        PermanentError: the extra is not installed; the file is damaged, needs a password, or has no text.
    """
    try:
        import pypdfium2
    except ImportError:
        message = "it is a PDF; install copydesk[documents] to read these"
        raise PermanentError("parse", "needs_extra", message) from None
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise PermanentError("parse", "encrypted", "the PDF needs a password") from None
        raise PermanentError("parse", "malformed", f"the PDF is damaged: {error}") from None
    try:
        if len(document) > PAGES_MAX:
            raise PermanentError("parse", "too_large", f"a PDF of {len(document)} pages; {PAGES_MAX} are allowed")
        pages = [_page(document, number) for number in range(len(document))]
    finally:
        document.close()
    draft = read_text("\n".join(pages)[:CHARACTERS_MAX].encode("utf-8", "replace"), rules)
    return replace(draft, media_type="application/pdf", format="pdf", encoding="utf-8")


def _page(document: object, number: int) -> str:
    """The text of a page, lines as they stand, without its number; empty where the page can't be read."""
    import pypdfium2

    try:
        text: str = document[number].get_textpage().get_text_bounded()  # type: ignore[index]
    except pypdfium2.PdfiumError:
        return ""
    lines = _HYPHEN.sub("", text).replace("\r\n", "\n").split("\n")
    while lines and (not lines[-1].strip() or _PAGE_NUMBER.match(lines[-1])):
        lines.pop()
    return "\n".join(lines)
