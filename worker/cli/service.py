"""`copydesk run` and what steers it: `pause`, `resume`, `settings`."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

import click

from worker import logs
from worker.cli import wiring
from worker.cli.options import Given, settings_flags
from worker.disk import fsops
from worker.settings_table import every_setting
from worker.settings_text import as_toml

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.disk.layout import OutFolder, StateFolder
    from worker.settings import Settings
    from worker.store.embedded import Urls


@click.command()
@click.argument("inboxes", nargs=-1, metavar="[INBOX]...")
@settings_flags("--out", "--workers", "--redis", "--state", "--poll", "--keep", "--log-level")
def run(given: Given, inboxes: tuple[str, ...]) -> int:
    """Watch folders and write lines: the whole service, in the foreground.

    Watches each INBOX (default: `inbox`) with a watcher, workers, a writer and, unless one is named, a Redis
    of its own. Ctrl-C or SIGTERM stops it when the work in hand is done; a second one stops it at once.
    Nothing is lost.
    """
    settings = given.settings(inboxes)
    wiring.require_inboxes(settings)
    out = wiring.make_out(settings)
    state = wiring.make_state(settings)
    wiring.require_free(settings)
    logs.set_up("run", settings.service.log_level)
    with wiring.only_supervisor(state):
        return _serve(settings, out, state)


def _serve(settings: Settings, out: OutFolder, state: StateFolder) -> int:
    from worker.supervise.service import Pulse, serve
    from worker.supervise.service_note import write_note
    from worker.supervise.signals import StopRequests
    from worker.supervise.supervisor import Supervisor
    from worker.supervise.terminal import Terminal

    programs = wiring.roles(settings, ("sink", "watch", "worker", "files"))
    if not settings.redis.url:
        programs.insert(0, wiring.redis_program(settings, state))
    urls = wiring.redis_urls(settings, state)
    write_note(out, settings)
    with StopRequests() as requests, Terminal() as terminal:
        pulse = Pulse(
            terminal,
            _readiness(settings, out, state, urls),
            _status(settings, out, state),
            _welcome(settings),
        )
        return serve(Supervisor(programs, requests), requests, pulse, settings.service.drain_seconds)


def _welcome(settings: Settings) -> str:
    count = settings.worker.count
    workers = "1 worker" if count == 1 else f"{count} workers"
    return f"watching {', '.join(settings.paths.inboxes)}, writing to {settings.paths.out}, {workers}"


def _readiness(settings: Settings, out: OutFolder, state: StateFolder, urls: Urls) -> Callable[[], bool]:
    from worker.store.keys import Keys
    from worker.supervise import readiness

    keys, client = Keys(settings.redis.prefix), readiness.glance(urls.desk)
    works = wiring.inbox_works(settings, state)

    def ready() -> bool:
        return (
            readiness.writes(out)
            and readiness.watches(works)
            and readiness.is_reconciled(client, keys)
            and readiness.workers_of(client, keys) > 0
        )

    return ready


def _status(settings: Settings, out: OutFolder, state: StateFolder) -> Callable[[], str]:
    from worker.supervise.progress import Pace, progress

    pace = Pace()

    def status() -> str:
        found = progress(out, wiring.all_works(settings, state), settings.paths.inboxes, settings.intake)
        paused = "paused · " if os.path.lexists(state.paused) else ""
        return f"{paused}{found}{pace.of(found.written, time.monotonic())}"

    return status


@click.command()
@settings_flags("--out", "--state")
def pause(given: Given) -> int:
    """Claim nothing more until `resume`: files wait in the inbox, what is claimed is finished."""
    state = wiring.standing_state(given.settings_beside())
    fsops.write_file(state.paused, b"by `copydesk pause`\n")
    click.echo("paused: files wait in the inbox until `copydesk resume`")
    return 0


@click.command()
@settings_flags("--out", "--state")
def resume(given: Given) -> int:
    """Go on after `pause`."""
    fsops.unlink(wiring.standing_state(given.settings_beside()).paused)
    click.echo("resumed")
    return 0


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON object, by section.")
@settings_flags("--out", "--workers", "--redis", "--state", "--poll", "--keep", "--log-level")
def settings(given: Given, *, as_json: bool) -> int:
    """Print the settings in effect, after file, variables and flags, with unit, limits and reason of each."""
    effective = given.settings()
    if not as_json:
        click.echo(as_toml(effective), nl=False)
        return 0
    sections: dict[str, dict[str, object]] = {}
    for setting in every_setting():
        sections.setdefault(setting.section, {})[setting.name] = setting.of(effective)
    click.echo(json.dumps(sections, indent=2))
    return 0
