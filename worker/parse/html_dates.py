"""When a page's article was published and changed: what its data say, checked against the page and its address.

The order is linked data, meta elements, microdata and `<time>`, the words shown under the headline, the address.
A date that the address contradicts by more than a day or two gives way to one that agrees with it: some sites
say when the page was built, or when the site was.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

from worker.article import Moment
from worker.parse.dates import read_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from worker.parse.html_tree import Block, Element, Page
    from worker.reading_rules import DateRules

_IN_URL = re.compile(r"(?<!\d)(20\d\d)([/_-]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
_NEAR_DAYS = 2
_DAY = len("2024-10-21")
_TIMES_MAX = 200
# A line that shows a date has not much beside it; a sentence with a date in it has.
_BESIDE_MAX = 45
_LABELLED_MAX = 60
_SHOWN = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"20\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\s?(?:Z|[+-]\d\d:?\d\d))?)?",
        r"20\d\d年\s?\d{1,2}月\s?\d{1,2}日(?:\s?\d{1,2}[:時]\d\d)?",
        r"20\d\d[./]\s?\d{1,2}[./]\s?\d{1,2}\.?(?:\s\d{1,2}:\d\d)?",
        r"\d{1,2}[./-]\d{1,2}[./-](?:20)?\d\d(?!\d)(?:\W{1,5}(?:um\s)?\d{1,2}[:.h]\d\d(?:\s?uhr)?)?",
        r"\d{1,2}(?:st|nd|rd|th|\.|er)?\s(?:de\s)?[^\W\d]{3,10}\.?,?\s(?:de\s)?20\d\d(?:\W{1,5}(?:um\s|at\s|à\s)?\d{1,2}[:.h]\d\d(?:\s?(?:[ap]\.?m\.?|uhr))?)?",
        r"[^\W\d]{3,10}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s20\d\d(?:\W{1,5}(?:at\s)?\d{1,2}:\d\d(?:\s?[ap]\.?m\.?)?)?",
    )
)
_SHORT_YEAR = re.compile(r"\A(\d{1,2})([./-])(\d{1,2})\2(\d\d)(?!\d)")
_CJK_SPACES = re.compile(r"(?<=[年月./])\s")
_MARKS = re.compile(r"\s*[|·•–-]\s*(?=\d{1,2}[:.h]\d\d)")


def published_of(candidates: Iterable[Moment | None], url: str | None) -> Moment | None:
    """The first of the `candidates`, or the first that agrees with the date in the `url` where that one does not."""
    known = [moment for moment in candidates if moment is not None]
    stated = _date_in(url)
    if not known:
        return stated
    first = known[0]
    if stated is not None and not _is_near(first, stated):
        first = next((moment for moment in known[1:] if _is_near(moment, stated)), first)
    return _with_more(first, known)


def modified_of(candidates: Iterable[Moment | None], published: Moment | None) -> Moment | None:
    """The first of the `candidates` that does not lie before the publication."""
    for moment in candidates:
        if moment is not None and (published is None or moment.value[:_DAY] >= published.value[:_DAY]):
            return moment
    return None


def marked_dates(page: Page, names: frozenset[str], rules: DateRules) -> Iterator[Moment]:
    """The dates of microdata elements whose `itemprop` is one of `names`, in small letters."""
    for element in page.elements:
        if "itemprop" in element.attributes and (element.attributes["itemprop"] or "").casefold() in names:
            words = element.attributes.get("content") or element.attributes.get("datetime") or ""
            moment = read_date(words, rules, "metadata")
            if moment is not None:
                yield moment


def shown_date(
    page: Page, heading: Element | None, above: Iterable[Block], labels: frozenset[str], rules: DateRules
) -> Moment | None:
    """The date shown at the article: the first `<time>` below its heading, the last above it, or words in `above`.

    Elsewhere only a line that begins with one of `labels` shows the date, or else the title.
    """
    times = [e for e in page.elements if e.tag == "time"][:_TIMES_MAX]
    if heading is not None:
        below = [element for element in times if element.order > heading.order]
        times = [*below[:3], *reversed(times[: len(times) - len(below)][-2:])]
    for element in times[:4]:
        if element.within(frozenset({"aside", "nav", "footer"})) or _MODIFIED & element.words:
            continue
        moment = read_date(element.attributes.get("datetime") or "", rules, "metadata")
        if moment is not None and len(moment.value) >= _DAY:
            return moment
    for block in above:
        if block.element.within(_FIGURES) or "caption" in block.element.words:
            continue
        moment = date_in_words(block.text, rules)
        if moment is not None and len(block.text) - len(moment.evidence) <= _BESIDE_MAX:
            return moment
    for block in page.blocks:
        label, mark, rest = block.text.partition(" ") if len(block.text) <= _LABELLED_MAX else ("", "", "")
        if mark and label.rstrip(":").casefold() in labels:
            moment = date_in_words(rest, rules)
            if moment is not None:
                return moment
    return date_in_words((page.title or "")[-_LABELLED_MAX:], rules)


_FIGURES = frozenset({"figure", "figcaption"})
_MODIFIED = frozenset({"modified", "updated", "update", "lastmodified", "changed"})


def date_in_words(words: str, rules: DateRules) -> Moment | None:
    """The first whole date in a line that is shown; its evidence are the words themselves."""
    for form in _SHOWN:
        for found in form.finditer(words):
            text = _MARKS.sub(" ", _CJK_SPACES.sub("", found.group().strip())).rstrip(".")
            text = text.replace("時", ":")
            if text.count(".") == 2 and text[:4].isdigit():
                text = text.replace(".", "/", 2)
            text = _SHORT_YEAR.sub(r"\1\g<2>\3\g<2>20\4", text)
            moment = read_date(text, rules, "header")
            if moment is not None and len(moment.value) >= _DAY:
                return Moment(moment.value, moment.precision, moment.instant, "header", found.group().strip())
    return None


def _date_in(url: str | None) -> Moment | None:
    found = _IN_URL.search(url or "")
    if found is None:
        return None
    value = f"{found[1]}-{found[3]}-{found[4]}"
    try:
        date.fromisoformat(value)
    except ValueError:
        return None
    return Moment(value, "day", None, "metadata", found.group())


def _is_near(moment: Moment, other: Moment) -> bool:
    if len(moment.value) < _DAY:
        return False
    days = (datetime.fromisoformat(moment.value[:_DAY]) - datetime.fromisoformat(other.value[:_DAY])).days
    return abs(days) <= _NEAR_DAYS


def _with_more(first: Moment, known: list[Moment]) -> Moment:
    """The same moment as another source has it, where that one states the time or the offset and `first` does not."""
    if first.instant is not None:
        return first
    for moment in known:
        if moment.instant is not None and moment.value.startswith(first.value):
            return moment
    return first
