"""The life of a worker process: Redis may go and come back as it likes."""

from __future__ import annotations

import gc
import logging
import os
import time
from functools import cache, partial
from typing import TYPE_CHECKING

import redis

from worker.article import Document
from worker.jobs.desk import Desk, Stages
from worker.jobs.learned import Rulebook
from worker.jobs.safe_rq import rq_keys
from worker.jobs.stopping import StopAskedError, StopForcedError, Stopping
from worker.jobs.worker import Worker
from worker.store.connection import AWAY, connect, wait_until_up
from worker.store.keys import Keys
from worker.store.repair import drop_other_than, is_wrong_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.jobs.desk import Find
    from worker.rules import Rules
    from worker.settings import Settings

PAUSE_SECONDS = 0.5
_WARM_UP = Document(
    id="0" * 26,
    inbox="",
    path="warm-up.txt",
    member=None,
    data=b'The council met in Paris on Monday.\n\n"It took three hours," Mayor Jo Roe said. She counted 1,500 people.',
    sha256="",
    modified_at=None,
    received_at="2000-01-01T00:00:00Z",
)

_log = logging.getLogger("copydesk.worker")


def run_worker(
    settings: Settings,
    url: str,
    key: bytes,
    rules: Rules,
    *,
    stages: Stages | None = None,
    find: Find | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Work on jobs until SIGTERM or SIGINT, or until `stop()` is true: the body of `copydesk worker`.

    `stages` stand in for the pipeline. With `find` it works on files that are too large for Redis, and on nothing
    else: `find` opens them where they are claimed. The first signal lets the job in hand end, a second one stops at
    once. Redis may be away at any time, for any time. For the main thread.

    Raises:
        ConfigurationError: Redis will never do, see `wait_until_up`.
    """
    client = connect(url, name=f"worker-{os.getpid()}")
    keys = Keys(settings.redis.prefix, of_files=find is not None)
    build = _pipeline if find is None else _pipeline_when_used
    chosen = stages or build(rules)
    rulebook = Rulebook(rules, build) if stages is None else None
    desk = Desk(client, keys, key, settings, chosen, rules.version, find)
    stopping = Stopping(stop)
    _quiet_rq()
    # What stands now is shared with every process that is forked, and never looked at again.
    gc.collect()
    gc.freeze()
    try:
        with stopping.watching():
            _serve(desk, stopping, rulebook)
    except StopForcedError:
        _log.warning("stopped at once")
    finally:
        client.close()


def _pipeline(rules: Rules) -> Stages:
    """The pipeline with `rules`. It and its libraries are imported here, once, and not in each process."""
    from worker.dedupe.sketch import sketch_of
    from worker.normalize.mojibake import prepare
    from worker.parse.formats import open_file
    from worker.pipeline import process, process_member

    prepare()
    # Models, tables and patterns are made where they are first used: that is here, and not anew in each process.
    process(_WARM_UP, rules)
    sketch_of(_WARM_UP.data.decode())
    return Stages(partial(process, rules=rules), partial(process_member, rules=rules), partial(open_file, rules=rules))


def _pipeline_when_used(rules: Rules) -> Stages:
    """The same, imported by the process that gets a job: a worker that has one a day waits for it in little memory."""
    pipeline = cache(lambda: _pipeline(rules))
    return Stages(
        lambda document: pipeline().process(document),
        lambda document, member: pipeline().process_member(document, member),
        lambda file, path: pipeline().open_file(file, path),
    )


def _serve(desk: Desk, stopping: Stopping, rulebook: Rulebook | None) -> None:
    told = ""
    while not stopping.asked:
        try:
            with stopping.idle():
                wait_until_up(desk.client, lambda: stopping.asked)
            Worker(desk, stopping, rulebook).serve()
        except StopAskedError:
            return
        except AWAY as error:
            if str(error) != told:
                _log.warning("lost Redis: %s", error)
            told = str(error)
            time.sleep(PAUSE_SECONDS)  # it may answer and still refuse, as one without memory does
        except redis.ResponseError as error:
            if not is_wrong_type(error):
                raise
            _mend(desk)
            time.sleep(PAUSE_SECONDS)


def _mend(desk: Desk) -> None:
    """Remove keys of RQ's that are of a wrong type: the intake publishes again what they should hold."""
    rq = rq_keys(desk.keys)
    lists = {rq.waiting: b"list", rq.moving: b"list"}
    drop_other_than(desk.client, {**lists, rq.running: b"zset", rq.workers: b"set"})


def _quiet_rq() -> None:
    """RQ logs several lines a job, and sets up handlers of its own where it finds none."""
    logger = logging.getLogger("rq")
    logger.addHandler(logging.NullHandler())
    for name in ("rq.worker", "rq.job", "rq.queue", "rq.registry"):
        logging.getLogger(name).setLevel(logging.WARNING)
