"""UTF-8 that was read as something else, once or more often: `itâ€™s`, `nÃƒÂ©`, `РґРѕСЂ`.

Evidence, cheap: letters beyond ASCII that are not only punctuation. Strict: a lead sign followed by as
many signs as UTF-8 has continuation bytes, in one of the code pages that such text is read with, or a C1
control character. Plain cases of Windows-1252 and Latin-1 (punctuation; Latin letters, when there are
several; those whose second half was decomposed later) are decoded here; whatever is left goes, paragraph
by paragraph, to ftfy, which weighs whether the text is better before or after.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, Final

from worker.normalize.look import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.normalize.edits import Edit

_FAMILIES: Final = (
    ("latin-1", "cp1252", "cp1254"),
    ("cp1250", "iso8859-2"),
    ("cp1257",),
    ("cp1253",),
    ("cp1251",),
    ("mac-roman",),
    ("cp437",),
)
_UNDEFINED: Final = frozenset((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_BYTES_1252: Final = {chr(code): code for code in range(0x80, 0x100)} | {
    bytes((code,)).decode("cp1252"): code for code in range(0x80, 0x100) if code not in _UNDEFINED
}
_SIGNS_1252: Final = {
    chr(code): bytes((code,)).decode("cp1252") for code in range(0x80, 0xA0) if code not in _UNDEFINED
}
_CONTROLS: Final = frozenset(map(chr, range(0x80, 0xA0)))
_C1: Final = re.compile("[\x80-\x9f]")
_LONE_C1: Final = re.compile("(?<![\x80-\uffff])[\x80-\x9f](?![\x80-\xbf])")
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f]")
_DECOMPOSED: Final = re.compile("Ã (?:\u0304|\u0308|\u0301|\u0327)")
_COMPOSED: Final = {"\u0304": "ï", "\u0308": "è", "\u0301": "ô", "\u0327": "ø"}
_SURE: Final = "Ã\xad"
_LETTERS_MIN: Final = 3
_ROUNDS: Final = 3


def _shown(pages: tuple[str, ...], first: int, last: int) -> frozenset[str]:
    """How these code pages show these bytes."""
    return frozenset(bytes((code,)).decode(page, "ignore") for page in pages for code in range(first, last + 1)) - {""}


def _shape(pages: tuple[str, ...]) -> str:
    """A pattern of UTF-8's byte sequences as these code pages show them."""
    more, two, three, four = (
        "[" + "".join(re.escape(sign) for sign in sorted(_shown(pages, first, last))) + "]"
        for first, last in ((0x80, 0xBF), (0xC2, 0xDF), (0xE0, 0xEF), (0xF0, 0xF4))
    )
    return f"(?:{two}{more}|{three}{more}{{2}}|{four}{more}{{3}})"


_ALL_PAGES: Final = tuple(page for family in _FAMILIES for page in family)
_LEADS: Final = (_shown(_ALL_PAGES, 0xC2, 0xF4) - PLAIN) | _CONTROLS
_PARTS: Final = _shown(_ALL_PAGES, 0x80, 0xF4) | _CONTROLS
_HARMLESS: Final = PLAIN | frozenset(map(chr, range(0x80))) | frozenset("éáíóúñüöäèçêëàøåğşłćńšž\u200b\u00ad")
_SEQUENCES: Final = re.compile(_shape(("latin-1", "cp1252")) + "+")


@cache
def _evidence() -> re.Pattern[str]:
    lossy = "â€[?\ufffd ]|Ã[ \xa0]|[ÃÄÅĂÐÑ]\ufffd|â\x80|í[\xa0 ]?½í"
    return re.compile("|".join([*(_shape(family) for family in _FAMILIES), lossy, _C1.pattern]))


def _evident(text: str) -> Iterator[int]:
    """Where there is evidence. All of it begins beyond ASCII: only there the long pattern is tried."""
    evidence, done = _evidence(), 0
    for sign in _BEYOND_ASCII.finditer(text):
        match = evidence.match(text, sign.start()) if sign.start() >= done else None
        if match is not None:
            done = match.end()
            yield match.start()


def may_be_mojibake(signs: frozenset[str]) -> bool:
    """Whether the signs of a text (see `look.signs_of`) leave mojibake possible at all."""
    return not (signs - _HARMLESS).isdisjoint(_PARTS) and not signs.isdisjoint(_LEADS)


def undo_mojibake(text: str) -> list[Edit]:
    """The edits that undo a wrong decoding."""
    if next(_evident(text), None) is None:
        return []
    edits = _plain_cases(text)
    taken = {place for start, end, _, _ in edits for place in range(start, end)}
    rest = [place for place in _evident(text) if place not in taken]
    return _by_ftfy(text, rest, edits) if rest else edits


def _plain_cases(text: str) -> list[Edit]:
    edits: list[Edit] = []
    letters = 0
    for match in _SEQUENCES.finditer(text):
        after = _decoded(match[0])
        if after is not None:
            letters += after.isalpha()
            edits.append((match.start(), match.end(), after, "mojibake"))
    if letters < _LETTERS_MIN:
        edits = [edit for edit in edits if not edit[2].isalpha() or text[edit[0] : edit[1]] == _SURE]
    more = _DECOMPOSED.finditer(text)
    edits.extend((match.start(), match.end(), _COMPOSED[match[0][2]], "mojibake") for match in more)
    if _C1.search(text):
        lone = (match for match in _LONE_C1.finditer(text) if match[0] in _SIGNS_1252)
        edits.extend((match.start(), match.end(), _SIGNS_1252[match[0]], "mojibake") for match in lone)
    edits.sort()
    return edits


def _decoded(sequence: str) -> str | None:
    """`sequence` decoded as often as it can be; None where the outcome is not plain."""
    for _ in range(_ROUNDS):
        try:
            after = bytes(_BYTES_1252[sign] for sign in sequence).decode()
        except (KeyError, UnicodeDecodeError):
            return None
        if not _SEQUENCES.fullmatch(after):
            return after if all(_is_plain(sign) for sign in after) else None
        sequence = after
    return None


def _is_plain(sign: str) -> bool:
    return "\u2010" <= sign <= "\u203a" or "\u00df" <= sign <= "\u00ff" or sign in "€™£\u00a0©®°·½"


def prepare() -> None:
    """Import what the first mojibake needs: for a process that forks, so that its children have it."""
    import ftfy  # noqa: F401 - imported for its own sake


def _by_ftfy(text: str, places: list[int], edits: list[Edit]) -> list[Edit]:
    """Paragraphs with evidence left over are mended whole by ftfy; the others keep their `edits`."""
    import ftfy

    mended: list[Edit] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for place in places:
        if place < done:
            continue
        start = text.rfind("\n", 0, place) + 1
        end = text.find("\n", place)
        done = len(text) if end < 0 else end
        changed = _differences(text[start:done], ftfy.fix_encoding(text[start:done]), start)
        if changed:
            mended.extend(changed)
            starts.append(start)
            ends.append(done)
    kept = [edit for edit in edits if not (at := bisect_right(starts, edit[0])) or ends[at - 1] <= edit[0]]
    return sorted([*kept, *mended])


def _differences(before: str, after: str, offset: int) -> list[Edit]:
    """The edits that lead from `before` to `after`: word by word where their words can be paired."""
    if before == after:
        return []
    old, new = before.split(" "), after.split(" ")
    if len(old) != len(new):
        return [(offset, offset + len(before), after, "mojibake")]
    edits: list[Edit] = []
    place = offset
    for one, other in zip(old, new, strict=True):
        if one != other:
            edits.append((place, place + len(one), other, "mojibake"))
        place += len(one) + 1
    return edits
