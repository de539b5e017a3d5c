"""The rules: every example in the data holds."""

from __future__ import annotations

import re
import tomllib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from worker.config_files import config_folder, load_rules, shipped_files
from worker.errors import ConfigurationError, PermanentError
from worker.parse.dates import read_date
from worker.parse.header import read_header
from worker.parse.html_page import read_html
from worker.parse.json_document import read_item
from worker.parse.people import is_person, read_byline, read_names
from worker.parse.supplied import fields_of
from worker.parse.urls import canonical_url, domain_of
from worker.rules import rules_from

if TYPE_CHECKING:
    from pathlib import Path

RULES = load_rules()
NAMES = (
    "agencies", "dates", "headers", "html_body", "html_meta", "json_keys", "languages", "people", "sources", "urls",
)  # fmt: skip


def table(name: str) -> dict[str, Any]:
    with open(f"{config_folder()}/rules/{name}.toml", "rb") as file:
        return tomllib.load(file)


def files() -> dict[str, bytes]:
    return shipped_files()


@pytest.mark.parametrize("row", table("headers")["rule"], ids=lambda row: row["example"])
def test_a_form_of_a_header_line_fits_its_example(row: dict[str, Any]) -> None:
    match = re.fullmatch(row["pattern"], row["example"])
    assert match is not None
    assert {name: said for name, said in match.groupdict().items() if said} == row.get("gives", {})


@pytest.mark.parametrize("row", table("headers")["prefix"], ids=lambda row: row["example"])
def test_a_prefix_is_cut_and_kept_as_its_example_says(row: dict[str, Any]) -> None:
    header = read_header([row["example"]], RULES)
    (removal,) = header.removed
    assert removal.kind == row["kind"]
    assert row["example"].strip() == f"{removal.text} {header.rest[0]}"
    gives = row.get("gives", {})
    assert (header.fields.published.value if header.fields.published else None) == gives.get("published")
    assert (header.fields.publisher.name if header.fields.publisher else None) == gives.get("publisher")


@pytest.mark.parametrize("row", table("headers")["rule"], ids=lambda row: row["example"])
def test_the_first_form_that_fits_an_example_is_its_own(row: dict[str, Any]) -> None:
    header = read_header([row["example"], "", "The words begin here, and they go on for a while."], RULES)
    if row["kind"] == "heading":
        assert header.fields.headline == row["gives"]["heading"]
    else:
        assert [(r.kind, r.text) for r in header.removed] == [(row["kind"], row["example"])]


@pytest.mark.parametrize(
    ("row", "line"),
    [(row, line) for row in table("headers")["rule"] for line in row.get("not", [])],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_line_that_only_looks_like_a_header_is_left_alone(row: dict[str, Any], line: str) -> None:
    header = read_header([line, "", "The words begin here, and they go on for a while."], RULES)
    assert row["kind"] not in [removal.kind for removal in header.removed]


@pytest.mark.parametrize("line", [line for row in table("headers")["prefix"] for line in row["not"]])
def test_a_line_that_only_looks_like_a_prefix_is_left_alone(line: str) -> None:
    assert read_header([line], RULES).removed == ()


@pytest.mark.parametrize("row", table("dates")["example"], ids=lambda row: row["text"])
def test_a_date_is_read_as_its_example_says(row: dict[str, str]) -> None:
    moment = read_date(row["text"], RULES.dates, "header")
    assert moment is not None
    assert (moment.value, moment.precision, moment.evidence) == (row["value"], row["precision"], row["text"])


@pytest.mark.parametrize("row", table("people")["example"], ids=lambda row: row["text"])
def test_people_are_told_from_desks_as_the_example_says(row: dict[str, Any]) -> None:
    assert list(read_names(row["text"], RULES.people)) == row["people"]
    if row.get("list_only"):
        return
    byline = read_byline(row["text"], RULES.people)
    assert [author.name for author in byline.authors] == row["people"] if byline else row["people"] == []


def test_no_agency_is_a_person() -> None:
    assert not any(is_person(name, RULES.people) for name in table("people")["not_persons"])


@pytest.mark.parametrize("row", table("urls")["example"], ids=lambda row: row["url"])
def test_an_address_becomes_what_its_example_says(row: dict[str, str]) -> None:
    url = canonical_url(row["url"], RULES)
    assert (url, domain_of(url)) == (row.get("gives"), row.get("domain"))


HTML = table("html_body")
HTML_LINES = [(name, row) for name in ("opener", "line") for row in HTML[name]]
PROSE = "The council met on Monday and talked about the tram for three hours, which was longer than planned."
REST = "Nobody was quite sure why it took so long, although several members had brought sandwiches with them."


def article_with(inside: str) -> tuple[tuple[str, ...], list[tuple[str, str | None]]]:
    """Paragraphs and removed parts of a page whose article has `inside` in its middle."""
    page = f"<!doctype html><body><article><p>{PROSE}</p><p>{REST}</p>{inside}<p>{PROSE} {REST}</p></article>"
    draft = read_html(page.encode(), RULES)
    return draft.paragraphs, [(removal.kind, removal.text) for removal in draft.removed]


@pytest.mark.parametrize("row", HTML["skipped"], ids=lambda row: row["example"][:50])
def test_an_element_named_so_is_cut_as_its_example_says(row: dict[str, Any]) -> None:
    paragraphs, removed = article_with(row["example"])
    assert paragraphs == (PROSE, REST, f"{PROSE} {REST}")
    assert [kind for kind, _ in removed] == [row["kind"]]
    assert set(row["words"]).isdisjoint(
        {word for other in HTML["skipped"] if other is not row for word in other["words"]}
    )


@pytest.mark.parametrize(("name", "row"), HTML_LINES, ids=lambda v: v if isinstance(v, str) else v["examples"][0])
def test_a_line_of_a_page_is_cut_as_its_examples_say(name: str, row: dict[str, Any]) -> None:
    for line in row["examples"]:
        words = f'{line} <a href="/2">more</a>' if name == "opener" else line
        paragraphs, removed = article_with(f"<p>{words}</p>")
        assert paragraphs == (PROSE, REST, f"{PROSE} {REST}"), line
        assert [kind for kind, _ in removed] == [row["kind"]]
    for line in row["not"]:
        assert line in article_with(f"<p>{line}</p>")[0]


@pytest.mark.parametrize("row", HTML["credit"], ids=lambda row: row["example"])
def test_the_credit_of_a_caption_is_found_as_its_example_says(row: dict[str, Any]) -> None:
    figure = (
        f'<figure><img src="https://harbourledger.example/a.jpg"><figcaption>{row["example"]}</figcaption></figure>'
    )
    page = f"<!doctype html><body><article><p>{PROSE}</p>{figure}<p>{REST}</p></article>"
    (image,) = read_html(page.encode(), RULES).fields.images
    assert (image.caption or "").rstrip(".") == "The mayor on Friday"
    assert image.credit == row["gives"]


@pytest.mark.parametrize("row", HTML["not_article"], ids=lambda row: row["reason"])
def test_a_title_tells_that_a_page_holds_no_article_as_its_examples_say(row: dict[str, Any]) -> None:
    def page(title: str) -> bytes:
        return f"<!doctype html><title>{title}</title><body><p>{PROSE}</p><p>{REST}</p>".encode()

    for title in row["examples"]:
        with pytest.raises(PermanentError, match=row["reason"]):
            read_html(page(title), RULES)
    for title in row["not"]:
        assert read_html(page(title), RULES).paragraphs == (PROSE, REST)


def test_a_byline_a_date_and_a_standfirst_are_found_as_their_examples_say() -> None:
    page = f"<!doctype html><body><article><h1>Tram</h1>{HTML['standfirst']['example']}{HTML['byline']['example']}"
    fields = read_html(f"{page}{HTML['date']['example']}<p>{PROSE}</p><p>{REST}</p></article>".encode(), RULES).fields
    assert fields.subheadline == "Three hours, no result, many sandwiches."
    assert [author.name for author in fields.authors] == ["Jo Roe"]
    assert fields.published is not None
    assert (fields.published.value, fields.published.origin) == ("2023-04-28", "header")


KEY_EXAMPLES = [(field, example) for field, row in table("json_keys").items() for example in row.get("examples", [])]


@pytest.mark.parametrize(("field", "example"), KEY_EXAMPLES, ids=lambda v: v if isinstance(v, str) else v["from"])
def test_a_key_gives_what_its_example_says(field: str, example: dict[str, Any]) -> None:
    if field == "text":
        assert "\n".join(read_item(example["json"].encode(), RULES).paragraphs) == example["gives"]
        return
    fields = fields_of(orjson.loads(example["json"]), RULES.json_keys, RULES)
    assert _plain(field, asdict(fields)) == example["gives"]


def _plain(field: str, found: dict[str, Any]) -> object:
    """The found value of a field in the short form that the examples have."""
    if field in {"published", "modified"}:
        return found[field]["value"]
    if field in {"publisher", "domain"}:
        return found["publisher"]["name" if field == "publisher" else "domain"]
    if field in {"authors", "contributors", "subjects"}:
        return [item["name"] for item in found["authors" if field == "contributors" else field]]
    return [item["url"] for item in found["images"]] if field == "images" else found[field]


@pytest.mark.parametrize("field", [name for name in table("json_keys") if name not in {"containers", "types"}])
def test_every_field_of_the_keys_has_an_example(field: str) -> None:
    assert table("json_keys")[field]["examples"]


def test_the_version_changes_with_the_data_and_only_with_it() -> None:
    same = rules_from(files())
    assert same.version == RULES.version
    changed = files()
    changed["urls.toml"] += b"\n# a note\n"
    assert rules_from(changed).version != RULES.version


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file_refuses_to_start_and_is_named(name: str) -> None:
    left = files()
    del left[f"{name}.toml"]
    with pytest.raises(ConfigurationError, match=rf"{name}\.toml"):
        rules_from(left)


@pytest.mark.parametrize("damage", [b"[[rule", b'[[rule]]\nkind = "x"\npattern = "("\n', b"rule = 3"])
def test_a_damaged_file_refuses_to_start(damage: bytes) -> None:
    broken = files()
    broken["headers.toml"] = damage
    with pytest.raises(ConfigurationError):
        rules_from(broken)


OWN = b'[[cut]]\nkind = "promo"\nopens = ["quayside"]\npattern = "quayside is free.*"\n'


def test_rules_of_ones_own_are_read_beside_the_others(tmp_path: Path) -> None:
    (tmp_path / "quay.toml").write_bytes(OWN)
    (tmp_path / "notes.txt").write_bytes(b"no rules")
    rules = load_rules(str(tmp_path))
    assert [rule.kind for rule in rules.cuts.end.betrayed("Quayside is free", "quayside")] == ["promo"]
    assert rules.headers == RULES.headers
    assert rules.version != RULES.version


@pytest.mark.parametrize(
    "wrong", [b"[[cut]]\nkind = 'x'\n", OWN + b"[months]\n13 = ['x']\n", b"[[cut", OWN.replace(b".*", b"(")]
)
def test_rules_of_ones_own_that_can_not_be_refuse_to_start_and_are_named(tmp_path: Path, wrong: bytes) -> None:
    (tmp_path / "quay.toml").write_bytes(wrong)
    with pytest.raises(ConfigurationError, match=r"quay\.toml"):
        load_rules(str(tmp_path))


def test_a_folder_of_rules_that_is_not_there_refuses_to_start() -> None:
    with pytest.raises(ConfigurationError, match=r"paths\.rules"):
        load_rules("/nosuch/rules")
