"""JSON files."""

from __future__ import annotations

import json
import time

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.documents import WORDS, article_of, document, rejection_of
from tests.parse.opened import draft_of, opened, streamed
from worker.article import Author, Image, Publisher, Removal, Subject
from worker.config_files import load_rules
from worker.errors import PermanentError
from worker.parse import json_lines
from worker.pipeline import process


def dumped(**said: object) -> bytes:
    return orjson.dumps({"text": WORDS, **said})


def test_what_news_please_writes() -> None:
    article = article_of(
        dumped(
            text=None, maintext=WORDS, title="Council Meets", authors=["Jo Roe", "Post Staff"],
            date_publish="2024-11-06 15:20:00", date_modify=None, source_domain="www.post.example", url="https://www.post.example/1?fbclid=x",
            image_url="https://www.post.example/a.jpg", description="They met.", language="en", filename="x.json",
        )
    )  # fmt: skip
    assert article.text == WORDS
    assert (article.headline, article.headline_origin) == ("Council Meets", "metadata")
    assert article.authors == (Author("Jo Roe"),)
    assert article.published is not None
    assert (article.published.value, article.published.instant) == ("2024-11-06T15:20:00", None)
    assert article.publisher == Publisher(None, "post.example")
    assert (article.url, article.summary) == ("https://www.post.example/1", "They met.")
    assert article.images == (Image("https://www.post.example/a.jpg"),)
    assert (article.source.media_type, article.source.format) == ("application/json", "json")


def test_what_schema_org_says() -> None:
    article = article_of(
        orjson.dumps(
            {
                "@context": "https://schema.org",
                "@graph": [
                    {"@type": "WebSite", "name": "Post"},
                    {
                        "@type": "NewsArticle",
                        "headline": "Council Meets",
                        "alternativeHeadline": "Nobody sure why",
                        "articleBody": WORDS,
                        "datePublished": "2024-11-06T15:20:00Z",
                        "author": {"@type": "Person", "name": "Jo Roe"},
                        "contributor": [{"@type": "Person", "name": "Al Poe"}],
                        "publisher": {"@type": "Organization", "name": "Post", "logo": {"url": "https://x.example/l"}},
                        "image": {"url": "https://post.example/a.jpg", "caption": "A tram", "creditText": "Jo Roe"},
                        "keywords": "tram, council",
                    },
                ],
            }
        )
    )
    assert (article.headline, article.subheadline, article.text) == ("Council Meets", "Nobody sure why", WORDS)
    assert article.authors == (Author("Jo Roe"), Author("Al Poe", "contributor"))
    assert article.publisher == Publisher("Post", None)
    assert article.images == (Image("https://post.example/a.jpg", "A tram", "Jo Roe"),)
    assert article.subjects == (Subject(None, "tram", None), Subject(None, "council", None))


def test_the_answer_of_a_service_is_a_list_even_with_one_article_in_it() -> None:
    answer = {"status": "ok", "articles": [{"title": "Council", "content": f"{WORDS} They… [+2311 chars]"}]}
    found = opened(orjson.dumps(answer))
    assert (found.format, list(found.drafts)) == ("json", ["1"])
    draft = found.drafts["1"]
    assert draft.paragraphs == (f"{WORDS} They…",)
    assert "truncated" in draft.flags
    assert draft.removed == (Removal("truncation_mark", "[+2311 chars]"),)


def test_each_item_of_a_list_is_a_document_of_its_own() -> None:
    found = opened(orjson.dumps([{"title": "A", "text": WORDS}, {"title": "B"}, 3, None, {"text": "C. D.", "id": 7}]))
    assert [(name, draft.fields.headline) for name, draft in found.drafts.items()] == [("1", "A"), ("5", None)]
    assert found.drafts["5"].fields.guid == "7"
    assert found.refused == {"2": "not_an_article"}
    assert found.ended is None


@pytest.mark.parametrize("key", ["articles", "items", "data", "results", "posts", "docs", "entries", "Stories"])
def test_a_list_is_found_under_the_usual_keys(key: str) -> None:
    found = opened(orjson.dumps({"total": 2, key: [{"text": WORDS}, {"text": WORDS}]}))
    assert list(found.drafts) == ["1", "2"]


def test_a_list_deep_inside_an_answer_is_found() -> None:
    source = {"_index": "news", "_source": {"headline": "Council", "body": WORDS}}
    found = opened(orjson.dumps({"took": 3, "hits": {"total": 1, "hits": [source]}}))
    assert found.fields.headline == "Council"


def test_articles_may_stand_under_names_of_their_own() -> None:
    found = opened(orjson.dumps({"a-1": {"text": WORDS}, "a-2": {"text": WORDS}}))
    assert list(found.drafts) == ["a-1", "a-2"]


def test_an_item_with_only_a_teaser_is_flagged() -> None:
    item = {"title": "Council", "description": "They met.", "content": None, "url": "https://post.example/1"}
    draft = opened(orjson.dumps({"articles": [item]})).drafts["1"]
    assert (draft.paragraphs, draft.flags, draft.fields.summary) == (("They met.",), ("summary_only",), None)


def test_linked_data_of_a_page_is_one_article_beside_what_is_none() -> None:
    graph = [
        {"@type": "WebPage", "name": "Council", "description": "They met.", "url": "https://post.example/1"},
        {"@type": ["NewsArticle", "Thing"], "headline": ["Council <b>Meets</b>"], "articleBody": WORDS,
         "author": [{"@type": ["Person"], "name": "Jo Roe"}, None], "inLanguage": "en_us"},
        {"@type": "Organization", "name": "Post"},
    ]  # fmt: skip
    draft = draft_of(orjson.dumps([{"@context": "https://schema.org", "@graph": graph}]))
    assert (draft.fields.headline, draft.fields.language) == ("Council Meets", "en-US")
    assert draft.fields.authors == (Author("Jo Roe"),)


def test_linked_data_of_several_articles_is_a_list_of_them() -> None:
    graph = [{"@type": "NewsArticle", "articleBody": WORDS}, {"@type": "WebSite"}, {"@type": "Article", "text": WORDS}]
    assert list(opened(orjson.dumps({"@graph": graph})).drafts) == ["1", "3"]


@pytest.mark.parametrize("path", ["a.jsonl", "a.json", "a"])
def test_an_object_on_each_line_is_a_document_on_each_line(path: str) -> None:
    data = b"\xef\xbb\xbf" + dumped(title="A") + b"\r\n\n" + b'{"title": "B", "te\n' + dumped(title="C") + b"\n"
    for found in (opened(data, path), streamed(data, path)):
        assert (found.format, found.ended) == ("jsonl", None)
        assert [(name, draft.fields.headline) for name, draft in found.drafts.items()] == [("1", "A"), ("4", "C")]
        assert found.refused == {"3": "malformed"}


def test_a_line_without_end_costs_no_memory_and_no_other_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "MEMBER_BYTES_MAX", 500)
    line = dumped()
    found = streamed(b"\n".join([line, line[:-1] + b" " * 5000 + b"}", line]))
    assert (list(found.drafts), found.refused) == (["1", "3"], {"2": "too_large"})


def test_more_lines_than_allowed_end_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "MEMBERS_MAX", 3)
    found = streamed(b"\n".join([dumped()] * 9))
    assert (len(found.drafts), found.ended) == (3, "too_many_members")


def test_a_json_file_too_large_for_memory_is_no_stream() -> None:
    with pytest.raises(PermanentError, match="too_large"):
        streamed(b'{\n"text": "x"\n}')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One.\n\nTwo.", "One.\n\nTwo."),
        ("One.\nTwo.", "One.\n\nTwo."),
        ("<p>One.</p><p>Two &amp; <b>three</b>.</p>", "One.\n\nTwo & three."),
        ("One.<br/><br/>Two.", "One.\n\nTwo."),
        (["One.", "<p>Two.</p>"], "One.\n\nTwo."),
        ([{"type": "paragraph", "text": "One."}, {"type": "paragraph", "content": ["Two."]}], "One.\n\nTwo."),
        (
            {"summary": ["Sum."], "sections": [{"headline": ["H"], "paragraphs": ["One."]}]},
            "Sum.\n\nH\n\nOne.",
        ),
        ("2 < 3 and 5 > 4 they said.", "2 < 3 and 5 > 4 they said."),
        ("&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;", "One.\n\nTwo."),
        ("<div>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</div>", "One.\n\nTwo."),
        ({"rendered": "<p>One.</p>"}, "One."),
    ],
)
def test_a_text_may_be_plain_marked_up_or_in_parts(text: object, expected: str) -> None:
    assert article_of(orjson.dumps({"text": text})).text == expected


def test_an_empty_text_gives_way_to_the_next_key() -> None:
    assert article_of(orjson.dumps({"body": "", "content": "  ", "text": WORDS})).text == WORDS


@pytest.mark.parametrize(
    "value", [{}, [], {"title": "Council"}, {"text": ""}, {"text": None}, {"text": 3}, {"text": "<p></p>"},
              {"text": "..."}, [[[]]], {"articles": []}, {"a": {"text": WORDS}}]
)  # fmt: skip
def test_json_without_a_text_is_no_article(value: object) -> None:
    rejection = rejection_of(orjson.dumps(value), "a.json")
    assert (rejection.stage, rejection.error) == ("parse", "not_an_article")


@pytest.mark.parametrize("data", [b'{"text": "x', b'{"a" 1}', b"[1,"])
def test_damaged_json_is_malformed(data: bytes) -> None:
    assert rejection_of(data, "a.json").error == "malformed"


def test_numbers_that_are_none_are_null() -> None:
    data = b'{"text": "The council met.", "date": NaN, "score": Infinity, "views": ' + b"9" * 5000 + b"}"
    article = article_of(data)
    assert (article.text, article.published) == ("The council met.", None)


def test_lone_surrogates_become_replacement_characters() -> None:
    article = article_of(
        b'{"text": "The \\ud800 council met.", "title": "Co\\udfffuncil", "url": "https://a.example/\\ud800"}'
    )
    assert (article.text, article.headline, article.url) == ("The \ufffd council met.", "Co\ufffduncil", None)


def test_the_last_of_two_equal_keys_counts() -> None:
    assert article_of(b'{"text": "First text.", "text": "Second text."}').text == "Second text."


@pytest.mark.parametrize(
    ("hostile", "error"),
    [
        (b'{"text":' * 100_000, "too_deep"),
        (b"[" * 100_000, "too_deep"),
        (b'{"text": ' + b"[" * 900 + b'"x"' + b"]" * 900 + b"}", "not_an_article"),
        (b'{"article":' * 500 + b'{"text": "x"}' + b"}" * 500, "not_an_article"),
    ],
    ids=["objects", "lists", "deep text", "deep containers"],
)
def test_json_that_is_too_deep_is_refused(hostile: bytes, error: str) -> None:
    began = time.process_time()
    assert rejection_of(hostile, "a.json").error == error
    assert time.process_time() - began < 1


def test_html_inside_json_has_the_limits_of_a_page() -> None:
    assert rejection_of(orjson.dumps({"text": "<p>" + "<div>" * 40_000})).error == "too_deep"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"date": "last Tuesday"}, "published"),
        ({"date": "05/06/07"}, "published"),
        ({"date": True}, "published"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"title": "x" * 501}, "headline"),
        ({"title": ["", None]}, "headline"),
        ({"pubstatus": "odd"}, "status"),
    ],
)
def test_a_value_that_can_not_be_the_field_is_left_out(said: dict[str, object], field: str) -> None:
    assert getattr(article_of(dumped(**said)), field) is None


@pytest.mark.parametrize("value", [1729549599, 1729549599000, "1729549599", {"$date": "2024-10-21T22:26:39Z"}])
def test_moments_as_numbers(value: object) -> None:
    article = article_of(dumped(published=value))
    assert article.published is not None
    assert article.published.instant == "2024-10-21T22:26:39Z"


def test_an_author_who_is_the_outlet_is_no_author() -> None:
    assert article_of(dumped(author="Blue Quay", publisher="Blue Quay")).authors == ()


def test_lists_without_end_are_cut() -> None:
    article = article_of(
        dumped(tags=[f"tag {n}" for n in range(10_000)], image=[f"https://a.example/{n}" for n in range(500)])
    )
    assert (len(article.subjects), len(article.images)) == (50, 50)


ANY = st.characters(exclude_categories=())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(ANY, max_size=20),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["text", "title", "date", "author", "authors", "url", "publisher", "image", "keywords", "subject", "name",
             "@type", "@graph", "articles", "status", "embargoed", "identifier", "$date", "code"]
        ),
        inner,
        max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@given(VALUES)
@settings(deadline=None, max_examples=300)
def test_no_json_is_too_strange(value: object) -> None:
    process(document(json.dumps(value), "a.json"), load_rules())
    process(
        document(json.dumps({"text": WORDS, "title": value, "author": value, "date": value, "image": value})),
        load_rules(),
    )
