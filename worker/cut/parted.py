"""A footer glued to the last words is parted from them before anything is mended.

In text that lost its breaks and was wrapped, the last words run into the footer: `reported.The post Ferry crews⏎Walk
Out first appeared on …`. A headline inside it has capitals at line ends and looks as if full stops were lost there.
Parted, and in one line, it is safe from that, and the marks before it are read as the end of a paragraph.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from worker.cut_rules import first_words
from worker.normalize.lost_stops import abbreviation

if TYPE_CHECKING:
    from worker.draft import Draft
    from worker.rules import Rules

_TAIL_MAX: Final = 700
_KIND: Final = "syndication_footer"
# A capital that no word, comma or dash stands before, apart from white space. Classes are written as ranges, which are
# looked up in a table: `\w` and `\s` ask about each character.
_STARTS: Final = re.compile(
    r"[A-ZÀ-ÖØ-Þ\u0100-\u1fff\u2c00-\ud7ff](?:(?<=[^\w\s,;:(\-–—].)|(?<=[^\w\s,;:(\-–—]\s.))"
)
_WHITE: Final = re.compile("[\t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")


def part_footer(draft: Draft, rules: Rules) -> Draft:
    """`draft` with the footer of its last paragraph as a paragraph of its own, in one line."""
    if not draft.paragraphs or "\n" not in draft.paragraphs[-1]:
        return draft
    last = draft.paragraphs[-1].rstrip()
    place = _footer(last, rules)
    if place is None:
        return draft
    body, footer = _joined_end(last, place), _in_one_line(last[place:])
    return replace(draft, paragraphs=(*draft.paragraphs[:-1], *([body] if body else []), footer))


def _joined_end(last: str, place: int) -> str:
    """What stands before the footer at `place`.

    The last word was wrapped together with the first of the footer, `point.The`. Alone it would have fitted into
    the line before, and the break would look like a lost full stop.
    """
    body = last[:place].rstrip()
    before, feed, word = body.rpartition("\n")
    if not feed or " " in word or place > len(body):
        return body
    width = max(len(line) for line in last.split("\n"))
    glued = len(word) + len(last[place:].split(maxsplit=1)[0])
    is_full = len(before) - before.rfind("\n") + glued > width
    return f"{before} {word}" if is_full else body


def _in_one_line(footer: str) -> str:
    """`footer` without its wraps; an abbreviation that lost its full stop at a line end has it again."""
    lines = [line.strip() for line in footer.split("\n")]
    joints = ("" if line.endswith("-") else ". " if abbreviation(line) else " " for line in lines[:-1])
    return "".join(line + joint for line, joint in zip(lines, (*joints, ""), strict=True))


def _footer(last: str, rules: Rules) -> int | None:
    """Where the footer begins that `last` ends with."""
    begin = max(len(last) - _TAIL_MAX, 0)
    tail = _WHITE.sub(" ", last[begin:])
    hinted = rules.cuts.sentences.hinted(tail)
    for match in _STARTS.finditer(tail):
        place = match.start()
        opened = rules.cuts.sentences.opens.get(first_words((tail[place : place + _TAIL_MAX],))[0], ())
        for rule in opened + hinted:
            if rule.kind == _KIND and rule.pattern.fullmatch(tail, place):
                return begin + place
    return None
