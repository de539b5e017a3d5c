"""The roles of the service as commands: for containers, for workers on other hosts, and for the supervisor.

What each needs: `watch` the inboxes, the output folder and the state folder; `sink` the same; `worker` only
Redis and the key in the state folder, `worker --files` the inboxes besides, to read.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import click

from worker import logs
from worker.cli import wiring
from worker.cli.options import Given, settings_flags
from worker.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.settings import Settings

KEY_SECONDS = 15.0
_lifeline = click.option("--lifeline", type=int, hidden=True)
_inboxes = click.argument("inboxes", nargs=-1, metavar="[INBOX]...")


@click.command()
@_inboxes
@_lifeline
@settings_flags("--out", "--redis", "--state", "--poll", "--keep", "--log-level")
def watch(given: Given, inboxes: tuple[str, ...], lifeline: int | None) -> int:
    """Run the intake alone: claim what is dropped into each INBOX and queue it."""
    settings = given.settings(inboxes)
    return _play("watch", settings, lifeline, lambda: _watch(settings))


@click.command()
@_inboxes
@_lifeline
@settings_flags("--out", "--redis", "--state", "--keep", "--log-level")
def sink(given: Given, inboxes: tuple[str, ...], lifeline: int | None) -> int:
    """Run the writer alone: write the lines, and archive the files of each INBOX."""
    settings = given.settings(inboxes)
    return _play("sink", settings, lifeline, lambda: _sink(settings))


@click.command()
@_inboxes
@click.option("--files", is_flag=True, help="Work on files that are too large for Redis, where they are claimed.")
@_lifeline
@settings_flags("--redis", "--state", "--out", "--keep", "--log-level")
def worker(given: Given, inboxes: tuple[str, ...], *, files: bool, lifeline: int | None) -> int:
    """Run one worker alone: it needs Redis and the key in the state folder, no other file.

    With `--files`, one for the files of each INBOX that are too large for Redis, on the host of the intake.
    """
    if inboxes and not files:
        raise click.UsageError("Only a worker with --files looks into an INBOX.")
    settings = given.settings(inboxes)
    return _play("files" if files else "worker", settings, lifeline, lambda: _worker(settings, files=files))


def _play(role: str, settings: Settings, lifeline: int | None, body: Callable[[], None]) -> int:
    # Until the role has handlers of its own there is nothing in hand. As process 1 of a container it would
    # not even be ended without one.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))

    from worker.supervise.lifeline import hold_on_to

    log = logs.set_up(role, settings.service.log_level)
    if lifeline is not None:
        hold_on_to(lifeline)
    try:
        body()
    except ConfigurationError as error:
        log.error("%s", error)  # noqa: TRY400 - it says all there is to say
        return 2
    return 0


def _watch(settings: Settings) -> None:
    from worker.disk.signing_key import make_key
    from worker.intake.intake import run_intake
    from worker.store.connection import connect
    from worker.store.keys import Keys
    from worker.supervise.signals import StopRequests

    wiring.require_inboxes(settings)
    out, state = wiring.make_out(settings), wiring.make_state(settings)
    with StopRequests(at_once=True) as stop:
        key = make_key(state.key)
        client = connect(wiring.redis_urls(settings, state).desk, name="watch")
        works = wiring.inbox_works(settings, state)
        run_intake(settings, works, out, state, client, Keys(settings.redis.prefix), key, stop)


def _sink(settings: Settings) -> None:
    from worker.disk.lock import LockedError
    from worker.disk.signing_key import read_key
    from worker.sink.loop import run_sink
    from worker.sink.outputs import OutputDamagedError
    from worker.store.connection import connect
    from worker.store.keys import Keys
    from worker.supervise.signals import StopRequests

    out, state = wiring.make_out(settings), wiring.make_state(settings)
    with StopRequests(at_once=True) as stop:
        client = connect(wiring.redis_urls(settings, state).writer, name="sink")
        key = read_key(state.key, KEY_SECONDS)
        keys = Keys(settings.redis.prefix)
        try:
            run_sink(client, keys, key, out, lambda: wiring.all_works(settings, state), settings, stop)
        except LockedError:
            raise wiring.taken_by_another_writer(out) from None
        except OutputDamagedError as error:
            # To start again would refuse again: a person has to decide.
            raise ConfigurationError(error.path, error.problem, error.fix) from None


def _worker(settings: Settings, *, files: bool) -> None:
    from worker.config_files import rules_for
    from worker.disk.signing_key import read_key
    from worker.jobs.claimed_file import finder
    from worker.jobs.run import run_worker

    state = wiring.state_folder(settings)
    urls = wiring.redis_urls(settings, state)
    find = finder(lambda: wiring.all_works(settings, state)) if files else None
    run_worker(settings, urls.desk, read_key(state.key, KEY_SECONDS), rules_for(settings), find=find)


@click.command()
@click.argument("role", required=False, type=click.Choice(["watch", "worker", "files", "sink"]))
@settings_flags("--out", "--redis", "--state", "--keep")
def health(given: Given, role: str | None) -> int:
    """Say by exit code whether a role is well on this host, or without ROLE the whole service: 0 or 1.

    `watch`: every inbox is watched. `sink`: the output has its writer, and Redis is brought up to date.
    `worker`, `files`: one on this host shows signs of life.
    """
    settings = given.settings() if role else given.settings_beside()
    out, state = wiring.out_folder(settings), wiring.state_folder(settings)

    from worker.store.keys import Keys
    from worker.supervise import readiness

    keys = Keys(settings.redis.prefix)
    client = readiness.glance(wiring.redis_urls(settings, state, wait_seconds=0.0).desk)
    well: dict[str, Callable[[], bool]] = {
        "watch": lambda: readiness.watches(wiring.inbox_works(settings, state)),
        "sink": lambda: readiness.writes(out) and readiness.is_reconciled(client, keys),
        "worker": lambda: readiness.workers_of(client, keys, readiness.this_host()) > 0,
        "files": lambda: readiness.workers_of(client, keys.files, readiness.this_host()) > 0,
    }
    failing = [name for name, is_well in well.items() if role in {name, None} and not is_well()]
    click.echo(f"not well: {', '.join(failing)}" if failing else "well")
    return 1 if failing else 0
