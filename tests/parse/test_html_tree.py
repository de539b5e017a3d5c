"""Pages as bytes and as trees: encodings, broken markup, other dialects of HTML."""

from __future__ import annotations

import time

import pytest

from tests.documents import article_of, document
from tests.parse.pages import ONE, THREE, TWO, linked, page, story
from worker.config_files import load_rules
from worker.parse.html_walk import read_page
from worker.pipeline import process

RUSSIAN = "Совет собрался в понедельник и три часа говорил о трамвае, хотя никто не знал, зачем это нужно было."
ARABIC = "اجتمع المجلس يوم الاثنين وتحدث عن الترام لمدة ثلاث ساعات، وهو وقت أطول مما كان مخططا له في البداية."


def text(html: str | bytes) -> list[str]:
    return article_of(html).text.split("\n\n")


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_a_page_is_read_by_its_byte_order_mark_whatever_it_declares(codec: str) -> None:
    html = page(f"<article><p>{RUSSIAN}</p><p>{RUSSIAN} 2.</p></article>", '<meta charset="windows-1251">')
    mark = "\ufeff" if codec in {"utf-16-le", "utf-16-be"} else ""
    assert text((mark + html).encode(codec)) == [RUSSIAN, f"{RUSSIAN} 2."]


def test_a_page_that_declares_something_else_than_the_utf8_that_it_is_is_read_as_utf8() -> None:
    html = page(f"<article><p>{RUSSIAN}</p><p>{RUSSIAN} 2.</p></article>", '<meta charset="iso-8859-1">')
    assert text(html.encode()) == [RUSSIAN, f"{RUSSIAN} 2."]


def test_a_page_that_declares_utf8_and_is_not_is_read_and_flagged_or_plain() -> None:
    html = page(
        "<article><p>" + ONE.replace("talked", "talkéd") + f"</p><p>{TWO}</p></article>", "<meta charset=utf-8>"
    )
    assert "talkéd" in article_of(html.encode("cp1252")).text


def test_text_from_right_to_left_keeps_its_order() -> None:
    html = page(
        f"<article><h1>الترام</h1><p>{ARABIC}</p><p>{ARABIC} ٢.</p></article>", attributes='dir="rtl" lang="ar"'
    )
    assert text(html) == [ARABIC, f"{ARABIC} ٢."]


def test_a_page_in_the_short_dialect_for_telephones_is_read() -> None:
    html = (
        "<!doctype html><html amp><head><style amp-boilerplate>body{opacity:0}</style></head><body>"
        f"<article><h1>Council Meets</h1><amp-img src=/a.jpg></amp-img><p>{ONE}</p>"
        "<amp-ad width=300><div fallback>Advertisement</div></amp-ad>"
        f"<section amp-access><p>{TWO}</p></section><p>{THREE}</p></article></body></html>"
    )
    assert text(html) == [ONE, TWO, THREE]


def test_a_page_that_a_browser_saved_is_read() -> None:
    saved = "<!-- saved from url=(0042)https://harbourledger.example/tram -->\r\n"
    html = saved + page(story(), '<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">').replace(
        ">", ">\r\n"
    )
    assert text(html) == [ONE, TWO, THREE]


def test_what_stands_in_for_scripts_and_lazy_images_is_no_text() -> None:
    inside = "<noscript><img src=/a.jpg><p>Please switch on scripts to see this picture of the tram.</p></noscript>"
    assert text(page(story(inside=inside))) == [ONE, TWO, THREE]


def test_words_in_inline_elements_are_not_torn_apart() -> None:
    assert text(page(story(inside=f"<p><b>Th</b>e mayor <a href=/jo><i>Jo</i> Roe</a> left. {ONE}</p>")))[1].startswith(
        "The mayor Jo Roe left."
    )


def test_two_line_breaks_end_a_paragraph_and_one_does_not() -> None:
    assert text(
        page(f"<article><div>{ONE}<br><br>{TWO[:-1]}<br>and so on, for a while.<br><br>{THREE}</div></article>")
    ) == [
        ONE,
        f"{TWO[:-1]} and so on, for a while.",
        THREE,
    ]


def test_unclosed_and_crossed_tags_lose_no_words() -> None:
    assert text(f"<article><p>{ONE}<p>{TWO}<div><b><p>{THREE}</b></article>") == [ONE, TWO, THREE]


def test_a_note_that_stands_again_and_again_is_cut() -> None:
    note = "<p>This picture cannot be shown because of your settings.</p>"
    html = page(f"<article><p>{ONE}</p>{note}<p>{TWO}</p>{note}<p>{THREE}</p>{note}</article>")
    assert text(html) == [ONE, TWO, THREE]


def test_a_name_that_stands_on_the_article_itself_cuts_nothing() -> None:
    body = "".join(f"<div class='teaser related'><p>{words}</p></div>" for words in (ONE, TWO, THREE))
    assert text(page(f"<div class=sidebar-layout><article class=comments-enabled>{body}</article></div>")) == [
        ONE,
        TWO,
        THREE,
    ]


def test_a_box_among_the_paragraphs_is_cut_by_its_looks_alone() -> None:
    box = "<div class=x1><h4>More trams</h4><p>Read what we wrote.</p><p>And what we did not.</p></div>"
    body = "".join(f"<p>{n}. {ONE} {TWO}</p>" for n in range(5))
    article = article_of(page(f"<article>{body}{box}<p>{THREE}</p></article>"))
    assert "trams" not in article.text
    assert ("box", "More trams") in [(part.kind, part.text) for part in article.removed]


def test_what_is_in_an_element_is_told_by_its_place() -> None:
    elements = read_page("<div><p>a<b>b</b></p></div><p>c</p>").elements
    body = next(element for element in elements if element.tag == "body")
    assert [element.tag for element in elements[body.order : body.last]] == ["div", "p", "b", "p"]
    assert (body.letters, body.last) == (3, elements[-1].order)


WORDS = ONE + " "
HOSTILE = {
    "deep paragraphs": "<div class=a>" * 1900 + "".join(f"<p>{WORDS}{n}</p>" for n in range(8000)),
    "deep bylines": "<div class=byline>" * 1500 + "x" * 100 + "</div>" * 1500 + f"<p>{WORDS * 3}",
    "classes": "".join(f"<div class='c{n} d{n} e-{n}-f'>x</div>" for n in range(12000)) + f"<p>{WORDS * 3}",
    "items": "<ul>" + "<li>x" * 20000 + f"</ul><p>{WORDS * 3}",
    "writers": "<a rel=author href=/author/x>Jo Roe</a>" * 12000 + f"<p>{WORDS * 3}",
    "headings": f"<h1>{WORDS}</h1>" * 5000 + f"<p>{WORDS * 3}",
    "figures": "<figure><img src=/a.jpg><figcaption>x</figcaption></figure>" * 6000 + f"<p>{WORDS * 3}",
    "data": linked(headline="x") * 5000 + f"<p>{WORDS * 3}",
    "deep data": '<script type="application/ld+json">' + '{"mainEntity":' * 900 + "1" + "}" * 900 + "</script><p>x",
    "open strings": "<script>" + 'self.__next_f.push([1,"' * 30000 + f"</script><p>{WORDS * 3}",
    "breaks": "<p>" + "a<br>" * 30000,
    "marks": "<title>" + " - " * 100_000 + f"</title><h1>x</h1><p>{WORDS * 3}",
    "captions": "<figure><img src=/a.jpg><figcaption>" + "Photo: " * 140 + f"</figcaption></figure><p>{WORDS * 3}",
    "one word": "<p>" + "x" * 2_000_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_costs_little_time(name: str) -> None:
    began = time.process_time()
    process(document(f"<!doctype html><html>{HOSTILE[name]}"), load_rules())
    assert time.process_time() - began < 5
