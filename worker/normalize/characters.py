"""Characters that are damage in any text: controls, invisible marks, unusual spaces, split letters.

Python's `isprintable` is the quick test: it is false for every character that any of this mends, and for the
line feed.
"""

from __future__ import annotations

import re
import unicodedata

# Controls save tab and line feed; C1 controls, which are cp1252 read as latin-1; soft hyphens, marks of width
# zero and direction overrides, which show nothing or something else than is said; lone surrogates. U+200C and
# U+200D belong to the spelling of Persian and of Indian languages, and stay.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_CP1252 = {chr(number): bytes([number]).decode("cp1252", "ignore") for number in range(0x80, 0xA0)}
_BREAKS = {
    "\v": "\n",
    "\f": "\n",
    "\r": "\n",
    "\u2028": "\n",
    "\u2029": "\n",
    "\x1c": " ",
    "\x1d": " ",
    "\x1e": " ",
}

# Two or more spaces, or any other white space within the line.
_SPACES = re.compile(r"(?: *+[^\S\n ]|  )[^\S\n]*")
_AROUND_BREAKS = re.compile(r" \n ?|\n ")
_BLANK_LINES = re.compile(r"\n{3,}")


def mend_controls(text: str) -> tuple[str, int]:
    """`text` without control and invisible characters, and how many there were.

    Those that break lines become line feeds, C1 controls what they are in cp1252, lone surrogates U+FFFD.
    """
    if text.replace("\n", "").isprintable():
        return text, 0
    return _CONTROLS.subn(_instead, text)


def _instead(match: re.Match[str]) -> str:
    character = match.group()
    if "\ud800" <= character <= "\udfff":
        return "\ufffd"
    return _BREAKS.get(character) or _CP1252.get(character, "")


def compose(text: str) -> tuple[str, int]:
    """`text` in Unicode's form NFC, and how many characters that took."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text, 0
    composed = unicodedata.normalize("NFC", text)
    return composed, max(1, len(text) - len(composed))


def _has_unusual_space(text: str) -> bool:
    return "\t" in text if text.isascii() else not text.replace("\n", "").isprintable()


def mend_spaces(text: str) -> tuple[str, int]:
    """`text` with single plain spaces and none at the ends of lines, and how many runs were mended.

    More than one blank line becomes one.
    """
    mended, count = text, 0
    if "  " in text or _has_unusual_space(text):
        mended, count = _SPACES.subn(" ", text)
    if " \n" in mended or "\n " in mended:
        mended, more = _AROUND_BREAKS.subn("\n", mended)
        count += more
    if "\n\n\n" in mended:
        mended = _BLANK_LINES.sub("\n\n", mended)
    return mended.strip(), count
