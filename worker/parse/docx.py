"""DOCX: the paragraphs of its main part, read as plain text; styles say which of them is the headline."""

from __future__ import annotations

import io
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from worker.article import Author, Subject
from worker.draft import Fields
from worker.errors import PermanentError
from worker.parse.people import is_person
from worker.parse.plain_text import read_text
from worker.parse.supplied import language_tag
from worker.parse.xml_tree import all_in, name_of, parse_xml, text_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zipfile import ZipFile

    from lxml.etree import _Element as Element

    from worker.draft import Draft
    from worker.rules import Rules

PART_BYTES_MAX = 16 << 20
_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# The same again for programs of old, and what stands outside of the text.
_SKIPPED = frozenset({"Fallback", "del", "moveFrom", "txbxContent", "pPr", "rPr"})
_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read_docx(data: bytes, rules: Rules) -> Draft:
    """The draft of a word-processor file.

    Raises:
        PermanentError: it is damaged, too large or encrypted, or has no text.
    """
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(io.BytesIO(data)) as archive:
            tree = parse_xml(_part(archive, "word/document.xml"))
            about = _part(archive, "docProps/core.xml") if "docProps/core.xml" in archive.namelist() else None
    except (
        BadZipFile,
        KeyError,
        zlib.error,
        OSError,
        EOFError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise PermanentError("parse", "malformed", f"the word-processor file is damaged: {error}") from None
    fields = _about(parse_xml(about).root, rules) if about else Fields()
    paragraphs: list[str] = []
    for style, text in _paragraphs(tree.root):
        if style == "title" and fields.headline is None:
            fields = replace(fields, headline=text, headline_origin="heading")
        elif style == "subtitle" and fields.subheadline is None:
            fields = replace(fields, subheadline=text)
        else:
            paragraphs.append(text)
    draft = read_text("\n\n".join(paragraphs).encode("utf-8", "replace"), rules)
    fields = replace(fields, authors=()).or_else(draft.fields).or_else(fields)
    return replace(
        draft, media_type=_MEDIA_TYPE, format="docx", encoding="utf-8", fields=fields, flags=(*tree.flags, *draft.flags)
    )


def _part(archive: ZipFile, name: str) -> bytes:
    info = archive.getinfo(name)
    if info.file_size > PART_BYTES_MAX:
        raise PermanentError("parse", "too_large", f"{name} of {info.file_size} bytes; {PART_BYTES_MAX} are allowed")
    if info.compress_type not in {0, 8}:
        raise PermanentError("parse", "unsupported_compression", f"{name} is not compressed by deflate")
    with archive.open(info) as file:
        return file.read(PART_BYTES_MAX)


def _paragraphs(root: Element) -> Iterator[tuple[str, str]]:
    """Style and text of each paragraph."""
    for paragraph in root.iter(f"{_WORD}p"):
        styles = (s.get(f"{_WORD}val") or "" for s in all_in(paragraph, "pPr", "pStyle"))
        text = "".join(_pieces(paragraph)).strip()
        if text:
            yield next(styles, "").casefold(), text


def _pieces(element: Element) -> Iterator[str]:
    for inner in element:
        name = name_of(inner)
        if name in _MARKS:
            yield _MARKS[name]
        elif name == "t":
            yield inner.text or ""
        elif name not in _SKIPPED and name != "p":
            yield from _pieces(inner)


def _about(root: Element, rules: Rules) -> Fields:
    """What the file says about itself. Its dates are those of the file, and its title is rarely kept up."""
    creator = text_in(root, "creator")
    keywords = (word.strip() for word in (text_in(root, "keywords") or "").replace(";", ",").split(","))
    return Fields(
        authors=(Author(creator),) if creator and is_person(creator, rules.people) else (),
        subjects=tuple(Subject(None, word, None) for word in keywords if word),
        language=language_tag(text_in(root, "language") or ""),
    )
