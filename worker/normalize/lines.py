"""Line breaks that end no paragraph."""

from __future__ import annotations

import re

_CJK = "[\u3000-\u9fff\uff00-\uffef]"
_BETWEEN_CJK = re.compile(f"\n(?={_CJK})(?<={_CJK}\n)")


def join_lines(text: str) -> tuple[str, int]:
    """`text` with each paragraph on one line, and how many line breaks were taken out.

    Between two Chinese or Japanese characters a break leaves no space. No more than two line feeds may stand
    together.
    """
    count = text.count("\n") - 2 * text.count("\n\n")
    if count == 0:
        return text, 0
    if not text.isascii():
        text = _BETWEEN_CJK.sub("", text)
    return "\n\n".join(paragraph.replace("\n", " ") for paragraph in text.split("\n\n")), count
