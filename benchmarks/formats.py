"""What the readers make of the examples that come with feed readers, archives, mail libraries and the IPTC.

    python -m benchmarks.formats FORMATS.zip [--misses]

Each file must yield its articles or a clear rejection; anything else is a bug. Where an example says what it must
yield, the fields that copydesk has a place for are compared: feedparser's `Expect` lines, reader's `.py` files, and
for news items and mail a second, simple reading of the raw file. Most feeds among the examples show one field of one
entry and have no text: for the comparison of fields alone, entries without a text are given one.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import time
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default as email_policy
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import orjson

from worker.config_files import load_rules
from worker.draft import Draft, Fields
from worker.errors import PermanentError
from worker.parse.formats import read
from worker.parse.fragment import strip_markup
from worker.parse.members import BadMember
from worker.parse.people import is_person
from worker.parse.urls import canonical_url

if TYPE_CHECKING:
    from collections.abc import Iterator

RULES = load_rules()
TEXT = "The council met on Monday."
ENTRY = re.compile(
    r"(?:entries\[0\]|e)(?:\['(\w+)'\]|\.(\w+))((?:\[\d\]|\['\w+'\]|\.\w+)*)\s*==\s*(u?'(?:[^'\\]|\\.)*'|u?\"(?:[^\"\\]|\\.)*\")"
)
FIELDS = {
    "title": "headline", "link": "url", "id": "guid", "guid": "guid", "rights": "rights", "published": "published",
    "author": "authors", "author_detail.name": "authors", "authors.name": "authors", "tags.term": "subjects",
    "content.value": "text", "summary": "summary", "description": "summary", "language": "language",
}  # fmt: skip


@dataclass(slots=True)
class Row:
    """One folder of examples."""

    files: int = 0
    articles: int = 0
    with_articles: int = 0
    rejected: int = 0
    asserted: int = 0
    right: int = 0
    bugs: list[str] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=lambda: defaultdict(int))


@dataclass(frozen=True, slots=True)
class Found:
    """What a file yielded: drafts, the bytes of all members, and reasons."""

    drafts: list[Draft]
    data: list[bytes]
    reasons: list[str]


def found_in(data: bytes, path: str) -> Found:
    drafts: list[Draft] = []
    held: list[bytes] = []
    reasons: list[str] = []
    try:
        got = read(data, path, RULES)
        if isinstance(got, Draft):
            return Found([got], [data], [])
        for member in got.members:
            held.append(member.data)
            if isinstance(member, BadMember):
                reasons.append(member.error.error)
                continue
            assert member.read is not None
            try:
                drafts.append(member.read(member.data, RULES))
            except PermanentError as error:
                reasons.append(error.error)
    except PermanentError as error:
        reasons.append(error.error)
    return Found(drafts, held, reasons)


def field_of(found: Found, name: str) -> list[str]:
    """The values that the first entry has for a field, as texts."""
    if found.drafts and name != "text":
        return list(values_of(found.drafts[0].fields, name))
    if found.drafts:
        return [" ".join(found.drafts[0].paragraphs)]
    return []


def values_of(fields: Fields, name: str) -> Iterator[str]:
    value: Any = getattr(fields, name)
    if name in {"published", "modified"} and value is not None:
        yield value.evidence
        yield value.instant or value.value
    elif name == "authors":
        yield from (author.name for author in value)
    elif name == "subjects":
        yield from (text for subject in value for text in (subject.code, subject.name) if text)
    elif value is not None:
        yield value


def with_text(found: Found) -> Found:
    """The first entry with a text, where it had none: its fields can be compared then."""
    if not found.data or not found.data[0].startswith(b"{"):
        return found
    item = orjson.loads(found.data[0])
    fields = read(orjson.dumps({**item, "page_text": TEXT}), "a.json", RULES)
    return Found([fields], found.data, []) if isinstance(fields, Draft) else found


def expected_by_feedparser(data: bytes) -> Iterator[tuple[str, str]]:
    text = data.decode("utf-8", "replace") if b"\0" not in data else data.replace(b"\0", b"").decode("utf-8", "replace")
    line = re.search(r"Expect:(.*)", text)
    for match in ENTRY.finditer(line[1] if line else ""):
        rest = ".".join(re.findall(r"[a-z]\w*", match[3]))
        key = ".".join(filter(None, (match[1] or match[2], rest)))
        if key in FIELDS:
            yield FIELDS[key], ast.literal_eval(match[4])


def expected_by_reader(source: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "EntryData"):
            continue
        for keyword in node.keywords:
            name = {"id": "guid", "title": "headline", "link": "url", "published": "published"}.get(keyword.arg or "")
            if name and isinstance(keyword.value, ast.Constant) and keyword.value.value:
                yield name, str(keyword.value.value)
            if name == "published" and isinstance(keyword.value, ast.Call):
                parts = [ast.literal_eval(argument) for argument in keyword.value.args]
                yield name, datetime(*parts).strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ001 - said to be UTC
        return


def expected_of_news(data: bytes) -> Iterator[tuple[str, str]]:
    text = data.decode("utf-8", "replace")
    if text.lstrip().startswith("{"):
        said = {name.casefold(): value for name, value in orjson.loads(text).items()}
        headline = said.get("headline") or next((h["value"] for h in said.get("headlines") or [] if h.get("value")), "")
        for name, value in (("guid", said.get("uri")), ("headline", headline), ("language", said.get("language"))):
            if value:
                yield name, value
        return
    for name, pattern in (
        ("guid", r'<newsItem[^>]*?\bguid="([^"]+)"|<PublicIdentifier>([^<]+)<'),
        ("headline", r"<headline[^>]*>([^<]+)<|<HeadLine>([^<]+)<"),
    ):
        match = re.search(pattern, text)
        if match:
            yield name, " ".join((match[1] or match[2]).split())


def expected_of_mail(data: bytes) -> Iterator[tuple[str, str]]:
    message = message_from_bytes(data, policy=email_policy)
    try:
        subject = str(message["subject"] or "")
        if subject:
            yield "headline", subject
        if message["date"]:
            date = parsedate_to_datetime(str(message["date"]))
            yield "published", date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, TypeError, IndexError):
        return


def is_same(name: str, expected: str, got: list[str]) -> bool | None:
    """Whether a field came out right; None where copydesk has no place for such a value."""
    plain = " ".join(strip_markup(expected).split())
    if name == "url":
        url = canonical_url(expected, RULES)
        return None if url is None else url in got
    if name == "authors" and not is_person(plain, RULES.people):
        return None
    if name == "language":
        return any(tag.casefold() == expected.casefold() for tag in got)
    if not plain:
        return None
    return any(" ".join(text.split()).casefold() == plain.casefold() for text in got)


def look_at(name: str, data: bytes, files: dict[str, bytes], row: Row) -> None:
    row.files += 1
    try:
        found = found_in(data, name)
    except Exception as error:
        row.bugs.append(f"{name}: {error!r}")
        return
    row.articles += len(found.drafts)
    row.with_articles += bool(found.drafts)
    row.rejected += not found.drafts
    if not found.drafts:
        row.reasons[found.reasons[0]] += 1
        row.refused.append(f"{name}: {found.reasons[0]}")
    compare(name, data, files, found, row)


def compare(name: str, data: bytes, files: dict[str, bytes], found: Found, row: Row) -> None:
    if name.startswith("feedparser"):
        expected, found = list(expected_by_feedparser(data)), with_text(found)
    elif name + ".py" in files:
        expected, found = list(expected_by_reader(files[name + ".py"].decode())), with_text(found)
    elif name.startswith(("ninjs", "newsml")) and found.drafts:
        expected = list(expected_of_news(data))
    elif name.startswith("eml") and found.drafts:
        expected = list(expected_of_mail(data))
    else:
        return
    for field_name, value in expected:
        got = field_of(found, field_name)
        if field_name in {"summary", "text"}:
            got += field_of(found, "text") + field_of(found, "summary")
        verdict = is_same(field_name, value, got)
        if verdict is None:
            continue
        row.asserted += 1
        row.right += verdict
        if not verdict:
            row.misses.append(f"{name}: {field_name} {value!r} but {got!r}")


def folder_of(name: str) -> str:
    parts = name.split("/")
    return "/".join(parts[:2]) if len(parts) > 2 else parts[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive")
    parser.add_argument("--misses", action="store_true", help="list what did not come out as expected")
    arguments = parser.parse_args()
    with open(arguments.archive, "rb") as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    rows: dict[str, Row] = defaultdict(Row)
    began = time.process_time()
    for name, data in sorted(files.items()):
        if not name.startswith("ftfy") and not name.endswith((".py", ".md", "-schema.json")):
            look_at(name, data, files, rows[folder_of(name)])
    print("| examples | files | with articles | articles | clear rejections | bugs | fields asserted | right |")
    print("|---|---|---|---|---|---|---|---|")
    for folder, row in sorted(rows.items()):
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(row.reasons.items()))
        print(
            f"| {folder} | {row.files} | {row.with_articles} | {row.articles} | {row.rejected}"
            f"{f' ({reasons})' if reasons else ''} | {len(row.bugs)} | {row.asserted} | {row.right} |"
        )
    print(f"\n{sum(row.files for row in rows.values())} files in {time.process_time() - began:.1f} s of CPU")
    for row in rows.values():
        for line in (*row.bugs, *((*row.misses, *row.refused) if arguments.misses else ())):
            print("-", line)


if __name__ == "__main__":
    main()
