"""Quotations and their speakers beside a hand-made gold: spans, speakers, indirect speech, and what it costs.

    python -m benchmarks.quotes QUOTES.jsonl.gz [--half both] [--show WRONG 20]

The gold is a JSON-lines file with `id`, `text` and `attributions`: of each the spans of source, cue and content, and
`type` (direct, mixed, indirect). A hash of the id puts an article into the half that rules were made on (`made`) or the
half that was kept (`kept`).

    precision   of predicted direct quotations of five words and more, those with 80 % of their tokens in gold content
    recall      of gold direct quotations, those with 80 % of their tokens in predicted direct ones
    speaker     of gold direct quotations by the kind of their source: a name, a pronoun, a description. Right is a
                name that shares its last word, or a longer one, with the source; or the source's own words
    annotated   quotations whose source is a pronoun or a description, by the name that was found by hand
                (`quote_speakers.jsonl`; null where the text has none): right is the same last word
    indirect    the same as above for the other types; recall over those of type indirect alone, with mixed, and over
                those of both whose cue has a verb of speech in it: the gold also has attitudes (`supporters of`)
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import time
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worker.config_files import load_rules
from worker.draft import Fields
from worker.enrich.names.entities import entities
from worker.enrich.quotes.find import quotes
from worker.enrich.sources import sources_cited

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worker.article import Entity, Quote
    from worker.rules import Rules

ANNOTATED = Path(__file__).parent / "quote_speakers.jsonl"
_WORD = re.compile(r"\w+(?:['’]\w+)?")
_SHARE = 0.8
_WORDS_MIN = 5
_ROUNDS = 3
_PRONOUNS = frozenset(("he", "she", "they", "it", "i", "we", "you", "who", "that", "this", "which"))
_LEADS = frozenset(("a", "an", "the", "one", "another", "some", "many", "several", "two", "his", "her", "its", "their"))


@dataclass(slots=True)
class Tally:
    """What was counted, and cases to read, by their name."""

    counts: Counter[str] = field(default_factory=Counter)
    cases: dict[str, list[str]] = field(default_factory=dict)

    def share(self, part: str, whole: str) -> float:
        """`part` of `whole`."""
        return self.counts[part] / max(self.counts[whole], 1)


def half_of(name: str) -> str:
    """`made` or `kept`."""
    return "kept" if zlib.crc32(name.encode()) % 2 else "made"


def kind_of(source: str) -> str:
    """`name`, `pronoun` or `nominal`: what the words of a gold source are."""
    words = source.split()
    if source.lower() in _PRONOUNS:
        return "pronoun"
    if words[0].lower() in _LEADS or not any(word[0].isupper() for word in words):
        return "nominal"
    return "name"


def _tokens(text: str, spans: Iterable[tuple[int, int]]) -> list[int]:
    return [match.start() for start, end in spans for match in _WORD.finditer(text, start, end)]


def _spans(parts: Iterable[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(start, end) for part in parts for start, end in part["spans"]]


def _marked(length: int, spans: Iterable[tuple[int, int]]) -> bytearray:
    signs = bytearray(length)
    for start, end in spans:
        signs[start:end] = b"\1" * (end - start)
    return signs


def _covered(places: list[int], signs: bytearray) -> bool:
    return sum(signs[place] for place in places) >= _SHARE * len(places)


def count_article(row: dict[str, Any], found: tuple[Quote, ...], cues: frozenset[str], tally: Tally) -> None:
    """Add one article: its gold and what was `found` in it; `cues` are the verbs of speech."""
    text = row["text"]
    gold = _marked(len(text), [span for one in row["attributions"] for span in _spans(one["content"])])
    for quote in found:
        assert text[quote.span[0] : quote.span[1]] == quote.text
        places = _tokens(text, [quote.span])
        tally.counts[f"kind {quote.kind}"] += 1
        kind = {"direct": "direct" if len(places) >= _WORDS_MIN else "", "indirect": "indirect"}.get(quote.kind)
        if kind and places:
            tally.counts[f"{kind} predicted"] += 1
            tally.counts[f"{kind} in gold"] += _covered(places, gold)
    direct = _marked(len(text), [quote.span for quote in found if quote.kind == "direct"])
    every = _marked(len(text), [quote.span for quote in found])
    for one in row["attributions"]:
        places = _tokens(text, _spans(one["content"]))
        if not places:
            continue
        tally.counts[f"gold {one['type']}"] += 1
        tally.counts[f"found {one['type']}"] += _covered(places, direct if one["type"] == "direct" else every)
        if one["type"] == "direct":
            _count_speaker(row, one, places, found, tally)
        elif cues.intersection(" ".join(part["text"] for part in one["cue"]).lower().split()):
            tally.counts["gold by cue"] += 1
            tally.counts["found by cue"] += _covered(places, every)


def _count_speaker(
    row: dict[str, Any], one: dict[str, Any], places: list[int], found: tuple[Quote, ...], tally: Tally
) -> None:
    source = " ".join(part["text"] for part in one["source"]).strip()
    if not source:
        return
    overlap = {
        quote: sum(quote.span[0] <= p < quote.span[1] for p in places) for quote in found if quote.kind != "indirect"
    }
    best = max(overlap, key=lambda quote: overlap[quote], default=None)
    kind = kind_of(source)
    tally.counts[f"source {kind}"] += 1
    result = "no quotation" if best is None or not overlap[best] else _judged(best, source, _spans(one["source"]), kind)
    tally.counts[f"{kind} {result}"] += 1
    if result != "right":
        speaker = None if best is None else best.speaker
        around = row["text"][max(places[0] - 150, 0) : places[-1] + 150]
        tally.cases.setdefault(f"{kind} {result}", []).append(f"{row['id']} [{source}] {speaker} {around!r}")


def _judged(quote: Quote, source: str, spans: list[tuple[int, int]], kind: str) -> str:
    speaker = quote.speaker
    if speaker is None:
        return "none"
    at_source = speaker.span is not None and any(speaker.span[0] < e and s < speaker.span[1] for s, e in spans)
    if kind != "name":
        return "right place" if at_source else "other place"
    if speaker.name is None:
        return "role alone" if at_source else "wrong"
    said = set(_WORD.findall(source.lower()))
    words = _WORD.findall(speaker.name.lower())
    return "right" if words[-1] in said or any(len(word) > 2 and word in said for word in words) else "wrong"


def count_annotated(row: dict[str, Any], found: tuple[Quote, ...], wanted: list[dict[str, Any]], tally: Tally) -> None:
    """Add the quotations of one article whose speaker was annotated by hand: the gold's source does not name it."""
    for one in wanted:
        start, end = one["span"]
        best = max(found, key=lambda quote: min(quote.span[1], end) - max(quote.span[0], start), default=None)
        speaker = best.speaker if best is not None and best.span[0] < end and start < best.span[1] else None
        has = speaker.name if speaker is not None else None
        last = (one["name"] or "").split()[-1:]
        if has is None:
            result = "wrong: none" if one["name"] else "right"
        else:
            result = "right" if last and last[0].lower() in has.lower().split() else "wrong: another"
        tally.counts["annotated"] += 1
        tally.counts[f"annotated {result}"] += 1
        if result != "right":
            tally.cases.setdefault(f"annotated {result}", []).append(
                f"{row['id']} [{one['name']}] {speaker} {row['text'][max(start - 400, 0) : end + 60]!r}"
            )


def print_table(title: str, tally: Tally) -> None:
    """Print what was counted for one half."""
    count = tally.counts
    precision, recall = tally.share("direct in gold", "direct predicted"), tally.share("found direct", "gold direct")
    print(
        f"\n{title}: {count['articles']} articles, "
        + ", ".join(f"{count['kind ' + kind]:,} {kind}" for kind in ("direct", "fragment", "indirect"))
    )
    f1 = 2 * precision * recall / (precision + recall)
    print(f"direct     precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}")
    for kind in ("name", "pronoun", "nominal"):
        results = {name.removeprefix(f"{kind} "): n for name, n in count.items() if name.startswith(f"{kind} ")}
        shares = "  ".join(f"{name} {n / count['source ' + kind]:.3f}" for name, n in sorted(results.items()))
        print(f"{kind:10} {count['source ' + kind]:5}  {shares}")
    print(f"wrong name of all direct quotations {tally.share('name wrong', 'gold direct'):.3f}")
    both = (count["found indirect"] + count["found mixed"]) / max(count["gold indirect"] + count["gold mixed"], 1)
    print(
        f"indirect   precision {tally.share('indirect in gold', 'indirect predicted'):.3f}  "
        f"recall {tally.share('found indirect', 'gold indirect'):.3f}  with mixed {both:.3f}  "
        f"with a verb of speech {tally.share('found by cue', 'gold by cue'):.3f}"
    )

    annotated = "  ".join(
        f"{name.removeprefix('annotated ')} {n / count['annotated']:.3f}"
        for name, n in sorted(count.items())
        if name.startswith("annotated ")
    )
    print(f"annotated  {count['annotated']:5}  {annotated}")


def cost(rows: list[dict[str, Any]], named: list[tuple[Entity, ...]], rules: Rules) -> float:
    """µs of CPU per 3,000 characters of both finders, the best of several rounds."""
    best = float("inf")
    fields = Fields()
    for _ in range(_ROUNDS):
        started = time.process_time()
        for row, known in zip(rows, named, strict=True):
            found = quotes(row["text"], "en", known, rules)
            sources_cited(row["text"], "en", known, found, fields, (), rules)
        best = min(best, time.process_time() - started)
    return best * 1e6 * 3_000 / sum(len(row["text"]) for row in rows)


def main() -> None:
    """Print the tables of both halves, and cases to read."""
    parser = argparse.ArgumentParser()
    parser.add_argument("gold")
    parser.add_argument("--half", default="both", choices=("made", "kept", "both"))
    parser.add_argument("--show", nargs=2, metavar=("CASE", "COUNT"), help="such as 'name wrong' 20")
    arguments = parser.parse_args()
    rules = load_rules()
    by_hand = [json.loads(line) for line in ANNOTATED.read_text(encoding="utf-8").splitlines()]
    with gzip.open(arguments.gold, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    uses = rules.speech["en"].cues.items()
    cues = frozenset(form for form, use in uses if use in {"speech", "telling", "asking", "source"})
    for half in ("made", "kept") if arguments.half == "both" else (arguments.half,):
        tally = Tally()
        chosen = [row for row in rows if half_of(row["id"]) == half]
        named = [entities(row["text"], None, "en", rules) for row in chosen]
        for row, known in zip(chosen, named, strict=True):
            found = quotes(row["text"], "en", known, rules)
            count_article(row, found, cues, tally)
            count_annotated(row, found, [one for one in by_hand if one["id"] == row["id"]], tally)
        tally.counts["articles"] = len(chosen)
        print_table(half, tally)
        print(f"{cost(chosen, named, rules):.0f} µs of CPU per 3 KB")
        if arguments.show:
            cases = tally.cases.get(arguments.show[0], [])
            for case in random.Random(1).sample(cases, min(int(arguments.show[1]), len(cases))):
                print(case)


if __name__ == "__main__":
    main()
