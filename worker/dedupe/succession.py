"""What tells the versions of one document, and the days between which texts are compared.

A publisher names a document by its address or an identifier; a file name says it only where there is neither, and only
together with a text that is alike (the index sees to that): a scraper may call everything `article.txt`. All of it
follows from the emitted line alone, so that the index can be filled from the output.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from worker.article import Moment, Publisher

if TYPE_CHECKING:
    from worker.article import Article

KEY_BYTES = 8
_FINE = frozenset({"day", "minute", "second"})
_SPAN_SECONDS = {"day": 86_400, "minute": 60, "second": 1}
_DECEMBER = 12


@dataclass(frozen=True, slots=True)
class Succession:
    """When a text was published and which documents it can be a version of.

    Args:
        day: of publication, else of arrival; days since 1 January of the year 1.
        earliest, latest: the bounds of `modified`, else of `published`, in seconds since 1970; 0 and 0 where unknown.
            `latest` is just behind.
        names: 8 bytes each, the strongest first: what the publisher calls the document.
        by_file: the only name is that of the file.
    """

    day: int
    earliest: int
    latest: int
    names: tuple[bytes, ...]
    by_file: bool


def succession_of(article: Article) -> Succession:
    """That of `article`."""
    source = article.source
    publisher = _scope(article.publisher)
    file = source.path if source.member is None else None
    return _succession(
        article.published, article.modified, source.received_at, _Names(publisher, article.url, article.guid, file)
    )


def succession_of_line(line: dict[str, Any]) -> Succession:
    """The same, from the article's line as JSON has it."""
    source, publisher = line["source"], line["publisher"]
    scope = _scope(Publisher(**publisher) if publisher else None)
    file = source["path"] if source["member"] is None else None
    published, modified = (Moment(**line[key]) if line[key] else None for key in ("published", "modified"))
    return _succession(published, modified, source["received_at"], _Names(scope, line["url"], line["guid"], file))


class _Names(NamedTuple):
    """What a document is called: `file` is its path, None for a member of another."""

    publisher: str
    url: str | None
    guid: str | None
    file: str | None


def _succession(published: Moment | None, modified: Moment | None, received_at: str, given: _Names) -> Succession:
    day = _published_day(published) or _day_of(received_at)
    earliest, latest = _bounds(modified or published)
    publisher = given.publisher
    strong = (("url", _address(given.url)), ("guid", _identifier(given.guid, publisher)))
    names = tuple(_name(kind, publisher, value) for kind, value in strong if value)
    by_file = bool(publisher and given.file) and given.url is None and given.guid is None
    if by_file:
        names = (_name("file", publisher, given.file or ""),)
    return Succession(day, earliest, latest, names, by_file)


def _scope(publisher: Publisher | None) -> str:
    if publisher is None:
        return ""
    return (publisher.domain or publisher.name or "").casefold().removeprefix("www.")


def _address(url: str | None) -> str | None:
    """The address of one document; that of a whole site is none."""
    path = (url or "").partition("://")[2].partition("/")[2]
    return url if path.strip("/") else None


def _identifier(guid: str | None, publisher: str) -> str | None:
    """Without a publisher only one that is unique in the world (`urn:…`, `tag:…`, `https://…`)."""
    if guid is None or not (publisher or ":" in guid):
        return None
    return _address(guid) if "://" in guid else guid


def _name(kind: str, publisher: str, value: str) -> bytes:
    words = f"{kind}\0{publisher}\0{value}".encode("utf-8", "surrogatepass")
    return blake2b(words, digest_size=KEY_BYTES).digest()


def _published_day(moment: Moment | None) -> int | None:
    if moment is None or moment.precision not in _FINE:
        return None
    try:
        return date.fromisoformat(moment.value[:10]).toordinal()
    except ValueError:
        return None


def _day_of(received_at: str) -> int:
    try:
        return date.fromisoformat(received_at[:10]).toordinal()
    except ValueError:
        return 1


def _bounds(moment: Moment | None) -> tuple[int, int]:
    """Where a time has no offset it counts as UTC: the versions of one publisher are written alike."""
    if moment is None:
        return 0, 0
    try:
        begin = datetime.fromisoformat(moment.instant or _whole(moment.value))
        end = begin + _length(begin, moment.precision)
    except (ValueError, OverflowError):
        return 0, 0
    return _seconds(begin), _seconds(end)


def _whole(value: str) -> str:
    """A value cut to the year or month, as a day."""
    return f"{value}-01-01"[:10] if len(value) < len("2024-10-21") else value


def _length(begin: datetime, precision: str) -> timedelta:
    if precision in _SPAN_SECONDS:
        return timedelta(seconds=_SPAN_SECONDS[precision])
    if precision == "year":
        return begin.replace(year=begin.year + 1) - begin
    late = begin.month == _DECEMBER
    return begin.replace(year=begin.year + late, month=1 if late else begin.month + 1) - begin


def _seconds(moment: datetime) -> int:
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
