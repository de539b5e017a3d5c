"""Which charset bytes are in that are no UTF-8 and say nothing of it: told only where the evidence is clear.

Text in a script other than Latin is made of bytes over 7F for a good part; in Latin text in cp1252 they are few.
Among the charsets of those scripts the right one decodes without an error and gives what the script is made of:
kana, Hangul, the most frequent characters of Chinese, small letters of the usual frequency. Two that fit alike,
or none: no charset is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_SAMPLE_BYTES: Final = 4_000
_HIGH_SHARE_MIN: Final = 0.25
_LETTERS_MIN: Final = 12
_MARGIN: Final = 0.1


@dataclass(frozen=True, slots=True)
class _Script:
    """`letters`: the range of its characters; `frequent`: those that make up at least `share_min` of them."""

    first: str
    last: str
    frequent: frozenset[str]
    share_min: float


_KANA: Final = _Script("\u3041", "\u30ff", frozenset("のにはをたがでとしれさあいうるかなもきくこまらりんっー"), 0.3)
_HANGUL: Final = _Script("\uac00", "\ud7a3", frozenset("이다의는에을가로하고한은지를서도사기대자인시정"), 0.15)
_SIMPLIFIED: Final = _Script(
    "\u4e00", "\u9fff", frozenset("的一是不了在人有这中大来上国个到说们为子和你地出会时年"), 0.08
)
_TRADITIONAL: Final = _Script(
    "\u4e00", "\u9fff", frozenset("的一是不了在人有這中大來上國個到說們為子和你地出會時年"), 0.08
)
_CYRILLIC: Final = _Script("\u0400", "\u04ff", frozenset("оеаинтсрвліко"), 0.5)
_GREEK: Final = _Script("\u0386", "\u03ce", frozenset("αοιετσνηυρπκμλς"), 0.55)
_HEBREW: Final = _Script("\u05d0", "\u05ea", frozenset("יוהלארמתבש"), 0.5)
_ARABIC: Final = _Script("\u0621", "\u064a", frozenset("اليمونترعب"), 0.5)

# Codec, name in the record, script, and the share of what is not ASCII that must be of that script.
_CANDIDATES: Final = (
    ("cp932", "shift_jis", _KANA, 0.25),
    ("euc_jp", "euc-jp", _KANA, 0.25),
    ("cp949", "euc-kr", _HANGUL, 0.8),
    ("gb18030", "gb18030", _SIMPLIFIED, 0.7),
    ("big5hkscs", "big5", _TRADITIONAL, 0.7),
    ("cp1251", "windows-1251", _CYRILLIC, 0.9),
    ("koi8-u", "koi8-u", _CYRILLIC, 0.9),
    ("koi8-r", "koi8-r", _CYRILLIC, 0.9),
    ("cp866", "ibm866", _CYRILLIC, 0.9),
    ("iso8859-5", "iso-8859-5", _CYRILLIC, 0.9),
    ("cp1253", "windows-1253", _GREEK, 0.9),
    ("cp1255", "windows-1255", _HEBREW, 0.85),
    ("cp1256", "windows-1256", _ARABIC, 0.85),
)
_ASCII: Final = bytes(range(0x80))
# These decode the usual letters alike; the first that fits is as good as the other.
_ALIKE: Final = frozenset((("koi8-r", "koi8-u"),))


def charset_of(data: bytes) -> tuple[str, str] | None:
    """Codec and name of the charset of `data`, None where nothing tells it clearly."""
    sample = data[:_SAMPLE_BYTES]
    high = len(sample.translate(None, _ASCII))
    if high < _LETTERS_MIN or high < len(sample) * _HIGH_SHARE_MIN:
        return None
    scored = [(_score(sample, codec, script, share), codec, name) for codec, name, script, share in _CANDIDATES]
    scored.sort(reverse=True)
    (best, codec, name), (second, other, _) = scored[0], scored[1]
    if best == 0 or (best - second < _MARGIN and tuple(sorted((codec, other))) not in _ALIKE):
        return None
    return codec, name


def _score(sample: bytes, codec: str, script: _Script, share_min: float) -> float:
    """How well `sample` fits: the share of the script's most frequent characters, 0 where it does not."""
    text = _decoded(sample, codec)
    signs = [sign for sign in text if sign > "\x7f" and (sign.isalpha() or not sign.isprintable())]
    letters = [sign for sign in signs if script.first <= sign <= script.last]
    if len(letters) < _LETTERS_MIN or len(letters) < len(signs) * share_min:
        return 0.0
    share = sum(sign in script.frequent for sign in letters) / len(letters)
    return share if share >= script.share_min else 0.0


def _decoded(sample: bytes, codec: str) -> str:
    """`sample` decoded, "" where a byte is in error; a character cut at its end is none."""
    for cut in range(4):
        try:
            return sample[: len(sample) - cut].decode(codec)
        except UnicodeDecodeError as error:
            if error.start < len(sample) - 4:
                return ""
    return ""
