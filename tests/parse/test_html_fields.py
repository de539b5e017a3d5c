"""What a page says of its article, cross-checked."""

from __future__ import annotations

import orjson
import pytest

from tests.documents import article_of
from tests.parse.pages import ONE, THREE, TWO, linked, page, story
from worker.article import Article, Author, Image
from worker.config_files import load_rules
from worker.parse.html_page import read_html


def names(article: Article) -> list[str]:
    return [author.name for author in article.authors]


def published(html: str) -> str | None:
    moment = article_of(html).published
    return None if moment is None else moment.value


def meta(**said: str) -> str:
    return "".join(f'<meta property="{name.replace("__", ":")}" content="{value}">' for name, value in said.items())


def test_an_organisation_is_no_author_and_the_byline_that_is_shown_stands_in() -> None:
    head = linked(author={"@type": "Organization", "name": "Harbour Ledger"})
    article = article_of(
        page(story(above="<div class=byline>By <a rel=author href=/jo>Jo Roe</a> and Al Poe</div>"), head)
    )
    assert names(article) == ["Jo Roe", "Al Poe"]
    assert article.byline == "By Jo Roe and Al Poe"


@pytest.mark.parametrize(
    "author",
    [
        {"@type": "Person", "name": "Jo Roe"},
        [{"@type": "Person", "name": "Jo Roe"}, {"@type": "Person", "name": "Harbour Ledger"}],
        {"@type": "Person", "givenName": "Jo", "familyName": "Roe"},
        {"@type": "Person", "name": ["Jo Roe", "dpa"]},
        "Jo Roe, Reuters",
        [{"@type": ["Person"], "name": "By Jo Roe"}],
        {"@type": "Person", "name": "Jo Roe, Political Correspondent"},
    ],
)
def test_people_in_linked_data(author: object) -> None:
    head = linked(author=author) + meta(og__site_name="Harbour Ledger")
    assert names(article_of(page(story(), head))) == ["Jo Roe"]


def test_an_author_that_is_a_reference_is_followed() -> None:
    graph = [
        {"@type": "NewsArticle", "headline": "Council Meets", "author": {"@id": "#jo"}},
        {"@type": "Person", "@id": "#jo", "name": "Jo Roe"},
    ]
    head = f'<script type="application/ld+json">{orjson.dumps({"@graph": graph}).decode()}</script>'
    assert names(article_of(page(story(), head))) == ["Jo Roe"]


def test_a_byline_of_an_agency_names_nobody() -> None:
    article = article_of(page(story(above="<p class=byline>By Reuters</p>")))
    assert (article.authors, article.byline) == ((), "By Reuters")


def test_the_writer_of_a_related_story_is_not_the_writer_of_this_one() -> None:
    related = "<aside class=related><h3>More</h3><a rel=author href=/al>Al Poe</a></aside>"
    assert names(article_of(page(f"<main>{story(inside=related)}</main>"))) == []


def test_microdata_names_author_and_date() -> None:
    shown = (
        '<span itemprop=author>Jo Roe</span> <time itemprop=datePublished datetime="2024-10-04T17:30:00+01:00"></time>'
    )
    article = article_of(page(story(above=f"<div>{shown}</div>")))
    assert names(article) == ["Jo Roe"]
    assert article.published is not None
    assert article.published.instant == "2024-10-04T16:30:00Z"


def test_a_byline_inside_the_text_is_cut_where_it_names_the_author() -> None:
    article = article_of(
        page(f"<article><p>{ONE}</p><p>von Jo Roe</p><p>{TWO}</p></article>", linked(author={"name": "Jo Roe"}))
    )
    assert article.text == f"{ONE}\n\n{TWO}"
    assert ("byline", "von Jo Roe") in [(part.kind, part.text) for part in article.removed]


def test_a_headline_repeated_in_the_text_is_cut() -> None:
    article = article_of(
        page(
            f"<article><p>Local – Council meets</p><p>{ONE}</p><p>{TWO}</p></article>", linked(headline="Council Meets")
        )
    )
    assert article.text == f"{ONE}\n\n{TWO}"


def test_a_date_that_the_address_contradicts_gives_way_to_one_that_agrees() -> None:
    head = linked(datePublished="2019-01-01T00:00:00Z") + meta(article__published_time="2024-10-04T17:30:00Z")
    head += '<link rel=canonical href="https://harbourledger.example/2024/10/04/tram">'
    assert published(page(story(), head)) == "2024-10-04T17:30:00Z"


def test_a_date_in_the_address_alone_is_the_last_resort() -> None:
    html = page(story(), '<link rel=canonical href="https://harbourledger.example/2024/10/04/tram">')
    moment = article_of(html).published
    assert moment is not None
    assert (moment.value, moment.precision, moment.evidence) == ("2024-10-04", "day", "2024/10/04")


def test_the_date_of_the_site_is_not_the_date_of_the_article() -> None:
    site = '<script type="application/ld+json">{"@type": "WebSite", "datePublished": "2009-01-01"}</script>'
    assert published(page(story(), site)) is None


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("Do 25.04.24 | 14:07 Uhr", "2024-04-25T14:07"),
        ("4 October 2024", "2024-10-04"),
        ("Oct 4, 2024 at 5:30 pm", "2024-10-04T17:30"),
        ("2024年10月4日 17:30", "2024-10-04T17:30"),
        ("Publié le 4 octobre 2024 à 17h30", "2024-10-04T17:30"),
    ],
)
def test_the_date_that_is_shown_under_the_headline(line: str, value: str) -> None:
    assert published(page(story(above=f"<div>{line}</div>"))) == value


def test_a_date_in_a_caption_or_a_sentence_is_not_the_date_of_the_article() -> None:
    above = "<figure><img src=/a.jpg><figcaption>The tram on 24 April 2021.</figcaption></figure>"
    assert published(page(story(above=above, inside="<p>It all began on 5 May 2020 with a sandwich.</p>"))) is None


def test_a_change_before_the_publication_is_none() -> None:
    head = linked(datePublished="2024-10-04T17:30:00Z", dateModified="2020-01-01T00:00:00Z")
    assert article_of(page(story(), head)).modified is None


def test_one_picture_in_two_sizes_is_one_image_with_caption_and_credit() -> None:
    figure = (
        "<figure><img data-src='https://img.harbourledger.example/300/tram.jpg' src='data:image/gif;base64,R0'>"
        "<figcaption>The tram. Photo: Al Poe</figcaption></figure>"
    )
    article = article_of(page(story(inside=figure), meta(og__image="https://img.harbourledger.example/1200/tram.jpg")))
    assert article.images == (Image("https://img.harbourledger.example/1200/tram.jpg", "The tram", "Al Poe"),)
    assert ("caption", "The tram. Photo: Al Poe") in [(part.kind, part.text) for part in article.removed]


def test_the_standfirst_is_the_subheadline_and_no_text() -> None:
    article = article_of(page(story(above="<p class=article-standfirst>Three hours, and no result.</p>")))
    assert (article.subheadline, article.text) == ("Three hours, and no result.", f"{ONE}\n\n{TWO}\n\n{THREE}")


def test_the_section_is_the_second_step_of_the_breadcrumbs() -> None:
    steps = [
        {"@type": "ListItem", "position": n, "name": name} for n, name in enumerate(("Home", "Local", "Council Meets"))
    ]
    data = orjson.dumps({"@type": "BreadcrumbList", "itemListElement": steps}).decode()
    assert article_of(page(story(), f'<script type="application/ld+json">{data}</script>')).section == "Local"


def test_the_language_is_the_one_that_the_page_states() -> None:
    draft = read_html(page(story(), attributes='lang="en_GB"').encode(), load_rules())
    assert draft.fields.language == "en-GB"


def test_an_author_stated_twice_is_one() -> None:
    head = linked(author=["Jo Roe", {"@type": "Person", "name": "Jo Roe"}])
    assert article_of(page(story(), head)).authors == (Author("Jo Roe"),)
