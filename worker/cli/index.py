"""`copydesk index`: what is remembered of texts, and to make it anew."""

from __future__ import annotations

import dataclasses
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import click
import orjson

from worker.cli import wiring
from worker.cli.options import Given, settings_flags
from worker.errors import ConfigurationError

if TYPE_CHECKING:
    import redis

    from worker.disk.layout import OutFolder
    from worker.settings import Settings
    from worker.sink.rebuild import Filling
    from worker.store.keys import Keys

_LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """Numbers are texts, save the last lines that it has and those that stand. None: nobody knows."""

    redis: str
    ready: bool
    texts: int | None
    texts_max: int
    window_days: int
    generations: int | None
    through: str | None
    written: str
    filling: Filling | None


@click.group()
def index() -> None:
    """Show the index of duplicates, or make it anew."""


@index.command("status")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@settings_flags("--out", "--state", "--redis")
def index_status(given: Given, *, as_json: bool) -> int:
    """Say how many texts are remembered, up to which line, and whether it is being filled."""
    settings = given.settings_beside()
    found = _status(settings, wiring.out_folder(settings))
    if as_json:
        click.echo(orjson.dumps(dataclasses.asdict(found), option=orjson.OPT_INDENT_2))
        return 0
    ready = "up to date" if found.ready else "not ready"
    click.echo(f"redis     {found.redis}; {ready if found.texts is not None else 'nothing is known'}")
    if found.texts is not None:
        click.echo(f"texts     {found.texts:,} of {found.texts_max:,}, in {found.generations} generations")
        click.echo(f"lines     up to {found.through}; written {found.written}")
    click.echo(f"window    {found.window_days} days")
    if found.filling is not None:
        click.echo(f"filling   {_share(found.filling)}")
    return 0


@index.command("rebuild")
@settings_flags("--out", "--state")
def rebuild(given: Given) -> int:
    """Forget all texts and read them from the outputs, before the next one is compared.

    The service goes on meanwhile; commits wait. Without a service, its next start does it.
    """
    from worker.disk import lock
    from worker.sink.rebuild import is_requested, read_filling, request_rebuild
    from worker.supervise.signals import StopRequests

    settings = given.settings_beside()
    out = wiring.out_folder(settings)
    wiring.standing_state(settings)
    request_rebuild(out)
    shown = False
    with StopRequests() as stop:
        while is_requested(out):
            if not lock.is_held(out.lock):
                click.echo("no service runs: its next start makes the index anew")
                return 0
            if stop():
                click.echo("the service goes on with it", err=True)
                return 0
            filling = read_filling(out)
            if filling is not None and sys.stderr.isatty():
                click.echo(f"\r{_share(filling)} ", nl=False, err=True)
                shown = True
            time.sleep(_LOOK_SECONDS)
    click.echo("\r" * shown + "the index is made anew")
    return 0


def _share(filling: Filling) -> str:
    share = filling.read / filling.of if filling.of else 1.0
    return f"{filling.read:,} of {filling.of:,} lines, {share:.0%}"


def _status(settings: Settings, out: OutFolder) -> IndexStatus:
    from worker.disk.position import read_position
    from worker.sink.index_rows import Last
    from worker.sink.rebuild import read_filling
    from worker.store.connection import AWAY
    from worker.store.keys import Keys
    from worker.supervise import readiness

    ends = read_position(out)
    written = str(Last(ends.articles.ordinal - 1, ends.duplicates.ordinal - 1))
    limits = settings.index.documents_max, settings.index.window_days
    try:
        client = readiness.glance(wiring.redis_urls(settings, wiring.state_folder(settings), wait_seconds=0.0).desk)
        keys = Keys(settings.redis.prefix)
        texts, generations, through = _asked(client, keys)
        ready = readiness.is_reconciled(client, keys)
    except ConfigurationError:
        return IndexStatus("not started", False, None, *limits, None, None, written, read_filling(out))
    except AWAY as error:
        return IndexStatus(f"away: {error}", False, None, *limits, None, None, written, read_filling(out))
    return IndexStatus("up", ready, texts, *limits, generations, through, written, read_filling(out))


def _asked(client: redis.Redis, keys: Keys) -> tuple[int | None, int | None, str | None]:
    from worker.store.index import numbers_of

    numbers = numbers_of(client, keys)
    if numbers is None:
        return None, None, None
    through = cast("bytes | None", client.get(keys.index_through))
    return numbers.next - numbers.first, client.llen(keys.generations), through.decode() if through else None
