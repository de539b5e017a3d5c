"""Who helped, as the lines below an article say it: authors and contributors; whose it is."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from worker.article import Author
from worker.parse.dates import read_date
from worker.parse.people import is_person, read_byline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from worker.cut.edges import Cut
    from worker.draft import Fields
    from worker.rules import Rules

_PARTS: Final = re.compile(
    r"\s*[;,|]\s*|\s+(?:and|as well as|along with|together with|with|und|et|y|e|en|och|og)\s+|\s*&\s*", re.IGNORECASE
)
_POSSESSIVE: Final = re.compile(r"(?P<affiliation>\S.{0,60}?)(?:[’']s|(?<=s)[’'])\s+(?P<name>\S.+)")
_PLACE: Final = re.compile(r"\s+(?:in|from|at|of|de|en|in der|à|aus)\s+.*\Z")
_TITLED: Final = re.compile(
    r"(?:(?P<affiliation>[A-Z][^,;]{1,40}?)\s+)?(?:senior |staff |business |freelance |national |political )*"
    r"(?:writers?|reporters?|correspondents?|producers?|editors?|journalists?|photographers?)\s+(?=[A-ZÀ-Þ])",
    re.IGNORECASE,
)
_LEADING: Final = re.compile(
    r"(?:(?:and|by|the|with|additional reporting|reporting|writing|additional writing|writers?|reporters?|"
    r"correspondents?|staff|editor|producer|graphics?|translation)\s+(?:by\s+)?)+(?=[A-ZÀ-Þ])",
    re.IGNORECASE,
)


def with_credits(fields: Fields, cuts: Sequence[Cut], rules: Rules) -> Fields:
    """`fields` with what `cuts` say of people, rights, byline and date, where it is not known yet."""
    authors = list(fields.authors)
    known = {author.name.casefold() for author in authors}
    wrote = bool(authors)
    for one in cuts:
        for group, role in (("reporters", "contributor" if wrote else "author"), ("contributors", "contributor")):
            for name, affiliation in people_in(one.says.get(group, ""), rules):
                if name.casefold() not in known:
                    known.add(name.casefold())
                    authors.append(Author(name, "author" if role == "author" else "contributor", affiliation))
        fields = _with_said(fields, one, rules)
    if fields.authors and not wrote:
        authors = [*fields.authors, *(author for author in authors if author.name not in _names(fields))]
    return replace(fields, authors=tuple(authors))


def people_in(words: str, rules: Rules) -> Iterator[tuple[str, str | None]]:
    """The people in a line of credits, each with the outlet whose they are: `Ledger News’ Ilse Marchetti`."""
    outlet: str | None = None
    for part in _PARTS.split(words.strip(" .")):
        owned = _POSSESSIVE.fullmatch(part)
        if owned is not None:
            outlet, part = owned["affiliation"].removeprefix("the ").removeprefix("The "), owned["name"]
        part = part.strip(" .()[]*_•-")
        titled = _TITLED.match(part)
        if titled is not None and owned is None:
            outlet, part = titled["affiliation"], part[titled.end() :]
        name = _PLACE.sub("", _LEADING.sub("", part))
        if is_person(name, rules.people) and name.casefold() not in rules.cuts.agencies:
            yield name, outlet
        else:
            outlet = None


def _names(fields: Fields) -> frozenset[str]:
    return frozenset(author.name for author in fields.authors)


def _with_said(fields: Fields, one: Cut, rules: Rules) -> Fields:
    says = one.says
    if "rights" in says and fields.rights is None:
        fields = replace(fields, rights=says["rights"])
    if "published" in says and fields.published is None:
        fields = replace(fields, published=read_date(says["published"], rules.dates, "header"))
    if one.kind == "byline" and fields.byline is None:
        byline = read_byline(one.text.removeprefix("By ").removeprefix("by ").removeprefix("BY "), rules.people)
        if byline is not None:
            fields = replace(fields, byline=one.text, authors=fields.authors or byline.authors)
    return fields
