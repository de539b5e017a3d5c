"""`copydesk rejected`: the files that did not become articles, why, and another try."""

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

    from worker.disk.layout import WorkFolder
    from worker.sink.rejected import RejectedFile

_SHOWN_BYTES = 2000
_flags = settings_flags("--out", "--state", "--keep")
_as_json = click.option("--json", "as_json", is_flag=True, help="As JSON, one object a line.")


@click.group()
def rejected() -> None:
    """List, show and retry rejected files."""


@rejected.command("list")
@_as_json
@_flags
def list_(given: Given, *, as_json: bool) -> int:
    """List the rejected files that are kept, the oldest first."""
    from worker.sink.rejected import list_rejected

    found = list_rejected(_works(given))
    if as_json:
        for each in found:
            click.echo(orjson.dumps(dataclasses.asdict(each)))
    elif sys.stdout.isatty():
        _print_table(found)
    else:
        for each in found:
            click.echo("\t".join(map(escaped, _row(each))))
    return 0


@rejected.command()
@click.argument("document", metavar="ID")
@_as_json
@_flags
def show(given: Given, document: str, *, as_json: bool) -> int:
    """Show why the file of the document ID was rejected, where it is, and how it begins."""
    found = _find(_works(given), document)
    if as_json:
        click.echo(orjson.dumps(dataclasses.asdict(found)))
        return 0
    for field in dataclasses.fields(found):
        value = getattr(found, field.name)
        if value not in {None, ""}:
            click.echo(f"{field.name:<12} {escaped(str(value))}")
    with open(found.file, "rb") as file:
        text = file.read(_SHOWN_BYTES).decode("utf-8", "replace")
    click.echo()
    for line in text.splitlines():
        click.echo(f"    {escaped(line)}")
    return 0


@rejected.command()
@click.argument("documents", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="All rejected files that are kept.")
@_flags
def retry(given: Given, documents: tuple[str, ...], *, everything: bool) -> int:
    """Hand rejected files to the intake again, each as a new document that names the old one.

    Files of a watched folder are taken by the running service, or at its next start; those of `copydesk
    ingest` by the next one on the same output.
    """
    from worker.sink.rejected import list_rejected
    from worker.sink.rejected import retry as hand_over

    if everything == bool(documents):
        raise click.UsageError("Name the documents to try again, or say --all.")
    works = _works(given)
    chosen = [each.id for each in list_rejected(works)] if everything else [_find(works, d).id for d in documents]
    click.echo(f"{len(hand_over(works, chosen)):,} handed to the intake")
    return 0


def _works(given: Given) -> tuple[WorkFolder, ...]:
    settings = given.settings_beside()
    return wiring.all_works(settings, wiring.standing_state(settings))


def _find(works: Sequence[WorkFolder], document: str) -> RejectedFile:
    from worker.sink.rejected import find_rejected

    found = find_rejected(works, document)
    if found is None:
        raise ConfigurationError(
            "ID", f"no rejected file of {escaped(document)} is kept", "see `copydesk rejected list`"
        )
    return found


def _row(found: RejectedFile) -> tuple[str, str, str, str, str]:
    path = found.path if found.member is None else f"{found.path}!{found.member}"
    return found.id, found.rejected_at, found.error, path, found.message


def _print_table(found: Sequence[RejectedFile]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("id", "rejected at", "error", "path", "message", box=None, padding=(0, 2, 0, 0))
    for each in found:
        # As text: what stands in brackets in a name is no markup.
        table.add_row(*(Text(escaped(cell)) for cell in _row(each)))
    Console().print(table)
