"""What stands in many articles of one publisher is no part of any: counted over the lines, in their order.

A paragraph is learned when it stood word for word in enough articles of a publisher, and
- the articles are different ones: duplicates do not count, nor does the same headline again;
- it is a sentence, or a label above the first one: other lines are headings, or names under a passage;
- it is not rare: it stood in at least one of fifty articles of the publisher since it was first seen;
- the articles are about different things: no name stands in the openings of most of them, unless it does in most of
  that publisher's articles anyway. What an agency repeats in each report of one story is news, and stays.

The counts are a function of the lines. They are bounded, and gone when the writer ends: the next one begins some
thousand lines back.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from worker.learned import CHARACTERS_MAX, CHARACTERS_MIN, mark_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PARAGRAPHS_MAX: Final = 40_000
"""How many paragraphs are counted at a time, over all publishers."""

PUBLISHERS_MAX: Final = 5_000
NAMES_MAX: Final = 400
SHARE_MIN: Final = 0.02
TOPIC_SHARE_MAX: Final = 0.5
_LAST: Final = 6
_SENTENCE_WORDS: Final = 4
_SHORT: Final = 160
_PARAGRAPHS_MIN: Final = 4
_HEADLINES: Final = 16
_OPENING_CHARACTERS: Final = 700
_NAME: Final = re.compile(r"(?<=[a-zà-ÿ,] )[A-ZÀ-Þ][^\W\d_]{2,}")
_QUOTES: Final = "\"“„«'‘"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is read of an article's line. `publisher` is its key; `paragraphs` are those of the text."""

    publisher: str
    headline: str | None
    paragraphs: Sequence[str]
    is_duplicate: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A paragraph that is boilerplate: of `publisher`, in so many articles."""

    publisher: str
    mark: bytes
    paragraph: str
    articles: int


@dataclass(slots=True)
class _Count:
    """How often one paragraph stood in articles; `before`: how many its publisher had when it was first seen.

    Most are seen once: names are counted from the second article on.
    """

    before: int
    headlines: tuple[int, ...]
    articles: int = 1
    names: dict[str, int] | None = None


@dataclass(slots=True)
class _Publisher:
    articles: int = 0
    names: dict[str, int] = field(default_factory=dict)


class Learner:
    """Counts paragraphs. `articles_min`: in how many articles of a publisher one has to stand."""

    def __init__(self, articles_min: int) -> None:
        self._articles_min = articles_min
        self._counts: OrderedDict[int, _Count] = OrderedDict()
        self._publishers: OrderedDict[str, _Publisher] = OrderedDict()

    def see(self, seen: Seen) -> Iterator[Found]:
        """Count the paragraphs of one article; those that are boilerplate with it."""
        if not seen.publisher or seen.is_duplicate or len(seen.paragraphs) < _PARAGRAPHS_MIN:
            return
        publisher = self._publisher(seen.publisher)
        publisher.articles += 1
        names = _names(seen)
        _add(publisher.names, names)
        headline = hash(seen.headline or seen.paragraphs[0])
        before = publisher.articles - 1
        for paragraph, is_first in dict(candidates(seen.paragraphs)).items():
            count = self._again(hash((seen.publisher, paragraph)), before, headline)
            if count is None:
                continue
            count.names = _add(count.names or {}, names)
            if count.articles < self._articles_min or not self._is_boilerplate(count, publisher):
                continue
            if _is_sentence(paragraph) or (is_first and _is_label(paragraph)):
                yield Found(seen.publisher, mark_of(paragraph), paragraph, count.articles)

    def _publisher(self, key: str) -> _Publisher:
        publisher = self._publishers.pop(key, None) or _Publisher()
        self._publishers[key] = publisher
        if len(self._publishers) > PUBLISHERS_MAX:
            self._publishers.popitem(last=False)
        return publisher

    def _again(self, key: int, before: int, headline: int) -> _Count | None:
        """The count of a paragraph with one article more; None at the first time, and for the same headline again."""
        counts = self._counts
        count = counts.get(key)
        # A publisher that was forgotten meanwhile begins anew, and so do its paragraphs.
        if count is None or count.before > before:
            counts[key] = _Count(before, (headline,))
            if len(counts) > PARAGRAPHS_MAX:
                counts.popitem(last=False)
            return None
        counts.move_to_end(key)
        if headline in count.headlines:
            return None
        count.headlines = (*count.headlines[-_HEADLINES:], headline)
        count.articles += 1
        return count

    def _is_boilerplate(self, count: _Count, publisher: _Publisher) -> bool:
        if count.articles < SHARE_MIN * (publisher.articles - count.before):
            return False
        for name, times in (count.names or {}).items():
            share = times / count.articles
            if times > 1 and share > TOPIC_SHARE_MAX and publisher.names.get(name, 0) / publisher.articles < share / 2:
                return False
        return True


def candidates(paragraphs: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Those of an article's paragraphs that can be boilerplate: short, or near the end; and whether it is the first.

    What is quoted is none.
    """
    last = max(len(paragraphs) - _LAST, 1)
    for at, paragraph in enumerate(paragraphs):
        length = len(paragraph)
        is_possible = length <= _SHORT or (at >= last and length <= CHARACTERS_MAX)
        if is_possible and length >= CHARACTERS_MIN and paragraph[0] not in _QUOTES:
            yield paragraph, at == 0


def _is_label(paragraph: str) -> bool:
    return paragraph.endswith(":") or paragraph.isupper()


def _is_sentence(paragraph: str) -> bool:
    """Whether it is no line of capitalised words: that is a heading, or the name under a passage."""
    words = paragraph.split()
    return len(words) >= _SENTENCE_WORDS and sum(not word[0].isupper() for word in words) * 2 >= len(words)


def _names(seen: Seen) -> list[str]:
    """The names in the opening of an article: capitalised words inside of sentences."""
    opening = "\n".join((seen.headline or "", *seen.paragraphs[:3]))[:_OPENING_CHARACTERS]
    return list(dict.fromkeys(_NAME.findall(opening)))


def _add(names: dict[str, int], found: Sequence[str]) -> dict[str, int]:
    """Count `found`; beyond NAMES_MAX those that came once go."""
    for name in found:
        names[name] = names.get(name, 0) + 1
    if len(names) > NAMES_MAX:
        for name in [name for name, times in names.items() if times == 1]:
            del names[name]
    return names
