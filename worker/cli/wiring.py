"""From settings to things: folders, addresses, the programs of the service."""

from __future__ import annotations

import contextlib
import logging
import os
import stat
import sys
from typing import TYPE_CHECKING

from worker.disk import lock
from worker.disk.layout import OutFolder, StateFolder, WorkFolder, work_folder
from worker.errors import ConfigurationError
from worker.settings_load import as_environment, without_settings
from worker.supervise.program import Program, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from worker.settings import Settings
    from worker.store.embedded import Urls

_FILES_DELAY_SECONDS = 2.0
URLS_SECONDS = 10.0

_log = logging.getLogger("copydesk.run")


def out_folder(settings: Settings) -> OutFolder:
    """The output folder; not made here."""
    return OutFolder(os.path.abspath(settings.paths.out))


def state_folder(settings: Settings) -> StateFolder:
    """The state folder; not made here."""
    return StateFolder(os.path.abspath(settings.state_path))


def make_out(settings: Settings) -> OutFolder:
    """The output folder, made where it is missing.

    Raises:
        ConfigurationError: it can't be made.
    """
    out = out_folder(settings)
    try:
        out.create()
    except OSError as error:
        raise _unusable("paths.out", out.path, error) from None
    return out


def make_state(settings: Settings) -> StateFolder:
    """The state folder, made where it is missing, for its owner alone.

    Raises:
        ConfigurationError: it can't be made, or others can look into it.
    """
    state = state_folder(settings)
    try:
        state.create()
        found = os.stat(state.path)
    except OSError as error:
        raise _unusable("paths.state", state.path, error) from None
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise ConfigurationError(
            "paths.state",
            f"others can look into {state.path}",
            "chmod 700 it: the key and passwords lie there",
        )
    return state


def standing_state(settings: Settings) -> StateFolder:
    """The state folder that a service has made.

    Raises:
        ConfigurationError: there is none.
        PermissionError: this user may not look.
    """
    state = state_folder(settings)
    try:
        os.stat(state.path)
    except (FileNotFoundError, NotADirectoryError):
        problem = f"no copydesk has written to {settings.paths.out}"
        raise ConfigurationError("paths.out", problem, "name its output with --out") from None
    return state


def _unusable(key: str, path: str, error: OSError) -> ConfigurationError:
    return ConfigurationError(key, f"{path} can't be used ({error.strerror})", "name a folder that you may write to")


def inbox_works(settings: Settings, state: StateFolder) -> tuple[WorkFolder, ...]:
    """The work folder of each watched folder."""
    keep = settings.intake.mode == "keep"
    return tuple(work_folder(inbox, state, keep=keep) for inbox in settings.paths.inboxes)


def all_works(settings: Settings, state: StateFolder) -> tuple[WorkFolder, ...]:
    """Every work folder that a claimed document can lie in: those of the inboxes, and those of copies."""
    works = (*inbox_works(settings, state), *state.all_work())
    return tuple(dict.fromkeys(works))


def redis_urls(settings: Settings, state: StateFolder, wait_seconds: float = URLS_SECONDS) -> Urls:
    """Where Redis is: as the settings say, else the own one of the state folder.

    Raises:
        ConfigurationError: nothing says.
    """
    from worker.store.embedded import Urls, read_urls

    if settings.redis.url:
        return Urls(settings.redis.url, settings.redis.url)
    return read_urls(state, wait_seconds)


def require_free(settings: Settings) -> None:
    """Refuse to start a second service on the same output or inbox.

    Raises:
        ConfigurationError: another process has the output or an inbox.
    """
    out, state = out_folder(settings), state_folder(settings)
    if lock.is_held(out.lock):
        raise taken_by_another_writer(out)
    for inbox, work in zip(settings.paths.inboxes, inbox_works(settings, state), strict=True):
        if lock.is_held(work.lock):
            raise ConfigurationError(
                "paths.inboxes", f"another copydesk watches {inbox}", "stop that one, or name another folder"
            )


@contextlib.contextmanager
def only_supervisor(state: StateFolder) -> Iterator[None]:
    """Be the one supervisor of the state folder for the time of the block.

    Raises:
        ConfigurationError: there is one.
    """
    try:
        held = lock.hold_lock(state.lock)
    except lock.LockedError:
        problem = f"another copydesk uses {state.path}"
        raise ConfigurationError("paths.state", problem, "stop that one, or name another folder") from None
    try:
        yield
    finally:
        os.close(held)


def taken_by_another_writer(out: OutFolder) -> ConfigurationError:
    """There is one writer for each output."""
    problem = f"another copydesk writes to {out.path}"
    return ConfigurationError("paths.out", problem, "stop that one, or name another output")


def require_inboxes(settings: Settings) -> None:
    """Refuse to watch nothing.

    Raises:
        ConfigurationError: there is no inbox, or it is no folder.
    """
    if not settings.paths.inboxes:
        raise ConfigurationError("paths.inboxes", "no folder to watch", "name one")
    for inbox in settings.paths.inboxes:
        if not os.path.isdir(inbox):
            raise ConfigurationError("paths.inboxes", f"there is no folder {inbox}", "make it, or name another")


def roles(settings: Settings, names: Sequence[str]) -> list[Program]:
    """The programs of the roles `names` (`watch`, `sink`, `worker`, `files`), with these settings."""
    environ = {**without_settings(os.environ), **as_environment(settings)}
    stages = {"watch": Stage.INTAKE, "worker": Stage.WORK, "files": Stage.WORK, "sink": Stage.WRITE}
    programs: list[Program] = []
    for name in names:
        count = settings.worker.count if name == "worker" else 1
        role = ("worker", "--files") if name == "files" else (name,)
        argv = (sys.executable, "-m", "worker", *role, "--lifeline", "{lifeline}")
        # Large files are seldom; the others need the processor to begin with.
        delay = _FILES_DELAY_SECONDS if name == "files" else 0.0
        programs.extend(
            Program(name if count == 1 else f"{name} {number}", argv, stages[name], environ, delay_seconds=delay)
            for number in range(1, count + 1)
        )
    return programs


def redis_program(settings: Settings, state: StateFolder) -> Program:
    """Our own Redis. What it can't read is set aside before it is started again.

    Raises:
        ConfigurationError: there is no server program.
    """
    from worker.store.embedded import prepare, set_aside

    embedded = prepare(state, prefix=settings.redis.prefix)

    def mend() -> None:
        for path in set_aside(embedded):
            _log.warning("Redis could not read its data; kept for a look at %s, starting with none", path)

    # Its own words, a page at each start, lie beside its data.
    argv = (*embedded.argv, "--logfile", f"{embedded.folder}/redis.log")
    return Program("redis", argv, Stage.STORE, without_settings(os.environ), mend)
