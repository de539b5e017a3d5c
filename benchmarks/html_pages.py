"""The pages that are measured: a zip of pages with `gold.jsonl`, and which half of them a page is in."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

# Its gold date has day and month exchanged: it lies five months after the page was fetched.
WRONG_DATES = frozenset({"de/KlasseGegenKlasse_2026_01_07"})
_PEOPLE = Path(__file__).with_name("html_people.txt")
_LANGUAGE = re.compile(rb"<html\b[^>]*?\blang\s*=\s*[\"']?([A-Za-z]{2,3})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """A page and what stands in its article. `people` is None where the gold says nothing that can be compared."""

    id: str
    data: bytes
    language: str
    is_tuning: bool
    headline: str
    published: datetime | None
    people: tuple[str, ...] | None
    summary: str
    body: str


def load_pages(archive: Path) -> list[Page]:
    """The pages of `archive` in the order of its gold."""
    people = dict(_people())
    with zipfile.ZipFile(archive) as file:
        rows = [json.loads(line) for line in file.read("gold.jsonl").splitlines()]
        return [_page(row, file.read(row["html_file"]), people) for row in rows]


def is_for_tuning(country: str, publisher: str) -> bool:
    """Whether rules may be read off the pages of this publisher: half of the publishers, by a hash."""
    return int(hashlib.sha256(f"{country}/{publisher}".encode()).hexdigest()[0], 16) % 2 == 0


def _page(row: dict[str, object], data: bytes, people: dict[str, tuple[int, ...] | None]) -> Page:
    identity = str(row["id"])
    authors = row["authors"] or []
    chosen = people[identity]
    body = row["gold_body"]
    assert isinstance(authors, list)
    assert isinstance(body, dict)
    paragraphs = [text for part in body["sections"] for text in (*part["headline"], *part["paragraphs"])]
    declared = _LANGUAGE.search(data)
    date = row["publishing_date"]
    return Page(
        id=identity,
        data=data,
        language=declared[1].decode().lower() if declared else str(row["country"]),
        is_tuning=is_for_tuning(str(row["country"]), str(row["publisher"])),
        headline=str(row["title"]),
        published=None if date is None or identity in WRONG_DATES else datetime.fromisoformat(str(date)),
        people=None if chosen is None else tuple(str(authors[index]) for index in chosen),
        summary="\n".join(body["summary"]),
        body="\n".join(paragraphs),
    )


def _people() -> list[tuple[str, tuple[int, ...] | None]]:
    """Which of a page's gold authors are people, as judged by hand."""
    rows = []
    for line in _PEOPLE.read_text().splitlines():
        if line and not line.startswith("#"):
            identity, _, numbers = line.partition("\t")
            rows.append((identity, None if numbers == "?" else tuple(int(n) for n in numbers.split())))
    return rows
