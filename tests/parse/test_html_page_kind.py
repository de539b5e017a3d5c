"""Pages that hold no article, and articles of a special kind."""

from __future__ import annotations

import orjson
import pytest

from tests.documents import article_of, rejection_of
from tests.parse.pages import ONE, THREE, TWO, linked, page, story

TEASER = (
    "<article><h3><a href='/{n}'>Council meets again for the {n}th time about the tram</a></h3>"
    "<p>It was the {n}th meeting about the tram this year, and again there were sandwiches on the table.</p></article>"
)
TEASERS = "".join(TEASER.format(n=n) for n in range(8))
BLOG = "LiveBlogPosting"


def reason(html: str) -> str:
    rejection = rejection_of(html)
    assert (rejection.stage, rejection.error) == ("parse", "not_an_article")
    return rejection.message


def test_a_section_front_of_teasers_is_a_list() -> None:
    assert reason(page(f"<main><h1>Local</h1>{TEASERS}</main>")) == "it is a list of articles"


def test_a_front_page_is_known_by_its_address() -> None:
    head = '<link rel=canonical href="https://www.harbourledger.example/">'
    assert reason(page(f"<main><p>{ONE}</p><p>{TWO}</p></main>", head)) == "it is the front page of a site"


def test_a_list_that_its_data_call_a_list_is_one() -> None:
    head = '<script type="application/ld+json">{"@type": "CollectionPage", "name": "Local"}</script>'
    assert reason(page(f"<main><p>{ONE}</p><p>{TWO}</p></main>", head)) == "it is a list of articles"


@pytest.mark.parametrize(
    ("title", "message"),
    [
        ("Page not found | Harbour Ledger", "not found"),
        ("Wir brauchen Ihre Zustimmung", None),
        ("Zustimmung | Harbour Ledger", "consent"),
        ("Search results for “tram”", "search results"),
        ("Sign in - Harbour Ledger", "log in"),
        ("Just a moment...", "check"),
    ],
)
def test_pages_that_only_say_something_about_themselves(title: str, message: str | None) -> None:
    html = page(f"<main><p>{ONE}</p><p>{TWO}</p></main>", f"<title>{title}</title>")
    if message is None:
        assert article_of(html).headline == title
    else:
        assert message in reason(html)


def test_a_consent_wall_in_the_heading_is_known_too() -> None:
    assert "consent" in reason(page(f"<main><h1>We value your privacy</h1><p>{ONE}</p><p>{TWO}</p></main>"))


def test_an_article_about_missing_pages_stays_one_where_its_data_say_that_it_is() -> None:
    html = page(story(), linked(headline="Page not found: the town’s lost chronicle") + "<title>Page not found</title>")
    assert article_of(html).headline == "Page not found: the town’s lost chronicle"


def test_an_article_with_many_teasers_below_it_is_an_article() -> None:
    article = article_of(page(f"<main>{story()}<section class=related>{TEASERS}</section></main>"))
    assert article.text == f"{ONE}\n\n{TWO}\n\n{THREE}"


def test_of_several_articles_on_a_page_the_first_long_one_is_read() -> None:
    other = f"<article><h2>Another Thing</h2><p>{TWO}</p></article>"
    article = article_of(page(f"<main>{story()}{other}</main>"))
    assert (article.headline, article.text) == ("Council Meets", f"{ONE}\n\n{TWO}\n\n{THREE}")


def test_the_data_of_another_article_are_not_taken_for_the_pages_own() -> None:
    other = linked(headline="Another Thing", url="https://harbourledger.example/2", author={"name": "Al Poe"})
    own = linked(headline="Council Meets", url="https://harbourledger.example/1", author={"name": "Jo Roe"})
    head = f'<link rel=canonical href="https://harbourledger.example/1">{other}{own}'
    article = article_of(page(story(), head))
    assert (article.headline, [author.name for author in article.authors]) == ("Council Meets", ["Jo Roe"])


def test_a_live_blog_is_the_words_of_its_entries_and_is_flagged() -> None:
    entries = [{"@type": "BlogPosting", "headline": f"At {n} o’clock", "articleBody": ONE} for n in range(9, 12)]
    data = orjson.dumps({"@type": BLOG, "headline": "Tram, live", "articleBody": TWO, "liveBlogUpdate": entries})
    html = page("<div id=app>Loading …</div>", f'<script type="application/ld+json">{data.decode()}</script>')
    article = article_of(html)
    assert article.text.startswith(f"At 9 o’clock\n\n{ONE}\n\nAt 10 o’clock")
    assert TWO not in article.text
    assert "live_blog" in article.quality.flags


def test_a_live_blog_that_the_page_shows_is_read_from_the_page() -> None:
    entries = "".join(f"<div class=entry><h2>At {n} o’clock</h2><p>{n}: {ONE} {TWO}</p></div>" for n in range(9, 14))
    data = f'<script type="application/ld+json">{{"@type": "{BLOG}", "articleBody": "{TWO}"}}</script>'
    article = article_of(page(f"<main><h1>Tram, live</h1>{entries}</main>", data))
    assert article.text.count(ONE) == 5
    assert "live_blog" in article.quality.flags


def test_a_text_that_is_not_free_and_ends_in_the_open_is_truncated() -> None:
    html = page(
        f"<article><p>{ONE}</p><p>Nobody was quite sure why it …</p></article>", linked(isAccessibleForFree=False)
    )
    assert "truncated" in article_of(html).quality.flags


def test_a_text_that_is_not_free_but_whole_is_not() -> None:
    html = page(
        f"<article>{''.join(f'<p>{n}. {ONE} {TWO}</p>' for n in range(12))}</article>",
        linked(isAccessibleForFree="False"),
    )
    assert "truncated" not in article_of(html).quality.flags


def test_a_paywall_line_is_cut_and_flags_the_text() -> None:
    article = article_of(page(f"<article><p>{ONE}</p><p>{TWO}</p><p>Subscribe to continue reading.</p></article>"))
    assert article.text == f"{ONE}\n\n{TWO}"
    assert ("paywall", "Subscribe to continue reading.") in [(part.kind, part.text) for part in article.removed]
    assert "truncated" in article.quality.flags


def test_a_free_text_is_not_truncated() -> None:
    assert article_of(page(story(), linked(isAccessibleForFree=True))).quality.flags == ()
