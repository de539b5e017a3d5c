"""Samples with what they must yield: each point is looked up in the record and said to hold or not.

    python -m benchmarks.samples FOLDER

The folder holds texts and `expected.json`: file name -> points. Text is compared with quotation marks and dashes
folded to ASCII. Points of the record that no stage fills yet are counted as not scored.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.damage import folded
from worker.article import Article, Document, Rejection
from worker.config_files import load_rules
from worker.parse.members import Container
from worker.pipeline import process

NOT_SCORED = frozenset(("dates_mentioned", "figures"))
_ENTITIES = {"persons": "person", "organisations": "organisation", "places": "place"}
_TIME = "2026-01-01T00:00:00Z"


def article_of(data: bytes, name: str) -> Article:
    """What the pipeline makes of one sample. Raises SystemExit where it is rejected."""
    outcome = process(
        Document("0" * 26, "samples", name, None, data, hashlib.sha256(data).hexdigest(), None, _TIME), load_rules()
    )
    if isinstance(outcome, Rejection):
        sys.exit(f"{name}: rejected: {outcome.error}: {outcome.message}")
    if isinstance(outcome, Container):
        sys.exit(f"{name}: holds several documents")
    return outcome


def misses(article: Article, expected: dict[str, Any]) -> list[str]:
    """The scored points of `expected` that `article` does not hold, each in words."""
    found = []
    for point, wanted in expected.items():
        if point not in NOT_SCORED:
            has = _value(article, point, wanted)
            if has != wanted:
                found.append(f"{point}: {has!r} instead of {wanted!r}")
    return found


def _value(article: Article, point: str, wanted: Any) -> Any:
    """What the article has at a point, in the form that `wanted` has."""
    text = folded(article.text)
    paragraphs = text.split("\n\n")
    removed = {removal.kind for removal in article.removed}
    match point:
        case "paragraphs":
            return len(paragraphs)
        case "first_paragraph":
            return paragraphs[0] if folded(wanted) != paragraphs[0] else wanted
        case "contains":
            return [part for part in wanted if folded(part) in text]
        case "lacks":
            return [part for part in wanted if folded(part) not in text]
        case "removed":
            return [kind for kind in wanted if kind in removed]
        case "flags":
            return [flag for flag in wanted if flag in article.quality.flags]
        case "authors":
            return [author.name for author in article.authors]
        case "authors_role":
            roles = {author.role for author in article.authors}
            return next(iter(roles)) if len(roles) == 1 else sorted(roles)
        case "persons" | "organisations" | "places":
            return [name for name in wanted if _is_named(article, _ENTITIES[point], name)]
        case "images":
            return len(article.images)
        case "publisher":
            return article.publisher.name if article.publisher else None
        case "quotes":
            return [quote for quote in wanted if _is_said(article, quote)]
        case "no_speaker":
            return wanted if _pronouns_without_speaker(article) else []
        case "sources_cited":
            cited = [source.name for source in article.sources_cited]
            return [names for names in wanted if any(name in cited for name in names.split("|"))]
        case "published" | "syndication" | "dateline" | "modified":
            return _part(getattr(article, point), wanted)
        case _:
            value = getattr(article, point)
            are_texts = isinstance(value, str) and isinstance(wanted, str)
            return wanted if are_texts and folded(value) == folded(wanted) else value


def _is_named(article: Article, kind: str, names: str) -> bool:
    """Whether one of `names`, parted by `|`, is the name of an entity of the article."""
    has = {folded(one.name) for one in article.entities if one.type == kind}
    return any(folded(name) in has for name in names.split("|"))


def _is_said(article: Article, wanted: dict[str, Any]) -> bool:
    """Whether a quotation is there with its kind and its speaker, or the role alone."""
    for quote in article.quotes:
        if quote.kind != wanted["kind"] or folded(quote.text) != folded(wanted["text"]):
            continue
        speaker = quote.speaker
        name = speaker.name if speaker else None
        role = folded(speaker.role or "") if speaker else ""
        same = name == wanted["speaker"] if name is None else (wanted["speaker"] or "") in name
        if same and folded(wanted.get("role", "")) in role:
            return True
    return False


def _pronouns_without_speaker(article: Article) -> bool:
    """Whether nobody is given what the last sentence says."""
    last = max(article.text.rfind(". ", 0, len(article.text) - 2), 0)
    return all(quote.speaker is None for quote in article.quotes if quote.span[1] > last)


def _part(value: Any, wanted: dict[str, Any] | None) -> Any:
    """Of a value with fields those that are asked for."""
    if wanted is None or value is None:
        return value
    found = {name: getattr(value, name) for name in wanted}
    return {
        name: wanted[name] if isinstance(has, str) and folded(has) == folded(str(wanted[name])) else has
        for name, has in found.items()
    }


def main() -> None:
    """Print every point that is missed, and the sum."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    samples = {
        name: points for name, points in json.loads((folder / "expected.json").read_text()).items() if name[0] != "_"
    }
    missed = scored = skipped = 0
    for name, points in samples.items():
        found = misses(article_of((folder / name).read_bytes(), name), points)
        scored += sum(point not in NOT_SCORED for point in points)
        skipped += sum(point in NOT_SCORED for point in points)
        missed += len(found)
        print(f"{name}: {'every point holds' if not found else ''}")
        for miss in found:
            print(f"    {miss}")
    print(f"{len(samples)} samples, {scored} points scored, {missed} missed")
    print(f"{skipped} points not scored: no stage fills them yet")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
