"""`copydesk rules`: what was learned of each publisher, and what is decided about it."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING

import click
import orjson

from worker.cli import wiring
from worker.cli.options import Given, settings_flags
from worker.errors import ConfigurationError
from worker.logs import escaped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.disk.layout import OutFolder
    from worker.disk.learned_file import Decision, LearnedParagraph

_SHOWN_CHARACTERS = 70
_flags = settings_flags("--out")
_ids = click.argument("ids", nargs=-1, required=True, metavar="ID...")


@dataclasses.dataclass(frozen=True, slots=True)
class _Row:
    """One learned paragraph as it is shown: `state` is learned, waiting, approved, refused or off."""

    id: str
    state: str
    publisher: str
    articles: int
    seq: int
    last_seq: int
    paragraph: str


@click.group()
def rules() -> None:
    """List what was learned of each publisher; approve, refuse or forget it.

    A paragraph that stands word for word in many articles of one publisher is cut from its next ones, and kept in
    `removed`. The service takes a decision up within two seconds.
    """


@rules.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON, one object a line.")
@click.option("--publisher", metavar="NAME", help="Of that publisher alone: its domain, or its name.")
@_flags
def list_(given: Given, publisher: str | None, *, as_json: bool) -> int:
    """List what was learned, by publisher."""
    rows = [row for row in _rows(given) if publisher is None or row.publisher == publisher.casefold()]
    if as_json:
        for row in rows:
            click.echo(orjson.dumps(dataclasses.asdict(row)))
    elif sys.stdout.isatty():
        _print_table(rows)
    else:
        for row in rows:
            click.echo("\t".join(_cells(row)))
    return 0


@rules.command()
@click.argument("id_", metavar="ID")
@_flags
def show(given: Given, id_: str) -> int:
    """Show one, whole, and as a rule that can be put into a file of your own (`paths.rules`) for every publisher."""
    row = _found(_rows(given), id_)
    for field in dataclasses.fields(row):
        if field.name != "paragraph":
            click.echo(f"{field.name:<12} {escaped(str(getattr(row, field.name)))}")
    click.echo(f"\n{_as_rule(row.paragraph)}")
    return 0


@rules.command()
@_ids
@_flags
def approve(given: Given, ids: tuple[str, ...]) -> int:
    """Cut these from now on, whatever `rules.learn` says but `off`."""
    return _decide(given, ids, "approved")


@rules.command()
@_ids
@_flags
def refuse(given: Given, ids: tuple[str, ...]) -> int:
    """Never cut these."""
    return _decide(given, ids, "refused")


@rules.command()
@_ids
@_flags
def forget(given: Given, ids: tuple[str, ...]) -> int:
    """Take back what was decided about these."""
    return _decide(given, ids, None)


def _decide(given: Given, ids: tuple[str, ...], decision: Decision | None) -> int:
    from worker.disk.learned_file import read_decisions, write_decisions

    rows, out = _rows(given), _out(given)
    named = [_found(rows, id_).id for id_ in ids]
    decisions = {id_: said for id_, said in read_decisions(out).items() if id_ not in named}
    if decision is not None:
        decisions |= dict.fromkeys(named, decision)
    write_decisions(out, decisions)
    click.echo(f"{len(named):,} {decision or 'forgotten'}")
    return 0


def _out(given: Given) -> OutFolder:
    return wiring.out_folder(given.settings_beside())


def _rows(given: Given) -> list[_Row]:
    from worker.disk.learned_file import read_decisions, read_learned

    settings, out = given.settings_beside(), _out(given)
    decisions = read_decisions(out)
    undecided = {"on": "learned", "ask": "waiting", "off": "off"}[settings.rules.learn]
    known = sorted(read_learned(out), key=lambda one: (one.publisher, one.seq))
    return [_row(one, decisions.get(one.id, undecided)) for one in known]


def _row(one: LearnedParagraph, state: str) -> _Row:
    return _Row(one.id, state, one.publisher, one.articles, one.seq, one.last_seq, one.paragraph)


def _found(rows: Sequence[_Row], id_: str) -> _Row:
    found = [row for row in rows if row.id.startswith(id_)]
    if len(found) != 1:
        problem = f"{len(found)} begin with it" if found else "nothing that was learned begins with it"
        raise ConfigurationError(f"ID {escaped(id_)}", problem, "see `copydesk rules list`")
    return found[0]


def _cells(row: _Row) -> tuple[str, ...]:
    return row.id, row.state, escaped(row.publisher), str(row.articles), str(row.last_seq), escaped(row.paragraph)


def _as_rule(paragraph: str) -> str:
    """A `[[cut]]` table that cuts this paragraph at any publisher; see `config/rules/footers.toml`."""
    import re

    first = paragraph.split(maxsplit=1)[0].lower()
    pattern = re.escape(paragraph).replace("\\ ", " ")
    return "\n".join(
        (
            "[[cut]]",
            'kind = "promo"',
            'at = "anywhere"',
            f"opens = [{_toml(first)}]",
            f"pattern = {_toml(pattern)}",
            f"example = {_toml(paragraph)}",
        )
    )


def _toml(text: str) -> str:
    """A basic string of TOML: its escapes are those of JSON."""
    return orjson.dumps(text).decode()


def _print_table(rows: Sequence[_Row]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("id", "state", "publisher", "articles", "last seen", "paragraph", box=None, padding=(0, 2, 0, 0))
    for row in rows:
        *cells, paragraph = _cells(row)
        # As text: what stands in brackets in an article is no markup.
        table.add_row(*map(Text, cells), Text(paragraph[:_SHOWN_CHARACTERS]))
    Console().print(table)
