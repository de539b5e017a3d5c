"""`copydesk status`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click
import orjson

from worker.cli import wiring
from worker.cli.options import Given, settings_flags
from worker.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.disk.layout import StateFolder
    from worker.settings import Settings
    from worker.supervise.status import Status


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@settings_flags("--out", "--state", "--redis", "--keep")
def status(given: Given, *, as_json: bool) -> int:
    """Say what waits, what is worked on, what is written; also while Redis is away or nothing runs."""
    from worker.store.keys import Keys
    from worker.supervise.status import status as look

    settings = given.settings_beside()
    out, state = wiring.out_folder(settings), wiring.state_folder(settings)
    works = wiring.inbox_works(settings, state), wiring.all_works(settings, state)
    found = look(settings, out, state, *works, _url(settings, state), Keys(settings.redis.prefix))
    if as_json:
        click.echo(orjson.dumps(dataclasses.asdict(found), option=orjson.OPT_INDENT_2))
        return 0
    for name, text in _rows(found):
        click.echo(f"{name:<9} {text}")
    return 0


def _url(settings: Settings, state: StateFolder) -> str | None:
    try:
        return wiring.redis_urls(settings, state, wait_seconds=0.0).desk
    except ConfigurationError:
        return None


def _rows(found: Status) -> Iterator[tuple[str, str]]:
    yield "service", _service(found)
    yield "redis", _redis(found)
    yield "inbox", f"{found.inbox:,}{_waiting(found)}"
    yield "refused", f"{found.refused:,}"
    yield "claimed", f"{found.claimed:,}"
    if found.queue is not None:
        for name in ("queued", "running", "committed", "workers"):
            yield name, f"{getattr(found.queue, name):,}"
    yield "written", f"{found.written:,}, {found.lines_a_second:,.1f} a second in the last minute"
    if found.findings:
        yield "findings", f"{found.findings:,}"
    if found.duplicates:
        yield "dropped", f"{found.duplicates:,} duplicates"
    yield "rejected", f"{found.rejected:,}"
    for disk in found.disks:
        yield "disk", f"{disk.free_bytes / (1 << 30):,.1f} GiB free at {disk.path}"


def _redis(found: Status) -> str:
    if found.queue is None:
        return found.redis if found.writing or found.watching else "stopped"
    return "up" if found.queue.ready else "up; the writer has not brought it up to date yet"


def _waiting(found: Status) -> str:
    oldest = found.oldest
    return f", the oldest for {_time(oldest.seconds)}: {oldest.path}" if oldest is not None else ""


def _service(found: Status) -> str:
    words = {
        (True, True): "runs",
        (True, False): "only the writer runs",
        (False, True): "only the intake runs",
    }
    text = words.get((found.writing, found.watching), "does not run")
    return f"{text}, paused" if found.paused else text


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
