"""NITF, NewsML-G2 and NewsML 1.2."""

from __future__ import annotations

import pytest

from tests.documents import WORDS
from tests.parse.opened import draft_of, error_of, opened
from worker.article import Author, Dateline, Image, Publisher, Removal, Subject
from worker.parse import xml_tree

BODY = f"""<body><body.head><hedline><hl1>Council Meets</hl1><hl2>Nobody sure why</hl2></hedline>
<byline>By <person>Jo Roe</person>, <byttl>Tram Editor</byttl></byline><distributor>Wire</distributor>
<dateline><location>OSLO</location>, <story.date norm="20241106">Nov. 6</story.date></dateline>
<abstract><p>They met.</p></abstract></body.head>
<body.content><p>{WORDS}</p><media media-type="image"><media-reference source="https://post.example/a.jpg"/>
<media-caption>A tram.</media-caption><media-producer>Di Coe</media-producer></media><p>Then it
<em>rained</em>&nbsp;.</p></body.content><body.end><tagline>Al Poe contributed.</tagline></body.end></body>"""
HEAD = """<head><title>x</title><tobject tobject.type="news"><tobject.property tobject.property.type="report"/>
<tobject.subject tobject.subject.refnum="04010000" tobject.subject.matter="trams" tobject.subject.ipr="IPTC"/></tobject>
<docdata management-status="usable"><doc-id id-string="p-7"/><date.issue norm="20241106T152000+0100"/>
<date.release norm="20241107T000000Z"/><doc.copyright holder="The Post" year="2024"/>
<key-list><keyword key="strikes"/></key-list></docdata><pubdata name="The Post" position.section="City"/></head>"""
NITF = f'<?xml version="1.0"?><!DOCTYPE nitf SYSTEM "nitf-3-6.dtd"><nitf xml:lang="en-GB">{HEAD}{BODY}</nitf>'


def test_nitf_yields_its_fields() -> None:
    draft = draft_of(NITF.encode())
    fields = draft.fields
    assert (draft.format, draft.paragraphs) == ("nitf", (WORDS, "Then it rained ."))
    assert (fields.guid, fields.headline, fields.subheadline) == ("p-7", "Council Meets", "Nobody sure why")
    assert (fields.byline, fields.authors) == ("By Jo Roe, Tram Editor", (Author("Jo Roe"),))
    assert (fields.summary, fields.section, fields.genre) == ("They met.", "City", "report")
    assert (fields.status, fields.embargoed_until) == ("usable", "2024-11-07T00:00:00Z")
    assert fields.published is not None
    assert fields.published.value == "2024-11-06T15:20:00+01:00"
    assert (fields.publisher, fields.rights) == (Publisher("The Post", None), "© 2024 The Post")
    assert fields.subjects == (Subject("04010000", "trams", "IPTC"), Subject(None, "strikes", None))
    assert fields.images == (Image("https://post.example/a.jpg", "A tram.", "Di Coe"),)
    assert fields.dateline == Dateline("OSLO", "Nov. 6", None, "OSLO, Nov. 6")
    assert (fields.language, draft.removed) == ("en-GB", (Removal("tagline", "Al Poe contributed."),))


def item(guid: str = "urn:7", kind: str = "text", content: str = f"<html><body><p>{WORDS}</p></body></html>") -> str:
    return f"""<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="{guid}" version="2" xml:lang="en">
<rightsInfo><copyrightNotice>© Post</copyrightNotice></rightsInfo><itemMeta><itemClass qcode="ninat:{kind}"/>
<provider qcode="nprov:POST"/><versionCreated>2024-11-06T16:20:00Z</versionCreated>
<firstCreated>2024-11-06T15:20:00Z</firstCreated><embargoed>2024-11-07T00:00:00Z</embargoed>
<pubStatus qcode="stat:withheld"/></itemMeta>
<contentMeta><creator><name>Jo Roe</name></creator><contributor literal="Al Poe"/><language tag="en-GB"/>
<genre qcode="genre:Report"/><subject qcode="medtop:04000000"><name>trams</name></subject><keyword>strikes</keyword>
<headline role="hld:subHeadline">Nobody sure why</headline><headline>Council Meets</headline><by>By Jo Roe</by>
<dateline>OSLO, Nov 6 (Wire) -</dateline><description role="drol:summary">They met.</description></contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml">{content}</inlineXML></contentSet></newsItem>"""


def test_a_news_item_of_the_second_generation_yields_its_fields() -> None:
    draft = draft_of(item().encode())
    fields = draft.fields
    assert (draft.format, draft.paragraphs) == ("newsml", (WORDS,))
    assert (fields.guid, fields.headline, fields.subheadline) == ("urn:7", "Council Meets", "Nobody sure why")
    assert (fields.status, fields.embargoed_until) == ("withheld", "2024-11-07T00:00:00Z")
    assert fields.authors == (Author("Jo Roe"), Author("Al Poe", "contributor"))
    assert (fields.byline, fields.genre, fields.language) == ("By Jo Roe", "Report", "en-GB")
    assert (fields.publisher, fields.rights) == (Publisher("POST", None), "© Post")
    assert fields.subjects == (Subject("04000000", "trams", "medtop"), Subject(None, "strikes", None))
    assert fields.published is not None
    assert fields.modified is not None
    assert (fields.published.value, fields.modified.value) == ("2024-11-06T15:20:00Z", "2024-11-06T16:20:00Z")
    assert fields.dateline == Dateline(None, None, None, "OSLO, Nov 6 (Wire) -")
    assert fields.summary == "They met."


def test_nitf_inside_of_a_news_item_adds_what_the_item_does_not_say() -> None:
    nitf = f"<nitf xmlns='http://iptc.org/std/NITF/2006-10-18/'>{HEAD}{BODY.replace('&nbsp;', '')}</nitf>"
    fields = draft_of(item(content=nitf).encode()).fields
    assert (fields.headline, fields.section) == ("Council Meets", "City")
    assert fields.images == (Image("https://post.example/a.jpg", "A tram.", "Di Coe"),)


def test_the_texts_of_a_message_are_documents_of_their_own() -> None:
    items = f"{item('a')}{item('p', 'picture')}<packageItem guid='k'/>{item('b')}"
    found = opened(f"<newsMessage><itemSet>{items}</itemSet></newsMessage>".encode())
    assert (found.format, list(found.drafts), found.refused) == ("newsml", ["a", "b"], {})


def test_plain_text_in_a_news_item_is_read_in_paragraphs() -> None:
    inline = item(content="One.\n\nTwo.").replace("inlineXML", "inlineData")
    assert draft_of(inline.encode()).paragraphs == ("One.", "Two.")


OLD = f"""<NewsML><NewsEnvelope><SentFrom><Party FormalName="Wire"/></SentFrom></NewsEnvelope><NewsItem>
<Identification><NewsIdentifier><PublicIdentifier>urn:old</PublicIdentifier></NewsIdentifier></Identification>
<NewsManagement><FirstCreated>20241106T152000+0100</FirstCreated>
<ThisRevisionCreated>20241106T162000+0100</ThisRevisionCreated>
<Status FormalName="Embargoed"/><StatusWillChange><FutureStatus FormalName="Usable"/>
<DateAndTime>20241107T000000Z</DateAndTime>
</StatusWillChange></NewsManagement><NewsComponent><NewsLines>
<HeadLine>Council Meets</HeadLine><ByLine>By Jo Roe</ByLine>
<DateLine>OSLO, Nov 6</DateLine><CopyrightLine>© Post</CopyrightLine><KeywordLine>strikes</KeywordLine></NewsLines>
<DescriptiveMetadata><Language FormalName="en"/><Genre FormalName="Report"/>
<SubjectCode><Subject FormalName="04000000"/>
</SubjectCode></DescriptiveMetadata>
<NewsComponent><Role FormalName="Caption"/>
<ContentItem><DataContent>{"A tram. " * 99}</DataContent></ContentItem></NewsComponent>
<NewsComponent><Role FormalName="Main"/>
<ContentItem><DataContent><p>{WORDS}</p><p>Then it rained.</p></DataContent></ContentItem>
</NewsComponent></NewsComponent></NewsItem></NewsML>"""


def test_the_first_generation_of_newsml_yields_its_fields() -> None:
    draft = draft_of(OLD.encode())
    fields = draft.fields
    assert (draft.format, draft.paragraphs) == ("newsml_1", (WORDS, "Then it rained."))
    assert (fields.guid, fields.headline, fields.authors) == ("urn:old", "Council Meets", (Author("Jo Roe"),))
    assert (fields.status, fields.embargoed_until) == ("withheld", "2024-11-07T00:00:00Z")
    assert (fields.publisher, fields.genre, fields.language) == (Publisher("Wire", None), "Report", "en")
    assert fields.subjects == (Subject("04000000", None, None), Subject(None, "strikes", None))
    assert fields.modified is not None
    assert fields.modified.value == "2024-11-06T16:20:00+01:00"


def test_several_items_of_the_first_generation_are_documents_of_their_own() -> None:
    _, _, rest = OLD.partition("<NewsItem>")
    found = opened(OLD.replace("</NewsML>", "<NewsItem>" + rest).encode())
    assert list(found.drafts) == ["urn:old", "urn:old#2"]


@pytest.mark.parametrize("data", [NITF, item(), OLD], ids=["nitf", "newsml", "newsml 1"])
@pytest.mark.parametrize("keep", [0.2, 0.5, 0.97, 0.999])
def test_of_a_file_that_is_cut_the_part_that_is_whole_is_read(data: str, keep: float) -> None:
    raw = data.encode()
    cut = raw[: int(len(raw) * keep)]
    if WORDS.encode() in cut:
        draft = draft_of(cut)
        assert WORDS in draft.paragraphs
        assert "damaged_markup" in draft.flags
    else:
        assert error_of(cut) in {"not_an_article", "malformed"}


@pytest.mark.parametrize(
    ("hostile", "error"),
    [
        ('<!DOCTYPE nitf [<!ENTITY a "b">]><nitf/>', "entity_declaration"),
        ('<!DOCTYPE nitf [<!ENTITY x SYSTEM "file:///etc/passwd">]><nitf/>', "entity_declaration"),
        ("<nitf>" + "<p>" * 100_000, "too_deep"),
        ("<newsItem>" + "<a>" * 300 + "</a>" * 300 + "</newsItem>", "too_deep"),
        ("<nitf><body", "not_an_article"),
        ("<inventory><shelf/></inventory>", "not_an_article"),
        ("<conceptItem/>", "not_an_article"),
    ],
)
def test_hostile_and_other_xml_is_refused_at_once(hostile: str, error: str) -> None:
    assert error_of(f'<?xml version="1.0"?>{hostile}'.encode()) == error


def test_a_dtd_is_not_fetched_and_unknown_entities_stand_for_nothing() -> None:
    data = NITF.replace("nitf-3-6.dtd", "http://127.0.0.1:9/x.dtd").replace("They met.", "They &unknown; m&eacute;t.")
    assert draft_of(data.encode()).fields.summary == "They mét."


def test_xml_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_tree, "BYTES_MAX", 100)
    assert error_of(NITF.encode()) == "too_large"


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "iso-8859-1"])
def test_the_encoding_is_that_of_its_mark_or_declaration(codec: str) -> None:
    declared = NITF.replace('"1.0"?', f'"1.0" encoding="{codec.removesuffix("-le").removesuffix("-be")}"?')
    draft = draft_of(declared.replace("rained", "réined").encode(codec))
    assert draft.paragraphs[1] == "Then it réined ."
