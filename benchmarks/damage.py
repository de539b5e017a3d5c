"""How much of damaged text comes back: clean articles are damaged, mended and compared.

    python -m benchmarks.damage ARTICLES.jsonl.gz [--half development|held-out]

The articles are a JSON-lines file with `id` and `text`; `damage_ids.txt` lists those that were judged
clean. A hash of the id puts each into the development half, on which weights and costs were fitted, or
into the half that was held out.
Measured: characters right (1 - edit distance / length, quotation marks and dashes folded to ASCII);
quotation marks back on their side (an opening one as an opening one); sentence and paragraph breaks found
(recall) and true (precision). Gaps between letters and digits are compared one by one: damage and mending
leave the letters alone. `benchmarks.damaged_files` measures whole files: headline, label, footer.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from worker.normalize.mend import mend

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLD = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "—": "-", "–": "-", "―": "-", "…": "..."})
_MARKS = re.compile("[“”‘’\"'—–]|(?<= )--?(?= )")
_GAP = re.compile(r"[^\w]+|_+")
_BREAK = re.compile(r"[.!?][”’\"')\]]*\s|\n\n")


@dataclass(frozen=True, slots=True)
class Damage:
    """One way of damaging a text. `mark` stands for every quotation mark, apostrophe and dash; `stops`:
    ". " inside a paragraph becomes a line feed; `glued`: paragraph breaks become nothing; `width`: lines
    are wrapped (0: not).
    """

    name: str
    mark: str = ""
    stops: bool = False
    glued: bool = False
    width: int = 0
    encoded: str = ""


def damages() -> tuple[Damage, ...]:
    """Every way that is measured."""
    seed = [
        Damage(f"all {width} {mark}", mark, stops=True, glued=True, width=width)
        for width in (60, 80, 100, 120, 140, 160, 200)
        for mark in ("&", "?")
    ]
    others = [
        Damage(f"all 120 {mark}", mark, stops=True, glued=True, width=120)
        for mark in ("#", "*", "~", "^", "|", "¿", "\ufffd", "¤", "???", "&&", "â??")
    ]
    milder = [
        Damage("marks & only", "&"),
        Damage("marks ? only", "?"),
        Damage("glued only", glued=True),
        Damage("stops only", stops=True),
        Damage("stops, glued", stops=True, glued=True),
        Damage("wrap 70 only", width=70),
        Damage("wrap 100 only", width=100),
        Damage("mojibake", encoded="cp1252"),
        Damage("mojibake twice", encoded="cp1252 cp1252"),
        Damage("entities", encoded="entities"),
        Damage("entities twice", encoded="entities entities"),
    ]
    return (*seed, *others, *milder)


def damaged(text: str, how: Damage) -> str:
    """`text` damaged."""
    if how.mark:
        text = _MARKS.sub(how.mark, text)
    if how.stops:
        text = "\n\n".join(paragraph.replace(". ", "\n") for paragraph in text.split("\n\n"))
    if how.glued:
        text = text.replace("\n\n", "")
    if how.width:
        text = "\n".join(textwrap.fill(line, how.width, break_long_words=False) for line in text.split("\n"))
    for step in how.encoded.split():
        text = _encoded(text, step)
    return text


def _encoded(text: str, step: str) -> str:
    if step == "entities":
        names = {
            "“": "&ldquo;",
            "”": "&rdquo;",
            "’": "&rsquo;",
            "‘": "&#8216;",
            "—": "&mdash;",
            "–": "&#x2013;",
            '"': "&quot;",
            "'": "&#39;",
            "&": "&amp;",
        }
        return "".join(names.get(sign, sign) for sign in text)
    return (
        bytes(text, "utf-8")
        .decode("latin-1")
        .translate(
            {
                code: bytes((code,)).decode(step, "replace")
                for code in range(0x80, 0xA0)
                if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
            }
        )
    )


def folded(text: str) -> str:
    """`text` with its quotation marks and dashes in ASCII."""
    return text.translate(_FOLD).replace("--", "-")


def gaps(text: str) -> dict[int, str]:
    """What stands between the letters and digits: how many of them come before -> the signs there."""
    found: dict[int, str] = {}
    removed = 0
    for match in _GAP.finditer(text):
        found[match.start() - removed] = match[0]
        removed += match.end() - match.start()
    return found


def breaks(text: str) -> set[tuple[int, str]]:
    """Sentence and paragraph breaks by place."""
    return {
        (place, "paragraph" if "\n\n" in gap else "sentence") for place, gap in gaps(text).items() if _BREAK.search(gap)
    }


def quotes(text: str) -> list[tuple[int, str]]:
    """Double quotation marks by place and side; straight ones alternate within a paragraph."""
    found: list[tuple[int, str]] = []
    is_open = False
    for place, gap in gaps(text).items():
        for sign in gap:
            if sign == "\n":
                is_open = False
            elif sign in "“”":
                found.append((place, sign))
            elif sign == '"':
                found.append((place, "”" if is_open else "“"))
                is_open = not is_open
    return found


@dataclass(slots=True)
class Score:
    """Sums over articles."""

    length: int = 0
    distance: int = 0
    quotes: int = 0
    quotes_right: int = 0
    quotes_made: int = 0
    breaks: int = 0
    breaks_right: int = 0
    breaks_made: int = 0
    seconds: float = 0.0

    def add(self, text: str, how: Damage) -> None:
        """Count one article."""
        before = damaged(text, how)
        started = time.process_time()
        after = mend(before).text
        self.seconds += time.process_time() - started
        self.length += len(text)
        self.distance += Levenshtein.distance(folded(text), folded(after))
        true_quotes, made_quotes = quotes(text), quotes(after)
        self.quotes += len(true_quotes)
        self.quotes_made += len(made_quotes)
        self.quotes_right += len(set(true_quotes) & set(made_quotes))
        true_breaks, made_breaks = breaks(text), breaks(after)
        self.breaks += len(true_breaks)
        self.breaks_made += len(made_breaks)
        self.breaks_right += len(true_breaks & made_breaks)

    def row(self, name: str) -> str:
        """One line of the table, in per cent; time in µs per 3 KB."""

        def share(part: int, whole: int) -> str:
            return f"{100 * part / whole:7.2f}" if whole else "      -"

        return " ".join(
            (
                f"{name:16}",
                share(self.length - self.distance, self.length),
                share(self.quotes_right, self.quotes),
                share(self.quotes_right, self.quotes_made),
                share(self.breaks_right, self.breaks),
                share(self.breaks_right, self.breaks_made),
                f"{self.seconds * 3e9 / self.length:8.0f}",
            )
        )


def half_of(identifier: str) -> str:
    """The half that an article belongs to."""
    return "held-out" if int(hashlib.sha256(identifier.encode()).hexdigest(), 16) % 2 else "development"


def clean_rows(path: str, half: str) -> Iterator[dict[str, str]]:
    """The clean articles of `half`, with `title` and `text`."""
    listed = set((Path(__file__).parent / "damage_ids.txt").read_text().split())
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["id"] in listed and half_of(row["id"]) == half:
                yield row


def main() -> None:
    """Print a table for each half."""
    parser = argparse.ArgumentParser()
    parser.add_argument("articles")
    parser.add_argument("--half", choices=("development", "held-out"), action="append")
    parser.add_argument("--only", default="", help="measure the damages whose name contains this")
    arguments = parser.parse_args()
    for half in arguments.half or ("development", "held-out"):
        texts = [row["text"] for row in clean_rows(arguments.articles, half)]
        print(f"{half}: {len(texts)} articles")
        print(f"{'damage':16} characters quotes(recall, precision) breaks(recall, precision) µs/3KB")
        for how in damages():
            if arguments.only in how.name:
                score = Score()
                for text in texts:
                    if not (how.mark and how.mark in text and how.mark not in "&?"):
                        score.add(text, how)
                print(score.row(how.name), flush=True)


if __name__ == "__main__":
    main()
