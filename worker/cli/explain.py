"""`copydesk explain`: one file through the pipeline, with nothing but the pipeline."""

from __future__ import annotations

import dataclasses
import os
import re
import sys
import time
from hashlib import sha256
from typing import TYPE_CHECKING

import click
import orjson

from worker import ids
from worker.article import Article, Document, Rejection
from worker.cli.options import Given, settings_flags
from worker.disk import names
from worker.errors import ConfigurationError
from worker.fill import fill_article
from worker.intake.payload import rfc3339
from worker.logs import escaped
from worker.record import render_article

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from worker.explain import Explanation
    from worker.settings import Settings

_SHOWN = (
    "headline", "subheadline", "byline", "authors", "published", "modified", "publisher", "section", "url", "guid",
    "dateline", "syndication", "rights", "language", "word_count", "subjects", "summary",
)  # fmt: skip
_PLAIN_KINDS = frozenset(("whitespace", "line_wrap"))
_MARK_COLUMNS = 28
_CONTEXT_MIN = 12


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object, or one a line for each member.")
@settings_flags()
def explain(given: Given, file: str, *, as_json: bool) -> int:
    """Show what becomes of one file: the record, and beside it what was mended and cut. Needs no Redis.

    A file that holds several documents is shown member by member.

    Exit code: 0 where all of it becomes articles, 3 where some would be rejected.
    """
    from worker.config_files import rules_for
    from worker.explain import explain as look

    settings = given.settings_beside()
    rules = rules_for(settings)
    document = _document(file, settings)
    rejected = False
    for found in look(document, rules):
        line = _line(found.outcome, settings, rules.version)
        rejected |= isinstance(line, Rejection)
        if as_json:
            option = None if _member_of(found) else orjson.OPT_INDENT_2
            click.echo(orjson.dumps(_as_json(found, line), option=option))
        else:
            _print(found, line, file)
    return 3 if rejected else 0


def _member_of(found: Explanation) -> str | None:
    """The name of the member that was explained, None for a whole file."""
    outcome = found.outcome
    return outcome.member if isinstance(outcome, Rejection) else outcome.source.member


def _document(file: str, settings: Settings) -> Document:
    """The file as the intake would claim it.

    Raises:
        ConfigurationError: it can't be read, or is larger than what is taken.
    """
    try:
        with open(file, "rb") as opened:
            data = opened.read(settings.intake.payload_bytes_max + 1)
            modified = os.fstat(opened.fileno()).st_mtime
    except OSError as error:
        raise ConfigurationError("FILE", f"{file} can't be read ({error.strerror})", "name a file") from None
    if len(data) > settings.intake.payload_bytes_max:
        limit = settings.intake.payload_bytes_max
        raise ConfigurationError("intake.payload_bytes_max", f"{file} has more than {limit:,} bytes", "raise it")
    return Document(
        id=ids.mint(),
        inbox=names.shown(os.fsencode(os.path.dirname(file) or ".")),
        path=names.shown(os.fsencode(os.path.basename(file))),
        member=None,
        data=data,
        sha256=sha256(data).hexdigest(),
        modified_at=rfc3339(int(modified)),
        received_at=rfc3339(int(time.time())),
    )


def _line(outcome: Article | Rejection, settings: Settings, rules_version: str) -> bytes | Rejection:
    """The line that it would be, were it the first; or why it is none."""
    if isinstance(outcome, Rejection):
        return outcome
    body = render_article(outcome, settings.sink.line_bytes_max, rules_version)
    if isinstance(body, Rejection):
        return body
    return fill_article(body, seq=1, emitted_at=rfc3339(int(time.time())))


def _as_json(found: Explanation, line: bytes | Rejection) -> dict[str, object]:
    return {
        "looks_like": found.looks_like,
        "record": None if isinstance(line, Rejection) else orjson.loads(line),
        "rejection": dataclasses.asdict(line) if isinstance(line, Rejection) else None,
        "repairs": [dataclasses.asdict(repair) for repair in found.repairs],
        "removed": [dataclasses.asdict(removal) for removal in found.removed],
        "flags": list(found.flags),
        "unknown": list(found.unknown),
        "marks": [dataclasses.asdict(mark) for mark in found.marks],
    }


def _print(found: Explanation, line: bytes | Rejection, file: str) -> None:
    from rich.console import Console
    from rich.text import Text

    # Elsewhere than on a terminal a line ends where it ends.
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    member = _member_of(found)
    name = escaped(file) if member is None else f"{escaped(file)} ! {escaped(member)}, in"
    console.print(Text(f"{name}: {found.looks_like}" if member is None else f"{name} {found.looks_like}", style="bold"))
    if isinstance(line, Rejection):
        console.print(Text(f"rejected at {line.stage}: {line.error}: {escaped(line.message)}", style="red"))
        return
    assert isinstance(found.outcome, Article)
    _print_fields(console, orjson.loads(line))
    if found.repairs:
        mended = ", ".join(f"{repair.kind} ({repair.count})" for repair in found.repairs)
        console.print(_field("mended", mended, "green"))
    for removal in found.removed:
        words = " ⏎ ".join((removal.text or "").split("\n"))
        console.print(_field(f"cut: {removal.kind}", words, "red strike"))
    if found.flags:
        console.print(_field("flags", ", ".join(found.flags), "yellow"))
    console.print(_field("unknown", ", ".join(found.unknown), "dim"))
    _print_marks(console, found)
    console.print()
    with open(file, "rb") as opened:
        source = opened.read().decode("utf-8", "replace")
    # What a container holds is not compared: it may be compressed.
    console.print(marked(found.outcome.text, source if member is None else found.outcome.text))
    if member is not None:
        console.print()


def _print_fields(console: Console, record: dict[str, object]) -> None:
    for name in _SHOWN:
        value = record[name]
        if value not in (None, [], ""):
            text = value if isinstance(value, str) else orjson.dumps(value).decode()
            console.print(_field(name, text, ""))


def _print_marks(console: Console, found: Explanation) -> None:
    """One line for each mended place; joined lines and white space are only counted above."""
    from rich.text import Text

    marks = [mark for mark in found.marks if mark.kind not in _PLAIN_KINDS]
    if not marks:
        return
    console.print(Text("\nbefore → after, mark by mark", style="bold"))
    for mark in marks:
        before, after = _visible(mark.before), _visible(mark.after)
        room = max((console.width - len(before) - len(after) - _MARK_COLUMNS) // 2, _CONTEXT_MIN)
        left, right = _visible(mark.left, space=" ")[-room:], _visible(mark.right, space=" ")[:room]
        console.print(
            Text.assemble(
                (f"{mark.kind:<18} ", "bold"),
                f"{left:>{room}} [",
                (before, "red"),
                " → ",
                (after, "green"),
                f"] {right}",
            ),
            no_wrap=True,
            overflow="crop",
        )


def _visible(words: str, space: str = "␣") -> str:
    """`words` with a sign for everything that can't be seen."""
    if not words:
        return "nothing" if space == "␣" else ""
    return escaped(words.replace("\n\n", "¶").replace("\n", "⏎").replace(" ", space).replace("\xa0", space))


def _field(name: str, value: str, style: str) -> Text:
    from rich.text import Text

    return Text.assemble((f"{name:<18} ", "bold"), (escaped(value), style))


def marked(text: str, source: str) -> Text:
    """The article's text, with each word that does not stand so in the source marked as mended."""
    from rich.text import Text

    known = set(re.sub(r"<[^<>]{0,1000}>", " ", source).split())
    shown = Text()
    for piece in re.split(r"(\s+)", text):
        mended = bool(piece.strip()) and piece not in known
        shown.append("\n" * piece.count("\n") if "\n" in piece else escaped(piece), "green" if mended else "")
    return shown
