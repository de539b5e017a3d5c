"""Charsets that a document does not declare, told by its bytes where that is clear."""

from __future__ import annotations

import pytest

from worker.parse.charsets import charset_of
from worker.parse.decode import decode

TEXTS = {
    "shift_jis": (
        "cp932",
        "港湾評議会は月曜日に三時間の会合を開いた。理由は誰にも分からない。",
    ),
    "euc-jp": (
        "euc_jp",
        "港湾評議会は月曜日に三時間の会合を開いた。理由は誰にも分からない。",
    ),
    "gb18030": (
        "gb18030",
        "港务局周一晚上开会三个小时，没有人知道为什么。他们说，渡轮会在港口停到星期四，这是一个大的问题。",
    ),
    "big5": (
        "big5hkscs",
        "港務局週一晚上開會三個小時，沒有人知道為什麼。他們說，渡輪會在港口停到星期四，這是一個大的問題。",
    ),
    "euc-kr": (
        "cp949",
        "항만 위원회는 월요일 저녁에 세 시간 동안 회의를 했다. 이유는 아무도 모른다고 한다.",
    ),
    "windows-1251": (
        "cp1251",
        "Совет гавани заседал в понедельник вечером три часа. Никто не знает почему, сказали.",
    ),
    "koi8-r": ("koi8-r", "Совет гавани заседал в понедельник вечером три часа. Никто не знает почему."),
    "ibm866": (
        "cp866",
        "Совет гавани заседал в понедельник вечером три часа. Никто не знает почему, сказали.",
    ),
    "windows-1253": (
        "cp1253",
        "Το συμβούλιο του λιμανιού συνεδρίασε τη Δευτέρα το βράδυ για τρεις ώρες, είπαν οι αρχές.",
    ),
    "windows-1255": (
        "cp1255",
        "מועצת הנמל התכנסה ביום שני בערב ודיברה על המעבורת במשך שלוש שעות, כך נמסר",
    ),
    "windows-1256": (
        "cp1256",
        "اجتمع مجلس الميناء مساء الاثنين وتحدث عن العبارة لمدة ثلاث ساعات كما قال المسؤولون",
    ),
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("times", [1, 60])
def test_a_charset_is_told_by_what_it_decodes_to(name: str, times: int) -> None:
    codec, text = TEXTS[name]
    decoded = decode((text * times).encode(codec))
    assert decoded.text == text * times
    assert decoded.encoding in {name, "koi8-u" if name == "koi8-r" else name}
    assert decoded.flags == ()


@pytest.mark.parametrize(
    "text",
    [
        "Der Rat tagte drei Stunden über die Fähre. “Nein”, sagte Präsident Müller.",
        "Le conseil a siégé trois heures à propos du ferry. Personne ne sait pourquoi, a déclaré l’élu.",
        "El consejo habló tres horas. Nadie sabe por qué, señaló la alcaldesa.",
        "ÄÖÜäöüß éèêë ÀÁÂ",
    ],
)
def test_latin_text_stays_in_cp1252(text: str) -> None:
    assert charset_of(text.encode("cp1252")) is None
    assert decode(text.encode("cp1252")).text == text


def test_what_is_declared_counts_more_than_what_the_bytes_show() -> None:
    data = TEXTS["windows-1251"][1].encode("koi8-r")
    assert decode(data, "windows-1251").encoding == "windows-1251"


@pytest.mark.parametrize("data", [bytes(range(0x80, 0x100)) * 20, b"\xff" * 500, b"\x81\x82" * 200, b"caf\xe9"])
def test_bytes_that_are_no_text_tell_no_charset(data: bytes) -> None:
    assert charset_of(data) is None


def test_utf_7_is_never_believed() -> None:
    assert decode(b"+AGE-", "utf-7").text == "+AGE-"
