"""Commands for who reads the output: `tail`, `verify`, `schema`. They need no settings and no service."""

from __future__ import annotations

import dataclasses
import os
import sys

import click
import orjson

from worker.disk.layout import OutFolder
from worker.errors import ConfigurationError

_folder = click.argument("folder", metavar="DIR")


def _output(folder: str) -> OutFolder:
    out = OutFolder(os.path.abspath(folder))
    if not os.path.isdir(out.hidden):
        raise ConfigurationError("DIR", f"{folder} is no output of copydesk", "name the folder given with --out")
    return out


@click.command()
@_folder
@click.option("--from-seq", type=click.IntRange(min=1), default=1, metavar="N", help="Begin with this `seq`.")
@click.option("--follow", "-f", is_flag=True, help="Wait for more, over rotations.")
@click.option("--rejected", "output", flag_value="rejected", help="The rejected documents instead of the articles.")
@click.option("--duplicates", "output", flag_value="duplicates", help="The dropped duplicates instead of the articles.")
def tail(folder: str, from_seq: int, output: str | None, *, follow: bool) -> int:
    """Print the lines in order, over all segments of the output DIR, compressed ones included."""
    from worker.sink.tail import read_lines
    from worker.supervise.signals import StopRequests

    with StopRequests() as stop:
        lines = read_lines(_output(folder), from_seq, follow=follow, stop=stop, output=output or "articles")
        for line in lines:
            sys.stdout.buffer.write(line)
            if follow:
                sys.stdout.buffer.flush()
        sys.stdout.buffer.flush()
    return 0


@click.command()
@_folder
@click.option("--json", "as_json", is_flag=True, help="The fault, or null, as JSON.")
def verify(folder: str, *, as_json: bool) -> int:
    """Check an output from its first line to its last.

    In DIR `seq` has no gap, every line fits the schema, ids are unique, segments are as their manifests say.

    Exit code 1, and the place of the first fault, where something is wrong.
    """
    from worker.sink.verify import verify as first_fault

    fault = first_fault(_output(folder))
    if as_json:
        click.echo(orjson.dumps({"fault": dataclasses.asdict(fault) if fault else None}))
    else:
        click.echo(str(fault) if fault else f"{folder}: no fault")
    return 1 if fault else 0


@click.command()
@click.option("--rejected", is_flag=True, help="That of `rejected*.jsonl` instead of `articles*.jsonl`.")
def schema(*, rejected: bool) -> int:
    """Print the JSON Schema of the record (2020-12)."""
    from worker.schema import record_schema, rejected_schema

    value = rejected_schema() if rejected else record_schema()
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2))
    return 0
