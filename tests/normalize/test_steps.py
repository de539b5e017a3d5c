"""Each mender by itself: what it mends, and what it leaves alone."""

from __future__ import annotations

import pytest

from worker.normalize.edits import Step, apply, changes_of
from worker.normalize.lost_stops import cannot_end
from worker.normalize.mend import mend

PAIRS = {
    "mojibake": [
        ("The mayorâ€™s â€œplanâ€\x9d â€“ at last", "The mayor’s “plan” – at last"),
        ("The mayorâ\x80\x99s plan", "The mayor’s plan"),
        ("doesnÃ¢â‚¬â„¢t matter", "doesn’t matter"),
        ("cafÃ© crÃ¨me Ã©tÃ©", "café crème été"),
        ("the mayor\x92s \x93plan\x94", "the mayor’s “plan”"),
        ("a naÃ \u0304ve man, said GarcÃ\xada", "a naïve man, said García"),
        ("and then\x85 nothing", "and then… nothing"),
        ("Р РѕСЃСЃРёСЏ РІС‹С€Р»Р° РёР· РґРѕРіРѕРІРѕСЂР°", "Россия вышла из договора"),
        ("Praha: pĹ™Ă\u00adliĹˇ ĹľluĹĄouÄŤkĂ˝", "Praha: příliš žluťoučký"),
    ],
    "entity": [
        ("The mayor&rsquo;s &ldquo;plan&rdquo; &mdash; dead", "The mayor’s “plan” — dead"),
        ("Smith &amp; Sons", "Smith & Sons"),
        ("the mayor&amp;#8217;s", "the mayor’s"),
        ("&amp;amp;quot;No&amp;amp;quot;", '"No"'),
        ("ten&nbsp miles, he said&quot", 'ten miles, he said"'),
        ("it&rsquos over &#8217 ", "it’s over ’"),
        ("&lt;b&gt;", "<b>"),
    ],
    "invisible_character": [
        ("the cor\u00adona\u00advirus \u200boutbreak\ufeff", "the coronavirus outbreak"),
        ("\u202aquoted\u202c \u2066text\u2069", "quoted text"),
    ],
    "control_character": [("a\x00b\x07c", "abc"), ("one\x1b two", "one two")],
    "whitespace": [
        ("one\ttwo\u00a0three\u2009four  five", "one two three four five"),
        (" A line.\r\n\r\n\r\nAnother. \n", "A line.\n\nAnother."),
    ],
    "sentence_break": [
        (
            "He left on Tuesday.Nobody saw him go.\n\nMore followed.\n\nThe end came.",
            "He left on Tuesday. Nobody saw him go.\n\nMore followed.\n\nThe end came.",
        ),
        ("She met Mr.President there.\n\nIt rained.", "She met Mr. President there.\n\nIt rained."),
        (
            'It was "settled."The rest is known.\n\nSo it goes.\n\nOn.',
            'It was "settled." The rest is known.\n\nSo it goes.\n\nOn.',
        ),
    ],
    "paragraph_break": [
        (
            "It was “fake news.”White House staff left.“We know,” he said.Rain fell.",
            "It was “fake news.”\n\nWhite House staff left.\n\n“We know,” he said.\n\nRain fell.",
        ),
        ("Шёл дождь.Никто не пришёл.", "Шёл дождь.\n\nНикто не пришёл."),
        (
            "It rained.The U.S. lost.It was cold in the U.S.The end came in 2017.Nobody said:This is it.",
            (
                "It rained.\n\nThe U.S. lost.\n\nIt was cold in the U.S.\n\nThe end came in 2017.\n\n"
                "Nobody said:\n\nThis is it."
            ),
        ),
    ],
    "hyphenation": [
        (
            (
                "They had all of the infor-\nmation that was needed for the\nmorning and they did not use it,\n"
                "to the surprise of the owners of\nthe line."
            ),
            (
                "They had all of the information that was needed for the morning and they did not use it, "
                "to the surprise of the owners of the line."
            ),
        ),
    ],
}


@pytest.mark.parametrize(
    ("kind", "damaged", "mended"), [(kind, *pair) for kind, pairs in PAIRS.items() for pair in pairs]
)
def test_damage_of_each_kind_is_mended_and_named(kind: str, damaged: str, mended: str) -> None:
    result = mend(damaged)
    assert result.text == mended
    assert kind in {repair.kind for repair in result.repairs}


@pytest.mark.parametrize(
    "text",
    [
        "AT&T, S&P 500, R&D, Q&A, H&R Block, A&E’s show, B&B, at&t and m&ms.",
        "Johnson & Johnson & Co. met Procter & Gamble.",
        "https://a.example/?a=1&copy=2&lt=3&s=4 and page.php?s=1&t=2",
        "Who goes there? a friend. What? said the man. How? Why? “Really?” he asked.",
        "Mr. J. K. Lee, Ph.D., of the U.S. and St. Louis, No. 1 at 9 a.m. on Monday.",
        "Yahoo!News, Example.Com, Hill.TV, HealthCare.Gov, TheDream.US, Node.Js, a.b@Mail.Ru, the.Final.pdf",
        "#MeToo #BringBackOurGirls @someone *really* _very_ ~50 people | more",
        "The portal Table.Media and its Table.Briefings, said Data.World.",
        "See web24.Com and https://a.example/it?s or https://b.example/don?t, if you ?maybe like.",
        "Bremer/Mccoy – DrÃ¥ber",
        "Charlotte Brontë… “café” ‘naïve’ Ōsaka AHÅ™ ZZAJÉ’s",
        "می\u200cخواهم خانه\u200cها",
        "👩\u200d👩\u200d👧 family",
        "שלום \u200f(abc)\u200f",
        "In 2012–20 it cost £2.50 – or €3; 5°C, 3′ 6″.",
        "Half of it &mdash without end is left, and &and; too.",
        "Les députés n’ont pas voté : « jamais », dit-il.",
        "“It goes on over two paragraphs.\n\n“And ends in the second.”",
        "The list:\n\n1. Tea\n\n2. Milk",
        'He said: "I\'m 5\' 10" tall." So?',
    ],
)
def test_what_only_looks_like_damage_stays(text: str) -> None:
    assert mend(text).text in {text, text.replace("&mdash ", "— ")}


@pytest.mark.parametrize(
    ("flag", "text"),
    [
        ("unbalanced_quote", "The army must act quickly,” he stated."),
        ("unbalanced_quote", "“We will act, he stated.\n\nNobody did."),
        ("unbalanced_quote", 'He said "no.\n\nThen he left.'),
        ("marks_missing", "They dont know and didnt ask the Russias army."),
        ("replacement_character", "Guant\ufffdnamo is closed."),
    ],
)
def test_what_cannot_be_mended_is_flagged_and_left(flag: str, text: str) -> None:
    mended = mend(text)
    assert flag in mended.flags
    assert mended.text == text


@pytest.mark.parametrize(
    "text",
    [
        "“It goes on.\n\n“And ends here.”",
        '"It goes on.\n\n"And ends here."',
        '"Mixed marks,” he said.',
        "They don’t know and didn’t ask.",
        "Won t is not the word, dont is, once.",
    ],
)
def test_what_is_in_order_is_not_flagged(text: str) -> None:
    assert mend(text).flags == ()


WRAPPED = (
    "The old ferry lay at the quay for the whole of the winter while the board and the\n"
    "owners wrote letters to each other, most of them short, some of them rude, and all\n"
    "of them in vain. Nobody in the town of Port Howard was surprised when Mayor Brown\n"
    "and two of her aides went aboard with a lamp, found the log, and read it aloud to\n"
    "everyone who would listen, which was most of the town.\n"
    "The board met the next day."
)


def test_a_capital_after_a_full_line_is_no_sentence_in_a_text_that_keeps_its_stops() -> None:
    assert "Mayor Brown and two" in mend(WRAPPED).text
    assert mend(WRAPPED).text.count("\n\n") == 1


def test_a_short_line_with_its_stop_ends_a_paragraph() -> None:
    assert mend(WRAPPED).text.endswith("most of the town.\n\nThe board met the next day.")


def test_a_lost_stop_after_an_abbreviation_comes_back_before_a_small_letter() -> None:
    lossy = (
        "The meeting of the harbour board began at nine in the morning and went on until 6 p.m\n"
        "with hardly a word from the owners, who sat at the back of the room in the U.S\n"
        "Army coats that they had bought for the purpose\n"
        "Nobody laughed, though several of the younger members of the board had to leave the\n"
        "room for a while, and one of them did not come back until the following day at\n"
        "noon.The mayor said nothing.Rain fell."
    )
    text = mend(lossy).text
    assert "6 p.m. with hardly" in text
    assert "U.S. Army coats" in text
    assert "the purpose. Nobody laughed" in text


def test_a_compound_keeps_its_hyphen_at_a_line_end() -> None:
    text = (
        "The owners of it called it a long-\nterm loss and left the town with all\nthat they could get into\n"
        "a van, which was not so very much\nafter all, as they said when they went\naway."
    )
    assert "a long-term loss" in mend(text).text


def test_edits_carry_their_places_through_later_steps() -> None:
    first = Step("a&b c", ((1, 2, "XY", "one"),))
    second = Step("aXYb c", ((0, 0, ">>", "two"), (4, 5, "", "two")))
    assert apply(second.before, second.edits) == ">>aXYbc"
    assert [(change.kind, change.place) for change in changes_of((first, second))] == [
        ("one", 3),
        ("two", 0),
        ("two", 6),
    ]


def test_edits_that_overlap_are_a_bug() -> None:
    with pytest.raises(AssertionError, match="overlap"):
        apply("abc", [(0, 2, "", "x"), (1, 3, "", "x")])


@pytest.mark.parametrize("line", ["the fares but not,", "said in the", "read the statement.The", "it was an"])
def test_no_sentence_ends_at_a_comma_or_an_article(line: str) -> None:
    assert cannot_end(line)


@pytest.mark.parametrize("line", ["the year in a row", "in the army", "told Reuters"])
def test_a_sentence_may_end_at_any_other_word(line: str) -> None:
    assert not cannot_end(line)
