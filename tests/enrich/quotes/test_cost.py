"""What the finders cost grows with the length of a text, whatever stands in it, and every span is its words."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pytest

from benchmarks.corpus import SHARED
from tests.enrich.quotes.speech import RULES, said
from worker.draft import Fields
from worker.enrich.quotes.find import quotes
from worker.enrich.sources import sources_cited

NASTY = [
    "he said ",
    "“A b c d e,” he said. ",
    "“A b ",
    "“x” ",
    "Ana Ruiz ",
    "Ana said Ruiz, ",
    "a, b, the mayor, c, said ",
    "of the mayor of ",
    "“A b c d,” she said. It rained on. ",
    "adding, saying, noting, ",
    "according to Ana Ruiz, ",
    "Reuters reported, told CNN, ",
    "who said who said ",
    "x",
    "\n\nHe said.",
]


@pytest.mark.parametrize("piece", NASTY)
def test_a_text_ten_times_as_long_takes_about_ten_times_as_long(piece: str) -> None:
    def cost(length: int) -> float:
        text = (piece * (length // len(piece) + 1))[:length]
        started = time.process_time()
        found = quotes(text, "en", (), RULES)
        sources_cited(text, "en", (), found, Fields(), (), RULES)
        return time.process_time() - started

    short = max(min(cost(5_000) for _ in range(3)), 0.001)
    assert min(cost(50_000) for _ in range(3)) < 30 * short


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "sv", "und"])
@pytest.mark.parametrize(
    "text", ["", " ", "“", "”", "“”", "said", "said “", "“,” said", "\n\n\n", "“a”" * 40, ": “x y z”"]
)
def test_odd_texts_raise_nothing(text: str, language: str) -> None:
    said(text, language)


def test_every_span_of_real_articles_is_its_words() -> None:
    articles = Path(SHARED) / "data" / "articles.jsonl.gz"
    if not articles.exists():
        pytest.skip(f"the articles are not at {articles}")
    with gzip.open(articles, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for number, line in enumerate(lines) if number % 100 == 0]
    for text in texts:
        rows = said(text)
        assert rows == said(text)
        assert [row.span for row in rows] == sorted(row.span for row in rows)
        for row in rows:
            assert row.text == row.text.strip() != ""
