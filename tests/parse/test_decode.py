"""From bytes to text."""

from __future__ import annotations

import codecs
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.documents import article_of
from worker.parse.decode import decode

FRENCH = "L’été à Genève coûte « cher » – déjà 1 000 €."
RUSSIAN = "Совет собрался в понедельник."


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides_and_goes(mark: str) -> None:
    decoded = decode(FRENCH.encode(mark), "windows-1251")
    assert (decoded.text, decoded.flags) == (FRENCH, ())


@pytest.mark.parametrize(
    ("mark", "codec", "name"),
    [
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
        (codecs.BOM_UTF32_BE, "utf-32-be", "utf-32"),
        (codecs.BOM_UTF8, "utf-8", "utf-8"),
    ],
)
def test_both_byte_orders_are_read(mark: bytes, codec: str, name: str) -> None:
    decoded = decode(mark + RUSSIAN.encode(codec))
    assert (decoded.text, decoded.encoding) == (RUSSIAN, name)


def test_sound_utf_8_is_believed_before_any_declaration() -> None:
    assert decode(RUSSIAN.encode(), "windows-1251").text == RUSSIAN


@pytest.mark.parametrize(
    ("declared", "codec", "text", "name"),
    [
        ("windows-1251", "cp1251", RUSSIAN, "windows-1251"),
        ("KOI8-R", "koi8-r", RUSSIAN, "koi8-r"),
        ("Shift_JIS", "cp932", "市議会は月曜日に開かれた。", "shift_jis"),
        ("gb2312", "gb18030", "市议会星期一开会。", "gb18030"),
        ("EUC-KR", "cp949", "시의회가 월요일에 열렸다.", "euc-kr"),
        ("iso-8859-1", "cp1252", FRENCH.replace(" ", " "), "windows-1252"),
        ("iso-8859-15", "iso8859-15", "déjà 5 €", "iso-8859-15"),
        ("ISO-2022-JP", "iso2022_jp", "市議会は月曜日", "iso-2022-jp"),
    ],
)
def test_a_declared_encoding_is_used(declared: str, codec: str, text: str, name: str) -> None:
    decoded = decode(text.encode(codec), declared)
    assert (decoded.text, decoded.encoding) == (text, name)


@pytest.mark.parametrize("declared", ["utf-7", "rot13", "unicode-escape", "idna", "../../x", "", "x" * 10_000])
def test_an_encoding_that_is_no_encoding_of_text_is_not_believed(declared: str) -> None:
    decoded = decode("déjà".encode("cp1252"), declared)
    assert (decoded.text, decoded.encoding) == ("déjà", "windows-1252")


def test_without_a_declaration_it_is_cp1252() -> None:
    decoded = decode(FRENCH.encode("cp1252"))
    assert (decoded.text, decoded.encoding, decoded.flags) == (FRENCH, "windows-1252", ())


def test_bytes_that_cp1252_does_not_know_are_flagged() -> None:
    decoded = decode(b"\x93d\xe9j\xe0\x94 \x81 vu")
    assert decoded.text == "“déjà” \x81 vu"
    assert decoded.flags == ("undecodable_bytes",)


def test_utf_8_with_a_few_bytes_of_cp1252_keeps_its_letters() -> None:
    decoded = decode((RUSSIAN * 3).encode() + b" \x93quoted\x94")
    assert decoded.text == RUSSIAN * 3 + " “quoted”"
    assert (decoded.encoding, decoded.flags) == ("utf-8", ("mixed_encoding",))


def test_utf_8_that_was_cut_inside_a_character_is_still_utf_8() -> None:
    decoded = decode("Das war schön – ".encode()[:-2])
    assert decoded.encoding == "utf-8"
    assert decoded.text.startswith("Das war schön ")


def test_the_record_says_how_a_text_was_read_and_what_was_wrong() -> None:
    article = article_of(b"D\xe9j\xe0 le conseil \x81 se r\xe9unit lundi.")
    assert article.source.encoding == "windows-1252"
    assert "undecodable_bytes" in article.quality.flags


@pytest.mark.parametrize("data", [b"\x81" * 2_000_000, b"\xff" * 2_000_000, "é".encode() * 500_000 + b"\xe9" * 400_000])
def test_damage_without_end_costs_little_time(data: bytes) -> None:
    began = time.process_time()
    decode(data)
    assert time.process_time() - began < 1


@given(st.binary(max_size=60), st.none() | st.text(max_size=20))
def test_any_bytes_can_be_read(data: bytes, declared: str | None) -> None:
    assert decode(data, declared).text.encode("utf-8") is not None
