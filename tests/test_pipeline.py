"""The whole flow: samples with what they must yield, and what holds for any bytes."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.documents import (
    EMITTED_AT,
    ID,
    LINE_BYTES_MAX,
    WORDS,
    article_of,
    document,
    line_of,
    parsed,
    rejection_of,
)
from tests.parse.opened import as_expected, opened
from worker import pipeline
from worker.article import Article, Rejection
from worker.config_files import load_rules
from worker.errors import PermanentError
from worker.fill import fill_article, fill_rejection
from worker.ids import derive
from worker.parse.format_table import FORMATS
from worker.parse.formats import format_of
from worker.parse.members import Container
from worker.pipeline import process, process_member
from worker.pipeline import rejection_of as rejection_of_pipeline
from worker.record import render_article, render_rejection
from worker.schema import line_problem, rejection_problem

RULES = load_rules()
HERE = os.path.dirname(os.path.abspath(__file__))
SEEDS = os.path.join(os.path.dirname(HERE), "seeds")


def read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


ALONE = sorted(name.removesuffix(".expected.json") for name in os.listdir(f"{HERE}/golden") if "expected" in name)
CONTAINERS = sorted(name.removesuffix(".expected.json") for name in os.listdir(f"{HERE}/golden/members"))


UNDERSTOOD = {"entities", "quotes", "sources_cited", "dates_mentioned", "figures", "keyphrases"}


def understood(line: dict[str, Any]) -> dict[str, list[str]]:
    """What the words of a line say, in the short form of the files in `tests/golden`."""

    def who(speaker: dict[str, Any] | None) -> str:
        return str((speaker["name"] or speaker["role"]) if speaker else None)

    named = [[e["type"], e["name"], e["role"], e["affiliation"], e["country"]] for e in line["entities"]]
    counted = [[f["qualifier"], f["value"], f["unit"]] for f in line["figures"]]
    return {
        "named": [" | ".join(str(part) for part in row if part) for row in named],
        "said": [f"{q['kind']} | {who(q['speaker'])} | {q['text']}" for q in line["quotes"]],
        "cited": [f"{source['kind']} | {source['name']}" for source in line["sources_cited"]],
        "dated": [f"{date['text']} = {date['value']}" for date in line["dates_mentioned"]],
        "counted": [" ".join(str(part) for part in row if part is not None) for row in counted],
    }


def test_every_sample_has_what_it_must_yield_beside_it() -> None:
    assert sorted(os.listdir(SEEDS)) == sorted([*ALONE, *CONTAINERS])


@pytest.mark.parametrize("name", ALONE)
def test_a_sample_yields_what_stands_beside_it(name: str) -> None:
    line = parsed(line_of(article_of(read(f"{SEEDS}/{name}"), name)))
    expected: dict[str, Any] = orjson.loads(read(f"{HERE}/golden/{name}.expected.json"))
    assert line["text"].split("\n\n") == expected.pop("text")
    assert line["quality"]["flags"] == expected.pop("flags")
    given_nothing = {
        key for key, value in line.items() if value in (None, []) and key not in {"replaces", "duplicate", "shared"}
    }
    assert understood(line) == expected.pop("understood")
    assert {key: line[key] for key in expected} == expected
    assert given_nothing.isdisjoint(expected)
    given_nothing |= UNDERSTOOD
    rest = set(line) - given_nothing - set(expected)
    assert rest == {"seq", "schema", "kind", "id", "revision", "version", "replaces", "duplicate", "shared", "text",
                    "language", "quality", "source", "processing"} - set(expected)  # fmt: skip


@pytest.mark.parametrize("name", CONTAINERS)
def test_what_a_sample_holds_yields_what_stands_beside_it(name: str) -> None:
    expected = orjson.loads(read(f"{HERE}/golden/members/{name}.expected.json"))
    assert orjson.loads(orjson.dumps(as_expected(opened(read(f"{SEEDS}/{name}"), name)))) == expected


def test_there_is_a_sample_of_every_format_that_is_read() -> None:
    read_formats = {form.name for form in FORMATS if form.is_read} | {"txt"}
    assert {format_of(read(f"{SEEDS}/{name}"), name).name for name in os.listdir(SEEDS)} >= read_formats - {"xml"}


def test_what_no_word_says_is_empty_and_never_faked() -> None:
    plain = "Nobody was quite sure why, and nobody asked. It went on until the lights were out."
    article = article_of(f"Council Meets\n\n{plain}")
    empty = (article.entities, article.quotes, article.sources_cited, article.dates_mentioned, article.figures)
    assert empty == ((),) * 5
    assert (article.dateline, article.syndication) == (None, None)


def test_the_source_says_where_the_document_came_from() -> None:
    held = document(WORDS, "desk/a.txt")
    article = process(held, RULES)
    assert isinstance(article, Article)
    source = article.source
    assert (source.inbox, source.path, source.sha256, source.bytes) == ("inbox", "desk/a.txt", held.sha256, len(WORDS))
    assert (source.received_at, source.modified_at) == (held.received_at, held.modified_at)
    assert (source.media_type, source.format, source.encoding) == ("text/plain", "txt", "utf-8")


def test_a_refusal_of_any_stage_is_a_rejection_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_draft: object) -> None:
        raise PermanentError("normalize", "odd", "it is odd")

    monkeypatch.setattr(pipeline, "normalize", refuse)
    held = document(WORDS)
    assert process(held, RULES) == Rejection(ID, held.path, None, held.sha256, "normalize", "odd", "it is odd", 1)


def test_a_bug_is_loud(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_draft: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(pipeline, "normalize", fail)
    with pytest.raises(ZeroDivisionError):
        process(document(WORDS), RULES)


def test_text_that_is_nothing_after_mending_is_no_article() -> None:
    assert rejection_of("\u200b\x01a".replace("a", "\u00ad") + "\u200b").error == "not_an_article"


BEGINNINGS = st.sampled_from(
    [b"", b"<!doctype html><html><body><p>", b"<html>", b'{"text": "', b'{"title": ', b"[", b"\xef\xbb\xbf",
     b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\x00\x00", b"%PDF-", b"PK\x03\x04", b"\x1f\x8b\x08",
     b"<?xml version='1.0'?>", b"WARC/1.0\r\n", b"From a@b Mon Jan 1", b"Headline Here\n\n", b" date 2024-10-15 ",
     b"By Jo Roe\n", b"### x\n", b"https://a.example/b.jpg\n"]
)  # fmt: skip
PIECES = st.sampled_from(
    [b"The council met on Monday. ", b"\n", b"\n\n", b"\r\n", b"\0", b"</p>", b"<p>", b'"}', b"]", b"}", b",",
     b"\xe2\x80\x9c", b"\xe2\x80\xa8", b"\xc2\x85", b"\x7f", b"\x93", b"\xe9", b"\xed\xa0\x80", b"\\ud800",
     b"&quot;", b"&#55296;", b"21/10/2024 22h20"]
)  # fmt: skip
DOCUMENTS = st.builds(
    lambda beginning, pieces: beginning + b"".join(pieces),
    BEGINNINGS,
    st.lists(PIECES | st.binary(max_size=8), max_size=25),
)


@given(DOCUMENTS, st.sampled_from(["a.txt", "a.html", "a.json", "a", ""]))
@settings(deadline=None, max_examples=500)
def test_any_bytes_become_one_valid_line_or_a_valid_rejection(data: bytes, path: str) -> None:
    for outcome in outcomes_of(data, path or "x"):
        _is_a_valid_line(outcome)


def outcomes_of(data: bytes, path: str) -> list[Article | Rejection]:
    """What becomes of a document, and of each member where it holds several."""
    held = document(data, path)
    found = process(held, RULES)
    if not isinstance(found, Container):
        return [found]
    outcomes: list[Article | Rejection] = []
    try:
        for member in found.members:
            one = replace(held, id=derive(held.id, member.name), member=member.name, data=member.data)
            outcomes.append(process_member(one, member, RULES))
    except PermanentError as error:
        outcomes.append(rejection_of_pipeline(held, error))
    return outcomes


def _is_a_valid_line(outcome: Article | Rejection) -> None:
    if isinstance(outcome, Article):
        body = render_article(outcome, LINE_BYTES_MAX, RULES.version)
        if isinstance(body, bytes):
            line = fill_article(body, seq=1, emitted_at=EMITTED_AT)
            assert len(line) <= LINE_BYTES_MAX
            assert len(line.decode().splitlines()) == 1
            assert line_problem(orjson.loads(line)) is None
            # The index is built again from the lines: their fingerprints must be those of the articles.
            assert orjson.loads(line)["text"] == outcome.text
            _is_well_formed(outcome)
            return
        outcome = body
    line = fill_rejection(render_rejection(outcome), EMITTED_AT)
    assert len(line.decode().splitlines()) == 1
    assert rejection_problem(orjson.loads(line)) is None


def _is_well_formed(article: Article) -> None:
    assert article.text
    assert all(paragraph and paragraph == paragraph.strip() for paragraph in article.text.split("\n\n"))
    assert "\n" not in article.text.replace("\n\n", "")
    assert (article.headline is None) == (article.headline_origin is None)
    assert len(set(article.quality.flags)) == len(article.quality.flags)
    for entity in article.entities:
        for start, end in entity.mentions:
            assert 0 <= start < end <= len(article.text)
    for quote in article.quotes:
        assert article.text[slice(*quote.span)] == quote.text


@given(DOCUMENTS)
@settings(deadline=None, max_examples=100)
def test_the_same_bytes_make_the_same_outcome(data: bytes) -> None:
    assert outcomes_of(data, "a") == outcomes_of(data, "a")


def test_the_outcome_does_not_depend_on_the_process() -> None:
    program = (
        "import pickle, sys; from tests.documents import article_of;"
        f"a = article_of(open({SEEDS!r} + '/lighthouse-page.html', 'rb').read());"
        "sys.stdout.buffer.write(pickle.dumps(a))"
    )
    made = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.path.dirname(HERE)}
        run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)
        made.add(pickle.loads(run.stdout))
    assert made == {article_of(read(f"{SEEDS}/lighthouse-page.html"))}


def test_the_pipeline_imports_nothing_of_the_outside_world() -> None:
    program = (
        "import sys; import worker.pipeline, worker.record, worker.schema;"
        "world = ('redis', 'rq', 'watchdog', 'socket', 'sqlite3', 'worker.disk', 'worker.store', 'worker.failpoints');"
        "print([name for name in world if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(HERE)}
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True, text=True)
    assert run.stdout.strip() == "[]"
