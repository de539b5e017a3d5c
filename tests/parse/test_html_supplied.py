"""Texts that stand in a page's data and not, or not whole, in what it shows."""

from __future__ import annotations

import orjson
import pytest

from tests.documents import article_of, rejection_of
from tests.parse.pages import ONE, THREE, TWO, linked, page, story

BODY = [f"{n}. {ONE} {TWO}" for n in range(4)]
HTML = "".join(f"<p>{paragraph}</p>" for paragraph in BODY)
SHELL = "<div id=root>Loading …</div>"


def text(html: str) -> list[str]:
    return article_of(html).text.split("\n\n")


def test_the_state_of_a_framework_holds_the_text() -> None:
    state = orjson.dumps({"props": {"pageProps": {"article": {"title": "Council Meets", "body": HTML}}}}).decode()
    assert text(page(SHELL + f'<script id="__NEXT_DATA__" type="application/json">{state}</script>')) == BODY


def test_a_text_in_pieces_of_a_content_system_is_put_together() -> None:
    pieces = [{"type": "text", "content": paragraph} for paragraph in BODY]
    pieces.insert(1, {"type": "image", "content": "a.jpg"})
    state = orjson.dumps({"headlines": {"basic": "x"}, "content_elements": pieces}).decode()
    script = f"<script>window.Fusion=window.Fusion||{{}};Fusion.globalContent={state};Fusion.x=1</script>"
    assert text(page(SHELL + script)) == BODY


def test_a_text_that_was_streamed_in_pieces_is_put_together() -> None:
    row = f"1a:T{len(HTML.encode()):x},{HTML}"
    halves = row[:100], row[100:]
    pushes = "".join(f"<script>self.__next_f.push([1,{orjson.dumps(half).decode()}])</script>" for half in halves)
    assert text(page(SHELL + pushes)) == BODY


def test_what_the_page_shows_wins_where_it_is_as_long() -> None:
    assert text(page(story(), linked(articleBody=f"{ONE} {TWO} {THREE}"))) == [ONE, TWO, THREE]


def test_a_teaser_in_linked_data_does_not_stand_in_for_the_text() -> None:
    assert text(page(story(), linked(articleBody="The council met on Monday and …"))) == [ONE, TWO, THREE]


def test_linked_data_with_the_same_text_tell_what_does_not_belong_to_it() -> None:
    promo = "<p>Our letter brings you the best of the week on Fridays.</p>"
    html = page(
        f"<article><p>{ONE}</p>{promo}<p>{TWO}</p><p>{THREE}</p></article>",
        linked(articleBody=f"{ONE}\n{TWO}\n{THREE}"),
    )
    assert text(html) == [ONE, TWO, THREE]
    assert "Our letter brings you the best of the week on Fridays." in [part.text for part in article_of(html).removed]


def test_markup_in_linked_data_is_read_as_markup() -> None:
    assert text(page(SHELL, linked(articleBody=HTML))) == BODY


@pytest.mark.parametrize(
    "script",
    [
        'self.__next_f.push([1,"1a:Tffffff,<p>x"])',
        'self.__next_f.push([1,"\\u12"])',
        "Fusion.globalContent={broken",
        "Fusion.globalContent={}",
    ],
)  # fmt: skip
def test_damaged_data_do_no_harm(script: str) -> None:
    assert rejection_of(page(f"{SHELL}<script>{script}</script>")).error == "not_an_article"
    assert text(page(f"{story()}<script>{script}</script>")) == [ONE, TWO, THREE]
