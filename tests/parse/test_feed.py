"""Feeds: RSS, Atom, RDF and JSON Feed."""

from __future__ import annotations

import time
from pathlib import Path

import orjson
import pytest

from tests.documents import WORDS
from tests.parse.opened import RULES, error_of, gone_through, opened
from worker.article import Author, Image, Publisher, Subject
from worker.errors import PermanentError
from worker.parse import feed

CASES = Path(__file__).parents[1] / "fuzz" / "cases"
LONG = "".join(f"<p>{WORDS}</p>" for _ in range(12))


def rss(items: str, channel: str = "<title>The Post</title><link>https://post.example/</link>") -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">'
        f"<channel>{channel}{items}</channel></rss>"
    ).encode()


ITEM = f"""<item><title>Council Meets &amp; Talks</title><link>/a/1?utm_source=rss</link>
<guid isPermaLink="false">g-1</guid>
<pubDate>Wed, 06 Nov 2024 15:20:00 +0100</pubDate><dc:creator>Jo Roe</dc:creator><category>Trams</category>
<description>They met.</description>
<content:encoded><![CDATA[<p>{WORDS}</p><script>x()</script><p>Then &eacute;t&eacute;.</p>]]></content:encoded>
<media:content url="https://post.example/a.jpg" medium="image"/><media:credit>Di Coe</media:credit></item>"""


def test_an_item_of_rss_yields_its_fields() -> None:
    found = opened(rss(ITEM))
    assert (found.format, list(found.drafts), found.ended) == ("feed", ["g-1"], None)
    draft, fields = found.drafts["g-1"], found.fields
    assert (draft.format, draft.media_type) == ("rss", "application/rss+xml")
    assert draft.paragraphs == (WORDS, "Then été.")
    assert (fields.headline, fields.headline_origin) == ("Council Meets & Talks", "metadata")
    assert (fields.guid, fields.url, fields.summary) == ("g-1", "https://post.example/a/1", "They met.")
    assert fields.published is not None
    assert (fields.published.value, fields.published.instant) == ("2024-11-06T15:20:00+01:00", "2024-11-06T14:20:00Z")
    assert fields.authors == (Author("Jo Roe"),)
    assert fields.publisher == Publisher("The Post", "post.example")
    assert fields.subjects == (Subject(None, "Trams", None),)
    assert fields.images == (Image("https://post.example/a.jpg", None, "Di Coe"),)


def test_an_entry_of_atom_yields_its_fields() -> None:
    found = opened(
        f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="nl" xml:base="https://post.example/">
        <title>The Post</title><entry><id>tag:1</id><title type="html">Council &lt;b>Meets&lt;/b></title>
        <link href="a/1"/><published>2024-11-06T15:20:00Z</published><updated>2024-11-06T16:20:00Z</updated>
        <author><name>Jo Roe</name></author><contributor><name>Al Poe</name></contributor><rights>(c) Post</rights>
        <category term="t1" scheme="https://cv.example/" label="Trams"/><summary>They met.</summary>
        <content type="xhtml">
        <div xmlns="http://www.w3.org/1999/xhtml"><p>{WORDS}</p><p>Then it <i>rained</i>.</p></div>
        </content></entry></feed>""".encode()
    )
    fields = found.fields
    assert found.drafts["tag:1"].paragraphs == (WORDS, "Then it rained.")
    assert (fields.headline, fields.url, fields.language) == ("Council Meets", "https://post.example/a/1", "nl")
    assert fields.authors == (Author("Jo Roe"), Author("Al Poe", "contributor"))
    assert (fields.rights, fields.subjects) == ("(c) Post", (Subject("t1", "Trams", "https://cv.example/"),))
    assert fields.published is not None
    assert fields.modified is not None
    assert (fields.published.value, fields.modified.value) == ("2024-11-06T15:20:00Z", "2024-11-06T16:20:00Z")


def test_an_update_in_atom_is_no_publication() -> None:
    fields = opened(
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><updated>2024-11-06T16:20:00Z</updated>'
        b"<content>They met.</content></entry></feed>"
    ).fields
    assert fields.published is None
    assert fields.modified is not None


def test_rdf_has_the_date_of_dublin_core() -> None:
    found = opened(
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        b' xmlns:dc="http://purl.org/dc/elements/1.1/"><item rdf:about="https://post.example/1"><title>Council</title>'
        b"<description>They met.</description><dc:date>2024-11-06</dc:date></item></rdf:RDF>"
    )
    (draft,) = found.drafts.values()
    assert (draft.format, draft.flags) == ("rdf", ("summary_only",))
    assert draft.fields.published is not None
    assert (draft.fields.published.value, draft.fields.published.precision) == ("2024-11-06", "day")


def test_json_feed_inherits_what_its_head_says() -> None:
    found = opened(
        orjson.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1", "title": "The Post", "home_page_url": "https://post.example/",
                "language": "nl", "authors": [{"name": "Jo Roe"}],
                "items": [
                    {"id": "1", "url": "/a/1", "content_html": f"<p>{WORDS}</p><img src='/a.jpg' alt='A tram'>",
                     "date_published": "2024-11-06T15:20:00Z", "tags": ["Trams"]},
                    {"id": 2, "content_text": WORDS, "language": "de", "author": {"name": "Al Poe"}},
                    {"id": "3"}, "x",
                ],
            }
        )
    )  # fmt: skip
    first, second = found.drafts["1"], found.drafts["2"]
    assert (first.format, first.fields.url, first.fields.language) == ("json_feed", "https://post.example/a/1", "nl")
    assert first.fields.images == (Image("https://post.example/a.jpg", "A tram", None),)
    assert (first.fields.authors, second.fields.authors) == ((Author("Jo Roe"),), (Author("Al Poe"),))
    assert (second.fields.language, found.refused) == ("de", {"3": "not_an_article"})


@pytest.mark.parametrize(
    ("description", "flags"),
    [
        ("They met.", ("summary_only",)),
        ("They met and […]", ("summary_only", "truncated")),
        ("They met. Continue reading →", ("summary_only", "truncated")),
        (LONG.replace("<", "&lt;"), ()),
    ],
)
def test_a_description_is_the_text_where_there_is_no_other(description: str, flags: tuple[str, ...]) -> None:
    (draft,) = opened(rss(f"<item><title>A</title><description>{description}</description></item>")).drafts.values()
    assert draft.flags == flags
    assert draft.fields.summary is None


def test_entries_without_text_are_refused_one_by_one() -> None:
    found = opened(
        rss("<item><title>A</title></item><item><title>B</title><description>They met.</description></item>")
    )
    assert (list(found.drafts), found.refused) == (["B"], {"A": "not_an_article"})


def test_entries_of_one_name_are_told_apart() -> None:
    found = opened(rss("<item><guid>g</guid><description>They met.</description></item>" * 3))
    assert list(found.drafts) == ["g", "g#2", "g#3"]


@pytest.mark.parametrize(
    "damaged",
    [
        rss(ITEM + ITEM.replace("g-1", "g-2"))[:-200],
        rss(ITEM + ITEM.replace("g-1", "g-2").replace("&amp;", "&")),
        rss(ITEM + ITEM.replace("g-1", "g-2")).replace(b'xmlns:media="http://search.yahoo.com/mrss/"', b""),
        rss(ITEM + ITEM.replace("g-1", "g-2")).replace(b"They met.", b"They met \xe9\x80."),
    ],
    ids=["cut", "bare ampersand", "no namespace", "bad bytes"],
)
def test_of_a_broken_feed_the_whole_entries_are_read(damaged: bytes) -> None:
    found = opened(damaged)
    assert found.drafts["g-1"].paragraphs[0] == WORDS


def test_a_feed_that_took_the_entry_from_elsewhere_says_where() -> None:
    source = '<source url="https://other.example/rss">The Other</source>'
    fields = opened(rss(f"<item><title>A</title><description>They met.</description>{source}</item>")).fields
    assert fields.publisher == Publisher("The Other", None)


def test_a_feed_without_entries_is_refused() -> None:
    assert error_of(rss("")) == "not_an_article"


def test_entities_of_a_feed_are_not_expanded() -> None:
    bomb = (
        b'<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">'
    )
    bomb += b'<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    found = opened(
        bomb + b"<rss><channel><item><title>A</title><description>&c;&x; They met.</description></item></channel></rss>"
    )
    (draft,) = found.drafts.values()
    assert len("".join(draft.paragraphs)) < 50


def test_a_feed_has_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "BYTES_MAX", 100)
    assert error_of(rss(ITEM)) == "too_large"
    monkeypatch.setattr(feed, "BYTES_MAX", 10_000)
    monkeypatch.setattr(feed, "TAGS_MAX", 5)
    assert error_of(rss(ITEM)) == "too_many_elements"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "file:///etc/passwd", "ftp://a.example/x", "http://user:pw@a.example/"]
)
def test_only_addresses_of_the_web_are_kept(address: str) -> None:
    assert (
        opened(
            rss(f"<item><title>A</title><link>{address}</link><description>They met.</description></item>")
        ).fields.url
        is None
    )


@pytest.mark.parametrize("declared", ["undefined", "punycode", "unicode_escape", "utf\0-8", "no-such-charset"])
@pytest.mark.parametrize("written", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_an_encoding_that_is_none_is_not_believed(declared: str, written: str) -> None:
    data = rss(ITEM).decode().replace("utf-8", declared).encode(written)
    assert gone_through(feed.read_feed(data, RULES)).drafts["g-1"].paragraphs == (WORDS, "Then été.")


def test_a_feed_declared_as_punycode_costs_no_more_than_another() -> None:
    # The codec takes time with the square of what stands behind the last hyphen: this would be hours.
    data = b"<?xml version='1.0' encoding='punycode'?><rss version='2.0'>-" + b"a" * (4 << 20)
    began = time.process_time()
    with pytest.raises(PermanentError, match="no entries"):
        feed.read_feed(data, RULES)
    assert time.process_time() - began < 2


def test_a_feed_that_the_library_trips_over_is_malformed() -> None:
    with pytest.raises(PermanentError) as raised:
        feed.read_feed((CASES / "feed-credit-outside-of-an-item").read_bytes(), RULES)
    assert raised.value.error == "malformed"
