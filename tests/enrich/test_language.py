# ruff: noqa: E501 - sentences of news, each on its line
"""The language of a text."""

from __future__ import annotations

import time

import pytest

from worker.config_files import load_rules
from worker.enrich.language import declared_tag, language_of
from worker.enrich.ngrams import ngram_models
from worker.enrich.scripts import script_of

RULES = load_rules().words.language

NEWS = {
    "en": "The council decided on Monday that the ferry will run every hour until the bridge is repaired in autumn.",
    "de": "Der Stadtrat beschloss am Montag, dass die Fähre stündlich fährt, bis die Brücke im Herbst repariert ist.",
    "fr": "Le conseil municipal a décidé lundi que le bac circulera toutes les heures jusqu'à la réparation du pont.",
    "es": "El ayuntamiento decidió el lunes que el transbordador circulará cada hora hasta que se repare el puente.",
    "pt": "A câmara decidiu na segunda-feira que a balsa vai circular de hora em hora até que a ponte seja reparada.",
    "it": "Il consiglio comunale ha deciso lunedì che il traghetto passerà ogni ora finché il ponte non sarà riparato.",
    "nl": "De gemeenteraad besloot maandag dat de veerboot elk uur vaart totdat de brug in het najaar is hersteld.",
    "sv": "Kommunfullmäktige beslutade på måndagen att färjan ska gå varje timme tills bron har reparerats i höst.",
    "nb": "Kommunestyret bestemte mandag at fergen skal gå hver time til broen er reparert, sier ordføreren nå.",
    "nn": "Kommunestyret avgjorde måndag at ferja skal gå kvar time til brua er reparert, seier ordføraren no.",
    "da": "Byrådet besluttede mandag, at færgen skal sejle hver time, indtil broen er blevet repareret til efteråret.",
    "pl": "Rada miasta zdecydowała w poniedziałek, że prom będzie kursował co godzinę, dopóki most nie zostanie naprawiony.",
    "cs": "Rada města v pondělí rozhodla, že přívoz bude jezdit každou hodinu, dokud nebude most na podzim opraven.",
    "sk": "Mestská rada v pondelok rozhodla, že kompa bude jazdiť každú hodinu, kým nebude most na jeseň opravený.",
    "hr": "Gradsko vijeće odlučilo je da će trajekt voziti svaki sat tijekom tjedna dok se most ne popravi, priopćio je.",
    "id": "Dewan kota memutuskan bahwa feri akan beroperasi setiap jam karena jembatan itu rusak, kata wali kota.",
    "ms": "Majlis bandar memutuskan bahawa feri akan beroperasi setiap jam kerana jambatan itu rosak, kata beliau.",
    "tr": "Belediye meclisi pazartesi günü köprü onarılana kadar feribotun her saat başı sefer yapmasına karar verdi.",
    "ru": "Городской совет решил в понедельник, что паром будет ходить каждый час, пока мост не отремонтируют.",
    "uk": "Міська рада вирішила в понеділок, що пором ходитиме щогодини, доки міст не відремонтують восени.",
    "bg": "Общинският съвет реши в понеделник, че фериботът ще се движи на всеки час, докато мостът бъде поправен.",
    "el": "Το δημοτικό συμβούλιο αποφάσισε τη Δευτέρα ότι το πλοίο θα εκτελεί δρομολόγια κάθε ώρα.",
    "he": "מועצת העיר החליטה ביום שני שהמעבורת תפעל בכל שעה עד שהגשר יתוקן בסתיו הקרוב.",
    "ar": "قرر المجلس البلدي يوم الاثنين أن تعمل العبارة كل ساعة حتى يتم إصلاح الجسر في الخريف.",
    "fa": "شورای شهر روز دوشنبه تصمیم گرفت که کشتی هر ساعت حرکت کند تا زمانی که پل تعمیر شود.",
    "hi": "नगर परिषद ने सोमवार को फैसला किया कि पुल की मरम्मत होने तक नौका हर घंटे चलेगी।",
    "th": "สภาเมืองตัดสินใจเมื่อวันจันทร์ว่าเรือข้ามฟากจะให้บริการทุกชั่วโมงจนกว่าสะพานจะซ่อมเสร็จ",
    "ja": "市議会は月曜日、橋が修理されるまでフェリーを一時間ごとに運航することを決めた。",
    "zh": "市议会星期一决定，在桥梁修好之前，渡轮每小时开一班。",
    "ko": "시의회는 월요일 다리가 수리될 때까지 여객선을 매시간 운항하기로 결정했다.",
}


@pytest.mark.parametrize("language", NEWS)
def test_a_sentence_of_news_is_told(language: str) -> None:
    assert language_of(NEWS[language], None, RULES) == language


@pytest.mark.parametrize("group", RULES.close, ids=lambda group: "-".join(sorted(group.languages)))
def test_words_of_close_languages_are_in_small_letters_and_tell_something(group: object) -> None:
    assert all(word == word.lower() and has < group.languages for word, has in group.words.items())  # type: ignore[attr-defined]


def test_fifty_languages_and_more_are_told() -> None:
    models = ngram_models(RULES.model)
    assert len({*RULES.scripts.values(), *(one for model in models.values() for one in model.languages)}) >= 70


@pytest.mark.parametrize("text", ["", "42", "— 10:30 —", "OK", "12 / 7 = 1.71", "😀😀😀"])
def test_too_little_text_is_unknown(text: str) -> None:
    assert language_of(text, None, RULES) == "und"


def test_too_little_text_is_what_it_declares() -> None:
    assert language_of("OK", "de-AT", RULES) == "de-AT"


def test_what_is_declared_keeps_region_and_script_where_the_text_agrees() -> None:
    assert language_of(NEWS["en"], "en_US", RULES) == "en-US"
    assert language_of(NEWS["zh"], "zh-hans-cn", RULES) == "zh-Hans-CN"
    assert language_of(NEWS["nb"], "no", RULES) == "nb"


def test_the_text_wins_over_what_is_declared_where_it_is_sure() -> None:
    assert language_of(NEWS["de"], "en-US", RULES) == "de"
    assert language_of(NEWS["ru"], "en", RULES) == "ru"
    assert language_of(NEWS["nn"], "no", RULES) == "nn"


def test_a_language_that_is_not_known_is_believed() -> None:
    assert language_of(NEWS["nl"], "fy", RULES) == "fy"


@pytest.mark.parametrize(("declared", "tag"), [("EN", "en"), ("pt_br", "pt-BR"), ("zh-HANT", "zh-Hant"), ("iw", "he")])
def test_a_declared_tag_is_brought_into_its_usual_form(declared: str, tag: str) -> None:
    assert declared_tag(declared, RULES) == tag


@pytest.mark.parametrize("declared", ["", "und", "english language", "x", "-", "123"])
def test_what_is_no_tag_declares_nothing(declared: str) -> None:
    assert declared_tag(declared, RULES) is None


@pytest.mark.parametrize("place", ["start", "middle", "end"])
def test_a_quotation_or_footer_in_another_language_does_not_flip_it(place: str) -> None:
    german, english = (NEWS["de"] + " ") * 12, NEWS["en"]
    text = {"start": english + " " + german, "end": german + english, "middle": german + english + " " + german}[place]
    assert language_of(text, None, RULES) == "de"


def test_capital_letters_do_not_matter() -> None:
    assert language_of(NEWS["en"].upper(), None, RULES) == "en"


def test_japanese_is_told_from_chinese_that_names_a_japanese_firm() -> None:
    assert script_of(NEWS["ja"])[0] == "kana"
    assert script_of(NEWS["zh"] * 3 + "ソニー")[0] == "han"


@pytest.mark.parametrize("text", ["a" * 1_000_000, "\ud800 \udfff" * 100_000, "é" * 1_000_000, " " * 1_000_000])
def test_it_costs_no_more_for_a_long_or_nasty_text(text: str) -> None:
    language_of(NEWS["en"], None, RULES)
    begun = time.process_time()
    language_of(text, "en", RULES)
    assert time.process_time() - begun < 0.05
