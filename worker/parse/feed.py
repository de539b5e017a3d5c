"""RSS, Atom, RDF and CDF: each entry becomes an item as JSON Feed has it."""

from __future__ import annotations

import codecs
import io
import re
from typing import TYPE_CHECKING

from worker.errors import PermanentError
from worker.parse.decode import decode, is_believed
from worker.parse.json_feed import members_of, reader
from worker.parse.members import Container
from worker.parse.urls import absolute_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from worker.parse.json_value import Value
    from worker.rules import Rules

    Said = Mapping[str, Value]

BYTES_MAX = 16 << 20
TAGS_MAX = 300_000
"""What the library takes for broken it reads at some 30 µs a tag."""
# How `<?xm` begins in what is no extension of ASCII, with a byte order mark or without; the longest first.
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
    ("<?xm".encode("cp037"), "cp037"),
)
_DECLARED = re.compile(rb"(?:\xef\xbb\xbf)?<\?.*encoding=['\"](.*?)['\"].*\?>")
_IS_UTF8 = {"content-type": "application/xml; charset=utf-8"}
_TOLD_MAX = 200
_MEDIA_TYPES = {"atom": "application/atom+xml", "rdf": "application/rdf+xml"}
_RDF_VERSIONS = {"rss090", "rss10"}
_HTML_TYPES = ("text/html", "application/xhtml+xml", "")


def read_feed(data: bytes, _rules: Rules) -> Container:
    """The entries of a feed. Of a broken one, those that can be made out.

    Raises:
        PermanentError: it is too large, so malformed that the library fails, or there is no entry in it.
    """
    import feedparser

    _refuse_hostile(data)
    data, said = _in_charset(data)
    # A stream, since text is taken for an address; no sanitising: our own reading of HTML takes the words only.
    try:
        parsed = feedparser.parse(
            io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False, response_headers=said
        )
    except RecursionError:
        raise PermanentError("parse", "too_deep", "the feed is nested too deeply") from None
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        # What the library trips over in elements that stand where they make no sense.
        raise PermanentError("parse", "malformed", f"the feed can't be read: {error!r}"[:_TOLD_MAX]) from error
    if not parsed.entries:
        raise PermanentError("parse", "not_an_article", "the feed has no entries")
    version = str(parsed.get("version") or "")
    form = "rdf" if version in _RDF_VERSIONS else "atom" if version.startswith("atom") else "rss"
    base = absolute_url(_text(parsed.feed.get("link")) or "")
    items = [_item(entry, parsed.feed, form) for entry in parsed.entries]
    return Container("feed", members_of(items, reader(form, _MEDIA_TYPES.get(form, "application/rss+xml"), base)))


def _refuse_hostile(data: bytes) -> None:
    if len(data) > BYTES_MAX:
        raise PermanentError("parse", "too_large", f"a feed of {len(data)} bytes; {BYTES_MAX} are allowed")
    tags = data.count(b"<")
    if tags > TAGS_MAX:
        raise PermanentError("parse", "too_many_elements", f"a feed with {tags} tags; {TAGS_MAX} are allowed")


def _in_charset(data: bytes) -> tuple[bytes, dict[str, str]]:
    """The bytes to read, and the header that says what they are.

    The library asks Python for whatever encoding a feed declares: `undefined` raises there, and `punycode` takes time
    with the square of the length. What is declared so is decoded here, and what is no extension of ASCII, too, since
    the declaration inside is another one.
    """
    codec = next((codec for mark, codec in _WIDE if data.startswith(mark)), None)
    if codec is not None:
        return data.decode(codec, "replace").encode("utf-8", "replace"), _IS_UTF8
    declared = _DECLARED.match(data)
    if declared is not None and not is_believed(declared[1].decode("latin-1")):
        return decode(data).text.encode("utf-8", "replace"), _IS_UTF8
    return data, {}


def _item(entry: Said, feed: Said, form: str) -> dict[str, Value]:
    """What the feed's `entry` says, under the keys of JSON Feed."""
    said: dict[str, Value] = {
        "id": entry.get("id"),
        "url": entry.get("link"),
        "title": entry.get("title"),
        **_content(entry),
        "summary": entry.get("summary"),
        "date_published": entry.get("published") or entry.get("created"),
        # Asked like this, a missing date of the update is not replaced by that of publication.
        "date_modified": dict(entry).get("updated"),
        "authors": _authors(entry, "authors", "author") or _authors(feed, "authors", "author"),
        "contributors": _authors(entry, "contributors", ""),
        "publisher": _source(entry) or _text(feed.get("title")),
        "rights": entry.get("rights") or feed.get("rights"),
        "language": entry.get("language") or _language(entry) or feed.get("language"),
        "tags": [_tag(tag) for tag in _rows(entry.get("tags"))],
        "images": list(_images(entry)),
    }
    if form != "atom" and not said["date_published"]:
        # Only Atom means the update by it: elsewhere it is what `dc:date` became.
        said["date_published"], said["date_modified"] = said["date_modified"], None
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def _content(entry: Said) -> dict[str, Value]:
    """The fullest content: HTML before text."""
    contents = [row for row in _rows(entry.get("content")) if _text(row.get("value"))]
    marked = [row for row in contents if (_text(row.get("type")) or "") in _HTML_TYPES]
    chosen = max(marked or contents, key=lambda row: len(str(row["value"])), default=None)
    return {"content_html": chosen["value"]} if chosen else {}


def _authors(said: Said, several: str, one: str) -> list[Value]:
    rows = [{"name": name} for row in _rows(said.get(several)) if (name := _text(row.get("name")))]
    return list(rows) or ([_text(said.get(one))] if one and _text(said.get(one)) else [])


def _source(entry: Said) -> str | None:
    """The title of the feed that an aggregator took the entry from."""
    source = entry.get("source")
    return _text(source.get("title")) if isinstance(source, dict) else None


def _language(entry: Said) -> str | None:
    details = [entry.get("title_detail"), *_rows(entry.get("content")), entry.get("summary_detail")]
    return next((tag for row in details if isinstance(row, dict) and (tag := _text(row.get("language")))), None)


def _tag(tag: Said) -> dict[str, Value]:
    label, term, scheme = (_text(tag.get(key)) for key in ("label", "term", "scheme"))
    return {"code": term if label or scheme else None, "name": label or term, "scheme": scheme}


def _images(entry: Said) -> Iterator[dict[str, Value]]:
    credit = next((_text(row.get("content")) for row in _rows(entry.get("media_credit"))), None)
    media = [*_rows(entry.get("media_content")), *_rows(entry.get("enclosures"))]
    for row in media:
        url = _text(row.get("url")) or _text(row.get("href"))
        if url and (row.get("medium") == "image" or str(row.get("type")).startswith("image/")):
            yield {"url": url, "credit": credit}
    image = entry.get("image")
    rows = [*_rows(entry.get("media_thumbnail")), *([image] if isinstance(image, dict) else [])]
    for row in rows:
        url = _text(row.get("url")) or _text(row.get("href"))
        if url:
            yield {"url": url, "credit": credit}


def _rows(value: Value) -> list[Said]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _text(value: Value) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
