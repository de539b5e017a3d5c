"""HTML pages."""

from __future__ import annotations

import time

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.documents import article_of, document, rejection_of
from tests.parse.pages import ONE, THREE, TWO, linked, page, story
from worker.article import Article, Author, Publisher
from worker.config_files import load_rules
from worker.parse import html_limits
from worker.pipeline import process


def paragraphs(article: Article) -> list[str]:
    return article.text.split("\n\n")


def test_the_paragraphs_of_the_article_and_nothing_around_them() -> None:
    article = article_of(
        page(
            "<nav><ul><li><a href='/'>Home</a></li></ul></nav><header><p>Subscribe for nine crowns a week and never "
            "miss the news from the council again.</p></header>"
            + story()
            + "<div class=related><h3>More</h3><p><a href=/2>A very long headline about another meeting of the "
            "council in the town hall</a></p></div><footer><p>© 2024. All rights reserved by the Selwyn Evening Post "
            "and its partners.</p></footer>"
        )
    )
    assert paragraphs(article) == [ONE, TWO, THREE]
    assert (article.headline, article.headline_origin) == ("Council Meets", "heading")
    assert article.source.media_type == "text/html"


@pytest.mark.parametrize(
    "inside",
    [
        "<figure><img src=a.jpg><figcaption>The mayor. Photograph by somebody with a camera.</figcaption></figure>",
        "<aside><p>Read also what the council said about the tram in the spring, and in the autumn before.</p></aside>",
        "<div class='newsletter-signup'><p>Sign up for the letter with all the news before breakfast.</p></div>",
        "<div id='shareBar'><p>Share this with your friends, with your neighbours, and with the mayor.</p></div>",
        "<p><a href=/3>Also read this long headline about the tram and about nobody knowing why</a></p>",
        "<script>var x = 'The council met in a script, which nobody should ever see in the text';</script>",
        "<style>p { content: 'The council met in a style sheet, which nobody should see' }</style>",
        "<table><tr><td><p>A row of figures that stands in a table of its own, from top to end</p></td></tr></table>",
        "<template><p>A template that is never shown to anybody who reads the page in a browser</p></template>",
        "<ul><li><a href=/4>First link</a></li><li><a href=/5>Second link</a></li></ul>",
    ],
)
def test_what_stands_between_the_paragraphs_and_is_something_else_is_left_out(inside: str) -> None:
    assert paragraphs(article_of(page(story(inside)))) == [ONE, TWO, THREE]


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<h2>Three hours</h2>", "Three hours"),
        ("<blockquote>We talked.</blockquote>", "We talked."),
        ("<ul><li>A tram</li></ul>", "A tram"),
        ("<p>Short <em>but</em> <a href=/>his</a> own.</p>", "Short but his own."),
        ("<p>One line<br>and another</p>", "One line and another"),
    ],
)
def test_what_belongs_to_the_text_stays_in_its_place(inside: str, text: str) -> None:
    assert paragraphs(article_of(page(story(inside)))) == [ONE, text, TWO, THREE]


def test_an_article_whose_paragraphs_stand_in_divisions_of_their_own_is_whole() -> None:
    body = "".join(f"<div class=piece><div><p>{text}</p></div></div>" for text in (ONE, TWO, THREE))
    assert paragraphs(article_of(page(f"<div id=story>{body}</div>"))) == [ONE, TWO, THREE]


def test_an_article_in_several_deep_pieces_is_whole() -> None:
    pieces = (f"<p>{ONE}</p><p>{TWO}</p>", f"<p>{THREE}</p>")
    body = "".join(f"<section><div><div><div>{piece}</div></div></div></section>" for piece in pieces)
    assert paragraphs(article_of(page(f"<main>{body}</main>"))) == [ONE, TWO, THREE]


def test_a_page_without_paragraphs_is_read_by_its_divisions() -> None:
    article = article_of(page(f"<div><div>{ONE}<br><br>{TWO}<br><br>{THREE}</div></div>"))
    for text in (ONE, TWO, THREE):
        assert text in article.text


def test_the_text_in_linked_data_stands_in_for_a_page_that_shows_none() -> None:
    article = article_of(page("<div id=app>Loading …</div>", linked(articleBody=f"{ONE}\n\n{TWO}")))
    assert paragraphs(article) == [ONE, TWO]


def test_linked_data_is_believed_first_then_meta_elements_then_the_page() -> None:
    head = (
        linked(
            headline="Council Met",
            datePublished="2024-10-04T17:30:00+01:00",
            author={"@type": "Person", "name": "Jo Roe"},
            publisher={"@type": "Organization", "name": "Selwyn Post"},
        )
        + '<meta property="og:title" content="Council | Post"><meta name="description" content="They met.">'
        '<meta property="article:published_time" content="2001-01-01"><meta property="article:section" content="Local">'
        '<link rel="canonical" href="https://www.selwynpost.example/1?utm_source=x"><title>Council | Post</title>'
        '<meta property="article:tag" content="tram"><meta property="article:tag" content="council">'
        '<meta property="og:image" content="/tram.jpg">'
    )
    article = article_of(page(story(), head))
    assert (article.headline, article.headline_origin) == ("Council Met", "metadata")
    assert article.published is not None
    assert (article.published.instant, article.published.origin) == ("2024-10-04T16:30:00Z", "metadata")
    assert article.authors == (Author("Jo Roe"),)
    assert article.publisher == Publisher("Selwyn Post", "selwynpost.example")
    assert article.url == "https://www.selwynpost.example/1"
    assert (article.summary, article.section) == ("They met.", "Local")
    assert [subject.name for subject in article.subjects] == ["tram", "council"]
    assert [image.url for image in article.images] == ["https://www.selwynpost.example/tram.jpg"]


def test_the_heading_wins_over_a_title_with_the_name_of_the_site_behind_it() -> None:
    article = article_of(page(story(), '<meta property="og:title" content="Council Meets - Selwyn Post">'))
    assert (article.headline, article.headline_origin) == ("Council Meets", "heading")


def test_the_title_is_the_headline_where_nothing_else_is() -> None:
    article = article_of(page(f"<p>{ONE}</p><p>{TWO}</p>", "<title>Council Meets</title>"))
    assert (article.headline, article.headline_origin) == ("Council Meets", "metadata")


def test_the_article_is_found_in_a_graph_of_linked_data() -> None:
    graph = {"@graph": [{"@type": "WebSite", "name": "x"}, {"@type": ["Report", "NewsArticle"], "headline": "Found"}]}
    head = f'<script type="application/ld+json">{orjson.dumps(graph).decode()}</script>'
    assert article_of(page(story(), head)).headline == "Found"


@pytest.mark.parametrize("data", ["{", "[]", "null", '{"@type": 3}', '"x"', '{"@type": "NewsArticle", "headline": 3}'])
def test_damaged_linked_data_does_no_harm(data: str) -> None:
    head = f'<script type="application/ld+json">{data}</script>'
    assert article_of(page(story(), head)).headline == "Council Meets"


def test_line_breaks_inside_the_strings_of_linked_data_are_forgiven() -> None:
    head = '<script type="application/ld+json">{"@type": "NewsArticle",\n"headline": "Council\nmet"}</script>'
    assert article_of(page(story(), head)).headline == "Council met"


@pytest.mark.parametrize(
    "declaration",
    ['<meta charset="windows-1251">', "<meta http-equiv=Content-Type content='text/html; charset=windows-1251'>"],
)
def test_a_declared_encoding_is_used(declaration: str) -> None:
    russian = "Совет собрался в понедельник и три часа говорил о трамвае, хотя никто не знал, зачем это нужно было."
    html = page(f"<article><p>{russian}</p><p>{russian}</p></article>", declaration)
    article = article_of(html.encode("cp1251"))
    assert (paragraphs(article)[0], article.source.encoding) == (russian, "windows-1251")


def test_references_that_were_escaped_twice_are_read() -> None:
    article = article_of(page(story(), linked(headline="Council&#8217;s &amp;quot;tram&amp;quot;")))
    assert article.headline == 'Council’s "tram"'
    assert ("entity", 3) in [(repair.kind, repair.count) for repair in article.repairs]


@pytest.mark.parametrize(
    "html",
    [
        page(""),
        page("<h1>Council</h1><ul><li><a href=/1>One</a><li><a href=/2>Two</a></ul>"),
        page("<p>Loading …</p>"),
        "<html>",
        "<!doctype html>",
        page("<script>" + "x" * 5000 + "</script>"),
    ],
)
def test_a_page_without_running_text_is_no_article(html: str) -> None:
    rejection = rejection_of(html)
    assert (rejection.stage, rejection.error) == ("parse", "not_an_article")


@pytest.mark.parametrize(
    ("html", "error"),
    [
        ("<html>" + "<div>" * 45_000, "too_deep"),
        ("<html>" + "<p>" * 400_000, "too_many_elements"),
        ("<html>" + "<b><i>" * 5_000, "too_deep"),
        ("<html><div " + " ".join(f"a{n}" for n in range(200_000)) + ">x", "too_many_attributes"),
        ("<html><div " + " ".join(f"a{n}=1" for n in range(100_000)) + ">x", "too_many_attributes"),
        ("<html>" + "x" * html_limits.BYTES_MAX, "too_large"),
    ],
    ids=["depth", "elements", "mixed depth", "bare attributes", "attributes", "size"],
)
def test_a_hostile_page_is_refused_in_no_time(html: str, error: str) -> None:
    began = time.process_time()
    assert rejection_of(html).error == error
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "hostile",
    ["<a" * 40_000, "<!--" * 50_000, "<p>x" * 45_000, "<li>" * 45_000, "</p>" * 45_000, "<br>" * 45_000,
     "&amp;" * 100_000, "<select>" * 1_900, "<table>" * 1_900, "<svg>" * 1_900, "<p title='" + "x " * 200_000 + "'>",
     "<a href=x>" * 1_900, "<div>" * 1_999 + "<p>" + ONE],
    ids=lambda html: html[:8],
)  # fmt: skip
def test_other_strange_pages_cost_little_time(hostile: str) -> None:
    began = time.process_time()
    process(document(f"<html>{hostile}"), load_rules())
    assert time.process_time() - began < 5


def test_a_large_ordinary_page_passes() -> None:
    rows = "<div class=row><p>" + ONE + "</p></div>"
    assert article_of(page(f"<main>{rows * 700}</main>")).word_count > 10_000


def test_a_tag_with_a_long_value_is_no_attack() -> None:
    value = orjson.dumps({f"key {n}": f"value {n}" for n in range(8000)}).decode().replace('"', "&quot;")
    assert paragraphs(article_of(page(story(f'<div data-props="{value}"></div>')))) == [ONE, TWO, THREE]


TAGS = st.sampled_from(
    ["<p>", "</p>", "<div>", "</div>", "<a href=x>", "</a>", "<article>", "<h1>", "<h2>", "<ul>", "<li>", "<script>",
     "</script>", "<!--", "-->", "<table>", "<br>", "<blockquote>", "</blockquote>", "<aside>", "&amp;", "&#0;",
     "&#xD800;", "The council met on Monday. ", "\0", "é", "“x”", "<", ">", '"', "<meta property=og:title content=x>"]
)  # fmt: skip


@given(st.lists(TAGS, max_size=60))
@settings(deadline=None, max_examples=200)
def test_no_page_is_too_strange(pieces: list[str]) -> None:
    process(document("<html>" + "".join(pieces)), load_rules())
