"""The line: how an article or a rejection becomes JSON. `fill.py` has the other half.

A worker renders an article with gaps for what it can't know, and the writer fills them. A gap is one NUL
byte, which no JSON holds. There are six, in this order:

    "seq":<0>                                        the ordinal in the stream
    "version":<1>      with `replaces`               succession
    "duplicate":<2>    with `shared` and `story`     what depends on other documents
    "flags":[…<3>]     the end of the list           what only the other documents show
    "trimmed":[…<4>]   the end of the list           what the line had no room for
    "emitted_at":<5>   the end of `processing`       when the line was made
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import orjson

from worker import __version__
from worker.article import Article, Rejection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SCHEMA = "article/1.0"
REVISION = 1
PARTNERS_MAX = 5
"""The most texts that `shared` names."""

PASSAGES_MAX = 40
"""The most passages in one line, over all that `shared` names."""

_GAP_BYTES_BARE = 1024
GAP_BYTES_MAX = _GAP_BYTES_BARE + 64 * PASSAGES_MAX
"""The most that filling adds to a body: of it, all but a kibibyte are for the passages of `shared`."""

MESSAGE_CHARACTERS_MAX = 500

_GAP = orjson.Fragment(b"\0")
# JSON allows these raw, but they end a line for `str.splitlines` or disturb a terminal. A search for one byte
# is ten times faster than one for several, so the last byte of each is looked for first.
_ESCAPES = (
    (b"\x7f", b"\x7f", b"\\u007f"),
    (b"\x85", b"\xc2\x85", b"\\u0085"),
    (b"\xa8", b"\xe2\x80\xa8", b"\\u2028"),
    (b"\xa9", b"\xe2\x80\xa9", b"\\u2029"),
)


def _names(first: str, last: str) -> tuple[str, ...]:
    names = [f.name for f in fields(Article)]
    return tuple(names[names.index(first) : names.index(last) + 1])


_BEFORE_DUPLICATE = _names("guid", "removed")
_AFTER_DUPLICATE = _names("entities", "source")
_values_before = attrgetter(*_BEFORE_DUPLICATE)
_values_after = attrgetter(*_AFTER_DUPLICATE)


def render_article(article: Article, line_bytes_max: int, rules_version: str) -> bytes | Rejection:
    """The line of `article` with its gaps, without a newline.

    A line that would be longer than `line_bytes_max` bytes with the gaps filled is trimmed in the order of
    `_TRIMS`, each step named in `quality.trimmed`. Where that is not enough, the document is rejected as
    `line_too_long`. `rules_version` is that of the rules that the article was made with.
    """
    limit = line_bytes_max - GAP_BYTES_MAX
    body = _rendered(article, rules_version)
    for name, trim in _TRIMS:
        if name == _AFTER_PASSAGES:
            limit = line_bytes_max - _GAP_BYTES_BARE
        if len(body) <= limit:
            return body
        trimmed = trim(article)
        if trimmed == article:
            continue
        quality = replace(trimmed.quality, trimmed=(*trimmed.quality.trimmed, name))
        article = replace(trimmed, quality=quality)
        body = _rendered(article, rules_version)
    if len(body) <= limit:
        return body
    source = article.source
    message = f"the line would have {len(body) + _GAP_BYTES_BARE} bytes, and {line_bytes_max} are allowed"
    return Rejection(article.id, source.path, source.member, source.sha256, "record", "line_too_long", message)


def render_rejection(rejection: Rejection) -> bytes:
    """The JSON object of `rejection`, without `rejected_at`."""
    row = {
        "id": rejection.id,
        "revision": REVISION,
        "path": rejection.path,
        "member": rejection.member,
        "sha256": rejection.sha256,
        "stage": rejection.stage,
        "error": rejection.error,
        "message": rejection.message[:MESSAGE_CHARACTERS_MAX],
        "attempts": rejection.attempts,
    }
    return _dumped(row)


def _rendered(article: Article, rules_version: str) -> bytes:
    row: dict[str, object] = {
        "seq": _GAP,
        "schema": SCHEMA,
        "kind": "article",
        "id": article.id,
        "revision": REVISION,
        "version": _GAP,
    }
    row.update(zip(_BEFORE_DUPLICATE, _values_before(article), strict=True))
    row["duplicate"] = _GAP
    row.update(zip(_AFTER_DUPLICATE, _values_after(article), strict=True))
    row["quality"] = {"flags": _open_list(article.quality.flags), "trimmed": _open_list(article.quality.trimmed)}
    row["processing"] = {"version": __version__, "rules": rules_version, "emitted_at": _GAP}
    return _dumped(row)


def _open_list(words: Sequence[str]) -> orjson.Fragment:
    """A list with a gap at its end."""
    return orjson.Fragment(orjson.dumps(words)[:-1] + b"\0]")


def _dumped(row: dict[str, object]) -> bytes:
    try:
        data = orjson.dumps(row)
    except TypeError:
        # orjson refuses lone surrogates; only then is every string worth a look.
        data = orjson.dumps(_scrubbed(row))
    for last, raw, escaped in _ESCAPES:
        if last in data and raw in data:
            data = data.replace(raw, escaped)
    return data


def _scrubbed(value: Any) -> Any:
    """The same value with U+FFFD for each lone surrogate; no span moves by it."""
    if isinstance(value, str):
        return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in value)
    if isinstance(value, dict):
        return {name: _scrubbed(inner) for name, inner in value.items()}
    if isinstance(value, tuple):
        return tuple(_scrubbed(inner) for inner in value)
    if is_dataclass(value):
        return {f.name: _scrubbed(getattr(value, f.name)) for f in fields(value)}
    return value


def _without_mentions(article: Article) -> Article:
    return replace(article, entities=tuple(replace(entity, mentions=()) for entity in article.entities))


def _without_removed_texts(article: Article) -> Article:
    return replace(article, removed=tuple(replace(removal, text=None) for removal in article.removed))


_TRIMS: tuple[tuple[str, Callable[[Article], Article]], ...] = (
    ("entities.mentions", _without_mentions),
    ("keyphrases", lambda article: replace(article, keyphrases=())),
    ("figures", lambda article: replace(article, figures=())),
    ("dates_mentioned", lambda article: replace(article, dates_mentioned=())),
    ("removed.text", _without_removed_texts),
    ("quotes", lambda article: replace(article, quotes=())),
)
# The passages of `shared` go behind the dates and before this. They are the writer's to leave out.
_AFTER_PASSAGES = "removed.text"
