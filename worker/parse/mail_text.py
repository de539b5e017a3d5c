"""The text of a mail: flowed lines joined, and what is no part of it cut off.

Cut are the signature, the mail that is answered, and the header of a mail that is forwarded. A forwarded mail counts
as the article where what stands above it is only a note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from worker.article import Removal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import Message

_NOTE_WORDS_MAX = 60
_FORWARDS_MAX = 10
_QUOTED_SHARE = 0.8
_HEADER_LINES_MAX = 12
_FORWARD = re.compile(
    r"^[ \t]*(?:-{2,}[ \t]*(?:forwarded message|original message|weitergeleitete nachricht|ursprüngliche nachricht"
    r"|message transféré|message d'origine|mensaje reenviado|messaggio inoltrato)[ \t]*-*"
    r"|begin forwarded message:)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_HEADER_LINE = re.compile(
    r"[ \t>*]*(from|von|de|date|datum|sent|subject|betreff|objet|asunto|to|cc|an|reply-to)\*?:[ \t*]*(.*)",
    re.IGNORECASE,
)
_NAMES = {"von": "from", "de": "from", "datum": "date", "betreff": "subject", "objet": "subject", "asunto": "subject"}
_ATTRIBUTION = re.compile(
    r"^.{0,300}\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef)\b.{0,80}:\s*$", re.MULTILINE
)
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
_QUOTE = re.compile(r"^>+ ?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Body:
    """`text` is the article's; `header` is that of the forwarded mail it is from, under English names."""

    text: str
    removed: tuple[Removal, ...] = ()
    header: Mapping[str, str] = field(default_factory=dict)


def unflow(text: str, part: Message) -> str:
    """`text` with lines joined that end with a space, where the part says `format=flowed` (RFC 3676)."""
    if str(part.get_param("format") or "").casefold() != "flowed":
        return text
    is_space_cut = str(part.get_param("delsp") or "").casefold() == "yes"
    joined: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        line = line.removeprefix(" ")
        if joined and joined[-1].endswith(" ") and joined[-1] != "-- " and not line.startswith(">"):
            joined[-1] = (joined[-1][:-1] if is_space_cut else joined[-1]) + line
        else:
            joined.append(line)
    return "\n".join(joined)


def cut_body(text: str, depth: int = 0) -> Body:
    """`text` without signature and answered mail; the forwarded mail alone where there is one below a note.

    `depth` says how often it was forwarded already; beyond a few times the rest stands as it is.
    """
    text = text.replace("\r\n", "\n")
    mark = _FORWARD.search(text) if depth < _FORWARDS_MAX else None
    if mark is not None:
        above, below = text[: mark.start()], text[mark.end() :]
        header, rest = _header(below)
        if len(above.split()) <= _NOTE_WORDS_MAX and rest.strip():
            cut = text[: len(text) - len(rest)].strip()
            body = cut_body(rest, depth + 1)
            return Body(body.text, (Removal("forward_header", cut), *body.removed), body.header or header)
        return _without_signature(above, (Removal("quoted_mail", text[mark.start() :].strip()),))
    return _without_quotes(text)


def _header(text: str) -> tuple[dict[str, str], str]:
    """The header lines that `text` begins with, and what stands below them."""
    header: dict[str, str] = {}
    lines = text.lstrip("\n").split("\n")
    for number, line in enumerate(lines[:_HEADER_LINES_MAX]):
        match = _HEADER_LINE.match(line)
        if match is None and line.strip():
            return header, "\n".join(lines[number:])
        if match is not None:
            name = match[1].casefold()
            header.setdefault(_NAMES.get(name, name), match[2].strip(" *"))
    return header, "\n".join(lines[_HEADER_LINES_MAX:])


def _without_quotes(text: str) -> Body:
    lines = [line for line in text.split("\n") if line.strip()]
    quoted = sum(line.startswith(">") for line in lines)
    if quoted and quoted >= len(lines) * _QUOTED_SHARE:
        # Nothing but a quotation: it is the article, handed on.
        return _without_signature(_QUOTE.sub("", text), ())
    answered = _ATTRIBUTION.search(text)
    if answered is not None and text[answered.end() :].lstrip().startswith(">") and text[: answered.start()].strip():
        return _without_signature(text[: answered.start()], (Removal("quoted_mail", text[answered.start() :].strip()),))
    return _without_signature(text, ())


def _without_signature(text: str, removed: tuple[Removal, ...]) -> Body:
    mark = _SIGNATURE.search(text)
    if mark is None or not text[: mark.start()].strip() or not text[mark.end() :].strip():
        return Body(text, removed)
    return Body(text[: mark.start()], (Removal("signature", text[mark.end() :].strip()), *removed))
