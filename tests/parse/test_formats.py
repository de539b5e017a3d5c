"""The format of a file is told by its content."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import tarfile
import zipfile

import pytest

from tests.documents import WORDS, article_of, rejection_of
from worker.parse.format_table import FORMATS
from worker.parse.formats import format_of


def zipped(name: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(name, "x")
    return held.getvalue()


def tarred() -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"), io.BytesIO())
    return held.getvalue()


ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MAIL = b"Subject: Tram\nFrom: desk@example.org\nMIME-Version: 1.0\nTo: wire@example.org\n\nHello.\n"
PAGE = b"<!doctype html><html><body><p>x</p></body></html>"

CONTENTS = {
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
    "docx": zipped("word/document.xml"),
    "zip": zipped("a.txt"),
    "gzip": gzip.compress(b"x" * 100),
    "bzip2": b"BZh91AY&SY\x00\x01",
    "xz": b"\xfd7zXZ\x00\x00",
    "zstd": b"\x28\xb5\x2f\xfd\x00",
    "7z": b"7z\xbc\xaf\x27\x1c\x00",
    "rar": b"Rar!\x1a\x07\x00",
    "tar": tarred(),
    "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00",
    "rtf": b"{\\rtf1\\ansi Hello}",
    "sqlite": b"SQLite format 3\x00\x10",
    "image": b"\x89PNG\r\n\x1a\n\x00",
    "media": b"\x00\x00\x00\x18ftypmp42",
    "program": b"\x7fELF\x02\x01",
    "warc": b"WARC/1.0\r\nWARC-Type: response\r\n",
    "nitf": b'<?xml version="1.0"?>\n<!DOCTYPE nitf SYSTEM "nitf.dtd">\n<nitf><head/></nitf>',
    "newsml": b'<?xml version="1.0"?><newsMessage xmlns="x"></newsMessage>',
    "feed": b'<?xml version="1.0"?>\n<!-- made by hand -->\n<rss version="2.0"></rss>',
    "xml": b'<?xml version="1.0"?><inventory/>',
    "mail": MAIL,
    "json": b' {"title": "x"}',
    "html": PAGE,
}


@pytest.mark.parametrize("name", CONTENTS)
@pytest.mark.parametrize("path", ["a.txt", "a.html", "a.json", "noname"])
def test_content_decides_whatever_the_name_says(name: str, path: str) -> None:
    assert format_of(CONTENTS[name], path).name == name


@pytest.mark.parametrize("form", [form for form in FORMATS if not form.is_read and form.name in CONTENTS])
def test_a_format_that_is_not_read_is_rejected_and_named(form: object) -> None:
    name = getattr(form, "name")  # noqa: B009
    rejection = rejection_of(CONTENTS[name], "a.txt")
    assert (rejection.stage, rejection.error) == ("parse", "unsupported_format")
    assert getattr(form, "called") in rejection.message  # noqa: B009


@pytest.mark.parametrize(
    "text",
    [
        WORDS,
        "From Kyiv on Tuesday, the minister said in 2024 that the bridge was safe.",
        "Received: a letter from the council.\n\n" + WORDS,
        "<Photo: Jane Roe>\n\n" + WORDS,
        "[KYIV] " + WORDS,
        "{sic} " + WORDS,
        "BM and II and MZ are letters. " + WORDS,
        "PK said no. " + WORDS,
        "<3 " + WORDS,
    ],
)
def test_text_that_begins_strangely_is_still_text(text: str) -> None:
    assert format_of(text.encode(), "noname").name == "txt"


def test_the_name_settles_what_the_content_leaves_open() -> None:
    piece = b"The council met.<p>Nobody came.</p>"
    assert format_of(piece, "INBOX/A.HTM").name == "html"
    assert format_of(piece, "a.txt").name == "txt"
    assert format_of(b"The council met.", "a.html").name == "txt"


def test_a_page_in_utf_16_is_known_by_its_mark() -> None:
    assert format_of(PAGE.decode().encode("utf-16"), "noname").name == "html"


def test_data_that_is_no_text_is_called_binary() -> None:
    rejection = rejection_of(bytes(range(256)) * 20)
    assert rejection.error == "unsupported_format"
    assert "binary" in rejection.message


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", b"\0\0\0\0", b"\n" * 5000])
def test_a_file_without_anything_in_it_is_empty(data: bytes) -> None:
    assert rejection_of(data).error == "empty"


def test_a_few_stray_controls_leave_a_text_a_text() -> None:
    article = article_of(b"\x00The council met on \x07Monday.\x1a")
    assert article.text == "The council met on Monday."
    assert [(repair.kind, repair.count) for repair in article.repairs] == [("control_character", 3)]


@pytest.mark.parametrize(
    "hostile", [b"<!--" * 20_000, b"<?" * 20_000, b"a:b\n" * 20_000, b"<a " * 20_000, b"[ " * 20_000, b" " * 99_999]
)
def test_only_the_beginning_is_looked_at(hostile: bytes) -> None:
    assert format_of(hostile, "noname") is format_of(hostile[:4096], "noname")


def test_libraries_of_formats_are_imported_only_where_they_are_needed() -> None:
    program = (
        "import sys; from worker.config_files import load_rules; from worker.parse.formats import read;"
        "read(b'The council met on Monday.', 'a.txt', load_rules());"
        "heavy = ('lxml', 'feedparser', 'warcio', 'email', 'zipfile', 'tarfile', 'yaml', 'pypdfium2', 'brotli');"
        "print([name for name in heavy if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True, text=True)
    assert run.stdout.strip() == "[]"
