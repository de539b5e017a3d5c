"""The list of commands. Each is imported when it is used: `copydesk --help` has nothing to wait for."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from typing import NoReturn

import click

from worker import __version__
from worker.errors import ConfigurationError

COMMANDS = {
    "run": ("service", "Watch folders and write lines: the whole service."),
    "ingest": ("once", "Make lines of given files, once through."),
    "status": ("status", "Say what waits, what is worked on, what is written."),
    "pause": ("service", "Claim nothing more until `resume`."),
    "resume": ("service", "Go on after `pause`."),
    "tail": ("reading", "Print the lines in order, over all segments."),
    "verify": ("reading", "Check an output from its first line to its last."),
    "rejected": ("rejected", "List, show and retry rejected files."),
    "rules": ("rules", "List what was learned of each publisher; approve, refuse or forget it."),
    "index": ("index", "Show the index of duplicates, or make it anew."),
    "explain": ("explain", "Show what becomes of one file."),
    "schema": ("reading", "Print the JSON Schema of the record."),
    "settings": ("service", "Print the settings in effect."),
    "watch": ("roles", "Run the intake alone."),
    "worker": ("roles", "Run one worker alone."),
    "sink": ("roles", "Run the writer alone."),
    "health": ("roles", "Say by exit code whether a role is well."),
}


class _Commands(click.Group):
    """Commands by name, from the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"worker.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, short) for name, (_, short) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            close = difflib.get_close_matches(args[0], COMMANDS, 1)
            hint = f"Did you mean `{close[0]}`?" if close else f"It has: {', '.join(COMMANDS)}."
            raise click.UsageError(f"copydesk has no command `{args[0]}`. {hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="copydesk %(version)s")
def cli() -> None:
    """News articles in as files, one JSON line per article out."""


def main() -> int:
    """Run the command of `sys.argv`.

    Returns:
        The exit code: 0 done; 1 not done, or a fault found; 2 bad usage or settings; 3 some rejected.
    """
    # Nothing here multiplies matrices: a second thread of numpy's would only cost memory and be lost at a fork.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        result = cli.main(prog_name="copydesk", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ConfigurationError as error:
        click.echo(f"copydesk: {error}", err=True)
        return 2
    except PermissionError as error:
        who = "run it as the user of the service, or give this one the right"
        click.echo(f"copydesk: {error.filename} is closed to this user. Fix: {who}.", err=True)
        return 2
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        _reader_has_gone()
    return result if isinstance(result, int) else 0


def _reader_has_gone() -> NoReturn:
    """End quietly, as `copydesk tail out | head` has to: Python would complain once more when it flushes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)
