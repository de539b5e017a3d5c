"""Mail and mailboxes."""

from __future__ import annotations

import io
import time
from email.message import EmailMessage

import pytest

from tests.documents import WORDS
from tests.parse.opened import draft_of, error_of, opened, streamed
from worker.article import Author, Publisher, Removal
from worker.parse import mail, mbox

HEADER = "From: Jo Roe <jo@post.example>\nTo: desk@post.example\nSubject: Council Meets\n"
HEADER += "Message-ID: <m1@post.example>\nDate: Wed, 6 Nov 2024 15:20:00 +0100 (CET)\nMIME-Version: 1.0\n"
PLAIN = 'Content-Type: text/plain; charset="utf-8"\n\n'


def written(text: str = WORDS, **headers: str) -> EmailMessage:
    message = EmailMessage()
    said = {"From": "Jo Roe <jo@post.example>", "Subject": "Council Meets", "Date": "Wed, 6 Nov 2024 15:20:00 +0100"}
    for name, value in {**said, **{name.replace("_", "-"): value for name, value in headers.items()}}.items():
        message[name] = value
    message.set_content(text)
    return message


def test_a_mail_yields_its_fields() -> None:
    draft = draft_of((HEADER + PLAIN + WORDS).encode())
    fields = draft.fields
    assert (draft.format, draft.media_type, draft.paragraphs) == ("mail", "message/rfc822", (WORDS,))
    assert (fields.headline, fields.headline_origin, fields.guid) == ("Council Meets", "metadata", "m1@post.example")
    assert fields.authors == (Author("Jo Roe"),)
    assert fields.published is not None
    assert (fields.published.value, fields.published.origin) == ("2024-11-06T15:20:00+01:00", "header")
    assert fields.published.evidence == "Wed, 6 Nov 2024 15:20:00 +0100 (CET)"


@pytest.mark.parametrize(
    ("sender", "authors", "publisher"),
    [
        ("=?utf-8?q?J=C3=BCrgen_R=C3=B6the?= <j@post.example>", (Author("Jürgen Röthe"),), None),
        ("=?utf-8?q?Roe=2C_Jo?= <j@post.example>", (Author("Jo Roe"),), None),
        ('"The Post News" <news@post.example>', (), Publisher("The Post News", "post.example")),
        ("news@post.example", (), None),
        ("alice@post.example <bob@post.example>", (), None),
        ("", (), None),
    ],
)
def test_a_person_who_sends_is_the_author_and_others_publish(
    sender: str, authors: tuple[Author, ...], publisher: Publisher | None
) -> None:
    fields = draft_of((HEADER.replace("Jo Roe <jo@post.example>", sender) + PLAIN + WORDS).encode()).fields
    assert (fields.authors, fields.publisher) == (authors, publisher)


@pytest.mark.parametrize("subject", ["Re: Council Meets", "FW: AW: Council Meets", "Fwd: Council Meets"])
def test_what_answering_puts_before_a_subject_is_no_headline(subject: str) -> None:
    draft = draft_of((HEADER.replace("Council Meets", subject) + PLAIN + WORDS).encode())
    assert draft.fields.headline == "Council Meets"


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "koi8-r"])
def test_transfer_encodings_and_charsets_are_undone(encoding: str, charset: str) -> None:
    words = "Совет встретился в Осло." if charset == "koi8-r" else "Le café était fermé à Noël."
    message = EmailMessage()
    message["Subject"], message["From"] = words, "desk@post.example"
    message.set_content(words, charset=charset, cte=encoding)
    draft = draft_of(message.as_bytes())
    assert ("".join(draft.paragraphs).strip(), draft.fields.headline) == (words, words)


def test_headers_with_raw_bytes_are_read() -> None:
    raw = (HEADER.replace("Council Meets", "Café zu") + PLAIN + WORDS).encode()
    assert draft_of(raw).fields.headline == "Café zu"


def test_flowed_lines_are_joined() -> None:
    flowed = 'Content-Type: text/plain; charset="utf-8"; format=flowed\n\n'
    text = "The council \nmet on \nMonday.\n\nThen it \nrained.\n"
    assert draft_of((HEADER + flowed + text).encode()).paragraphs == ("The council met on Monday.", "Then it rained.")


HTML = f"<html><head><title>x</title><style>p{{}}</style></head><body><p>{WORDS}</p><p>{WORDS}</p></body></html>"


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        (f"{WORDS}\n\n{WORDS}\n", WORDS),
        ("Your program does not show HTML.\n", WORDS),
        ("View: https://news.example/" + "x" * 300 + f"\n{WORDS}\n{WORDS}\n", WORDS),
    ],
)
def test_the_better_of_plain_text_and_html_is_read(plain: str, expected: str) -> None:
    message = written(plain)
    message.add_alternative(HTML, subtype="html")
    draft = draft_of(message.as_bytes())
    assert draft.paragraphs == (expected, expected)


def test_html_without_any_known_tag_is_still_html() -> None:
    page = "Content-Type: text/html\n\n<!doctype html>\n<title>Foo</title>\n\nHTML is here.\n"
    assert draft_of((HEADER + page).encode()).paragraphs == ("HTML is here.",)


def test_attached_articles_are_documents_of_their_own() -> None:
    message = written(f"{WORDS} {WORDS}")
    message.add_attachment(b"The council met.", maintype="text", subtype="plain", filename="a.txt")
    message.add_attachment(HTML.encode(), maintype="text", subtype="html", filename="b.html")
    message.add_attachment(b"\xff\xd8\xff", maintype="image", subtype="jpeg", filename="c.jpg")
    message.add_attachment(written("The inner mail."))
    message.add_attachment(b"The council met.", maintype="text", subtype="plain", filename="a.txt")
    found = opened(message.as_bytes())
    assert (found.format, list(found.drafts)) == ("mail", ["body", "a.txt", "b.html", "mail.eml", "a.txt#2"])
    assert found.drafts["a.txt"].paragraphs == ("The council met.",)
    assert found.drafts["a.txt"].fields.authors == (Author("Jo Roe"),)
    assert found.drafts["b.html"].format == "html"
    assert found.drafts["mail.eml"].fields.headline == "Council Meets"


def test_a_covering_note_is_no_article() -> None:
    message = written("Here it is. Best, Jo")
    message.add_attachment(WORDS.encode(), maintype="text", subtype="plain", filename="a.txt")
    found = opened(message.as_bytes())
    assert (list(found.drafts), found.refused) == (["a.txt"], {"body": "not_an_article"})


def test_the_signature_and_the_answered_mail_are_cut_and_kept() -> None:
    text = f"{WORDS}\n\n-- \nJo Roe, Tram Desk\n\nOn Monday, Al Poe <al@x.example> wrote:\n> Can you file?\n> Al\n"
    draft = draft_of((HEADER + PLAIN + text).encode())
    assert draft.paragraphs == (WORDS,)
    assert draft.removed == (
        Removal("signature", "Jo Roe, Tram Desk"),
        Removal("quoted_mail", "On Monday, Al Poe <al@x.example> wrote:\n> Can you file?\n> Al"),
    )


def test_a_forwarded_mail_below_a_note_is_the_article() -> None:
    inner = "From: Di Coe <di@x.example>\nDate: Tue, 5 Nov 2024 08:00:00 +0000\nSubject: Trams Halt\nTo: x\n\n"
    inner += f"{WORDS}\n"
    text = f"For tonight.\n\n---------- Forwarded message ---------\n{inner}"
    draft = draft_of((HEADER + PLAIN + text).encode())
    assert (draft.paragraphs, draft.fields.headline) == ((WORDS,), "Trams Halt")
    assert draft.fields.authors == (Author("Di Coe"),)
    assert draft.fields.published is not None
    assert draft.fields.published.value == "2024-11-05T08:00:00+00:00"
    assert [removal.kind for removal in draft.removed] == ["forward_header"]


def test_a_mail_forwarded_without_end_is_read() -> None:
    mark = "---------- Forwarded message ---------\nSubject: x\n\n"
    assert draft_of((HEADER + PLAIN + mark * 5000 + WORDS).encode()).paragraphs[-1] == WORDS


def test_a_mail_whose_parts_stand_between_another_boundary_is_read() -> None:
    wrong = f'Content-Type: multipart/alternative; boundary="a"\n\n--b\n{PLAIN}{WORDS}\n--b--\n'
    assert draft_of((HEADER + wrong).encode()).paragraphs[0] == WORDS


def test_a_mail_that_is_cut_is_read_as_far_as_it_goes() -> None:
    message = written(WORDS)
    message.add_alternative(HTML, subtype="html")
    raw = message.as_bytes()
    assert draft_of(raw[: raw.index(b"<html>")]).paragraphs == (WORDS,)


def nested(levels: int) -> bytes:
    parts = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(levels))
    return (HEADER + parts + PLAIN + WORDS).encode()


@pytest.mark.parametrize(
    ("hostile", "error"),
    [
        (nested(5000), "too_deep"),
        ((HEADER + "Content-Type: message/rfc822\n\n" * 5000 + WORDS).encode(), "too_deep"),
        ((HEADER + "X-Bomb: x\n" * 60_000 + "\n" + WORDS).encode(), "too_large"),
        ((HEADER + "X-Bomb: " + "x" * 1_000_000 + "\n\n" + WORDS).encode(), "too_large"),
        ((HEADER + PLAIN).encode(), "not_an_article"),
    ],
    ids=["depth", "mails in mails", "many headers", "a long header", "no text"],
)
def test_hostile_mail_is_refused_at_once(hostile: bytes, error: str) -> None:
    began = time.process_time()
    assert error_of(hostile) == error
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "header",
    [
        "Subject: " + "=?utf-8?q?x?= " * 15_000,
        "From: " + "<" * 100_000,
        "From: " + "(" * 100_000,
        "Date: " + "1" * 100_000,
        "Subject: =?x?b?AAA?=",
        'Content-Type: text/plain; charset="' + "x" * 50_000 + '"',
        "Date: Fri, 99 Foo 99999 99:99:99 +9999",
    ],
    ids=["words", "brackets", "comments", "digits", "bad base64", "charset", "date"],
)
def test_hostile_headers_cost_little(header: str) -> None:
    began = time.process_time()
    assert draft_of((f"Message-ID: <1>\n{header}\nMIME-Version: 1.0\n\n{WORDS}").encode()).paragraphs
    assert time.process_time() - began < 1


def test_a_mail_as_deep_as_is_allowed_is_read() -> None:
    assert draft_of(nested(mail.PARTS_MAX // 2)).paragraphs == (WORDS,)


MAILBOX = b"".join(
    b"From jo@post.example Wed Nov  6 15:20:0%d 2024\n%s\n\n" % (n, (HEADER + PLAIN + WORDS).encode()) for n in range(3)
)


@pytest.mark.parametrize("through", [opened, streamed])
def test_each_mail_of_a_mailbox_is_a_document(through: object) -> None:
    found = through(MAILBOX)  # type: ignore[operator]
    assert (found.format, list(found.drafts), found.ended) == ("mbox", ["1", "2", "3"], None)
    assert found.drafts["2"].paragraphs == (WORDS,)


def test_a_line_that_only_begins_like_a_separator_is_text() -> None:
    text = "One.\n\n>From here on it rained.\nFrom Oslo came word at 15:20 in 2024.\n"
    (draft,) = opened(b"From a@b.example Wed Nov  6 15:20:00 2024\n" + (HEADER + PLAIN + text).encode()).drafts.values()
    assert "From here on it rained." in "\n".join(draft.paragraphs)
    assert "From Oslo came word" in "\n".join(draft.paragraphs)


def test_a_mail_too_large_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbox, "MEMBER_BYTES_MAX", 600)
    large = b"From a@b.example Wed Nov  6 15:20:00 2024\n" + HEADER.encode() + b"\n" + b"x" * 200_000 + b"\n\n"
    found = streamed(MAILBOX + large + MAILBOX)
    assert (len(found.drafts), found.refused) == (6, {"4": "too_large"})


def test_attachments_in_a_mailbox_keep_their_place() -> None:
    message = written(f"{WORDS} {WORDS}")
    message.add_attachment(b"The council met.", maintype="text", subtype="plain", filename="a.txt")
    found = opened(MAILBOX + b"From a@b.example Wed Nov  6 15:20:00 2024\n" + message.as_bytes() + b"\n")
    assert list(found.drafts) == ["1", "2", "3", "4!body", "4!a.txt"]


def test_a_mailbox_is_read_in_bounded_memory() -> None:
    class Endless(io.RawIOBase):
        left = 3000

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            self.left -= 1
            piece = (MAILBOX * 20)[: len(buffer)] if self.left > 0 else b""
            buffer[: len(piece)] = piece
            return len(piece)

    container = mbox.stream_mbox(io.BufferedReader(Endless()), None)  # type: ignore[arg-type]
    assert sum(1 for _ in zip(container.members, range(500), strict=False)) == 500
