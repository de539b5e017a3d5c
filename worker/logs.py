"""What the processes say on standard error: one line an event, harmless on a terminal and in a log file.

    2026-01-01T00:00:00Z info sink 64 lines written

Names and messages can come from strangers, so every control, direction and zero-width character is shown as
its escape. A traceback follows its event on lines that begin with four blanks and a bar: no text can forge an
event.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

NAME = "copydesk"
_BAR = "\n    | "
# C0, DEL and C1; zero-width characters and marks of direction; separators that split lines; halves of pairs.
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def escaped(text: str) -> str:
    r"""`text` with each harmful character as its escape, such as `\x1b`; never more than one line."""
    return _HARMFUL.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


class _OneLine(logging.Formatter):
    """`time level role message`, the time in UTC; the role is the last part of the logger's name."""

    def format(self, record: logging.LogRecord) -> str:
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        role = record.name.removeprefix(f"{NAME}.")
        line = escaped(f"{moment} {record.levelname.lower()} {role} {record.getMessage()}")
        if not record.exc_info:
            return line
        return _BAR.join([line, *map(escaped, self.formatException(record.exc_info).split("\n"))])


def set_up(role: str, level: str) -> logging.Logger:
    """Send the log of this process to standard error, and what nothing catches with it.

    Args:
        role: what the process is, such as `sink`.
        level: `debug`, `info`, `warning` or `error`; other people's libraries speak from `warning` on.

    Returns:
        The logger of the role.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger(NAME).setLevel(level.upper())
    logger = logging.getLogger(f"{NAME}.{role}")

    def last_words(kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
        logger.critical("ended by an error that it did not foresee", exc_info=(kind, value, trace))

    def last_words_of_thread(args: threading.ExceptHookArgs) -> None:
        value = args.exc_value or args.exc_type()
        logger.critical("a thread ended by an error", exc_info=(args.exc_type, value, args.exc_traceback))

    sys.excepthook = last_words
    threading.excepthook = last_words_of_thread
    return logger
