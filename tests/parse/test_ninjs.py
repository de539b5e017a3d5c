"""ninjs, generations 1 to 3."""

from __future__ import annotations

import orjson
import pytest

from tests.documents import WORDS
from tests.parse.opened import draft_of, error_of, opened
from worker.article import Author, Image, Publisher, Subject

FIRST = {
    "uri": "tag:post.example,2024:7", "type": "text", "versioncreated": "2024-11-06T15:20:00Z",
    "pubstatus": "withheld",
    "firstcreated": "2024-11-06T14:00:00Z", "language": "en", "byline": "Jo Roe and Al Poe",
    "headline": "Council Meets",
    "body_text": "One flattened text. Two.", "body_xhtml": f"<p>{WORDS}</p><p>Then it rained.</p>",
    "embargoed": "2024-11-07T00:00:00Z", "copyrightnotice": "© Post", "copyrightholder": "The Post",
    "genre": [{"name": "Report"}], "subject": [{"code": "20000621", "scheme": "http://cv.example/", "name": "tram"}],
    "associations": {"main": {"type": "picture", "byline": "Di Coe", "description_text": "A tram.", "renditions": {
        "s": {"href": "https://post.example/s.jpg", "width": 100},
        "l": {"href": "https://post.example/l.jpg", "width": 900}}}},
}  # fmt: skip
THIRD = {
    "uri": "tag:post.example,2024:7", "type": "text", "versionCreated": "2024-11-06T15:20:00Z",
    "pubStatus": "withheld",
    "firstCreated": "2024-11-06T14:00:00Z", "language": "en", "by": "Jo Roe and Al Poe",
    "embargoed": "2024-11-07T00:00:00Z",
    "headlines": [{"role": "short", "value": "Council"}, {"role": "main", "value": "Council Meets"}],
    "bodies": [{"role": "text", "contentType": "text/plain", "value": "One flattened text. Two."},
               {"role": "html", "contentType": "text/html", "value": f"<p>{WORDS}</p><p>Then it rained.</p>"}],
    "copyrightNotice": "© Post", "copyrightHolder": "The Post", "genres": [{"name": "Report"}],
    "subjects": [{"uri": "http://cv.example/20000621", "name": "tram"}],
    "associations": [{"type": "picture", "by": "Di Coe", "descriptions": [{"value": "A tram."}], "renditions": [
        {"href": "https://post.example/s.jpg", "width": 100}, {"href": "https://post.example/l.jpg", "width": 900}]}],
}  # fmt: skip


@pytest.mark.parametrize("item", [FIRST, THIRD], ids=["1", "3"])
def test_every_generation_yields_the_same_fields(item: dict[str, object]) -> None:
    draft = draft_of(orjson.dumps(item))
    fields = draft.fields
    assert (draft.format, draft.paragraphs) == ("ninjs", (WORDS, "Then it rained."))
    assert (fields.guid, fields.headline, fields.language) == ("tag:post.example,2024:7", "Council Meets", "en")
    assert (fields.status, fields.embargoed_until) == ("withheld", "2024-11-07T00:00:00Z")
    assert (fields.byline, fields.authors) == ("Jo Roe and Al Poe", (Author("Jo Roe"), Author("Al Poe")))
    assert fields.published is not None
    assert fields.published.instant == "2024-11-06T14:00:00Z"
    assert fields.modified is not None
    assert fields.modified.instant == "2024-11-06T15:20:00Z"
    assert (fields.rights, fields.genre) == ("© Post", "Report")
    assert fields.publisher == Publisher("The Post", None)
    assert fields.images == (Image("https://post.example/l.jpg", "A tram.", "Di Coe"),)
    (subject,) = fields.subjects
    assert (subject.code, subject.name) == ("20000621", "tram")


def test_the_short_headline_of_generation_3_stands_below_the_main_one() -> None:
    assert draft_of(orjson.dumps(THIRD)).fields.subheadline == "Council"


@pytest.mark.parametrize("kind", ["picture", "video", "audio", "event"])
def test_what_is_no_text_is_refused_by_its_kind(kind: str) -> None:
    item = {"uri": "x", "type": kind, "headline": "A tram", "pubstatus": "usable", "renditions": {}}
    assert error_of(orjson.dumps(item)) == "not_an_article"


def test_an_item_without_a_body_is_its_description() -> None:
    item = {name: value for name, value in THIRD.items() if name != "bodies"}
    draft = draft_of(orjson.dumps({**item, "descriptions": [{"value": "They met."}]}))
    assert (draft.paragraphs, draft.flags) == (("They met.",), ("summary_only",))


def test_items_in_a_list_are_read_one_by_one() -> None:
    picture = {"uri": "x", "type": "picture", "pubstatus": "usable", "renditions": {}}
    found = opened(orjson.dumps([FIRST, picture, THIRD]))
    assert list(found.drafts) == ["1", "3"]
    assert found.refused == {"2": "not_an_article"}


@pytest.mark.parametrize("odd", [None, 3, "x", [], {}, [None, 3], {"a": None}])
@pytest.mark.parametrize("key", sorted(THIRD))
def test_no_value_is_too_odd(key: str, odd: object) -> None:
    draft = draft_of(orjson.dumps({**THIRD, "text": WORDS, "pubstatus": "usable", key: odd}))
    assert draft.paragraphs


def test_subjects_keep_code_and_scheme() -> None:
    item = {**THIRD, "subjects": [{"uri": "http://cv.example/medtop/2"}, {"literal": "x", "name": "y"}]}
    assert draft_of(orjson.dumps(item)).fields.subjects == (
        Subject("2", None, "http://cv.example/medtop/"),
        Subject("x", "y", None),
    )
