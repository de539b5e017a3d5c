"""Values that are each within their limits and still can't be: refused before anything starts."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from worker.errors import ConfigurationError

if TYPE_CHECKING:
    from worker.settings import Settings

_PREFIX = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MODE = re.compile(r"0?[0-7]{3}")
_PIPELINE = re.compile(r"spacy:\S.*")
_OWNER = re.compile(r"[0-9]{1,9}:[0-9]{1,9}")
_SCHEMES = ("redis://", "rediss://", "unix://")
# What has to fit into what: a file, a batch or a line that does not would wait for ever.
_FITS = (
    ("intake.batch_max", "intake.in_flight_documents_max"),
    ("intake.batch_bytes_max", "intake.in_flight_bytes_max"),
    ("intake.payload_bytes_max", "intake.in_flight_bytes_max"),
    ("intake.payload_bytes_max", "worker.document_memory_bytes"),
    ("intake.batch_bytes_max", "worker.document_memory_bytes"),
    ("sink.line_bytes_max", "worker.commit_bytes_max"),
    ("sink.line_bytes_max", "sink.group_bytes_max"),
)


def check(settings: Settings) -> None:
    """Refuse what can't be.

    Raises:
        ConfigurationError: a text of the wrong form, sizes or folders that exclude each other.
    """
    _check_texts(settings)
    _check_sizes(settings)
    _check_folders(settings)


def _check_texts(settings: Settings) -> None:
    redis, sink = settings.redis, settings.sink
    if redis.url and not redis.url.startswith(_SCHEMES):
        raise ConfigurationError("redis.url", "not an address of Redis", "begin it with redis://, rediss:// or unix://")
    if not _PREFIX.fullmatch(redis.prefix):
        raise ConfigurationError("redis.prefix", f"{redis.prefix!r} can't name a queue", "use letters, digits, - and _")
    if not _MODE.fullmatch(sink.file_mode):
        raise ConfigurationError("sink.file_mode", f"{sink.file_mode!r} is not octal", "write it as 0644 or 0640")
    if int(sink.file_mode, 8) & 0o600 != 0o600:
        raise ConfigurationError("sink.file_mode", f"{sink.file_mode} locks the writer out", "begin with 06, as 0640")
    if settings.enrich.ner and not _PIPELINE.fullmatch(settings.enrich.ner):
        raise ConfigurationError(
            "enrich.ner", f"{settings.enrich.ner!r} names no pipeline", "write it as spacy:en_core_web_sm"
        )
    if sink.owner and not _OWNER.fullmatch(sink.owner):
        raise ConfigurationError("sink.owner", f"{sink.owner!r} is not uid:gid", "write two numbers, as 1000:1000")


def _check_sizes(settings: Settings) -> None:
    for smaller, larger in _FITS:
        low, high = _size(settings, smaller), _size(settings, larger)
        if low > high:
            raise ConfigurationError(
                smaller, f"{low:,} does not fit into {larger} = {high:,}", "lower the one or raise the other"
            )


def _size(settings: Settings, key: str) -> int:
    section, _, name = key.partition(".")
    size: int = getattr(getattr(settings, section), name)
    return size


def _check_folders(settings: Settings) -> None:
    out, state, inboxes = settings.paths.out, settings.state_path, settings.paths.inboxes
    named = [("paths.out", out), ("paths.state", state), *(("paths.inboxes", inbox) for inbox in inboxes)]
    for key, path in named:
        if not path or "\0" in path:
            raise ConfigurationError(key, f"{path!r} is no path", "name a folder")
    if _contains(state, out):
        # The state folder is for its owner alone, the output is for others.
        raise ConfigurationError("paths.state", f"the output {out} lies inside it", "put it elsewhere")
    for position, inbox in enumerate(inboxes):
        for key, other in (("paths.out", out), ("paths.state", state)):
            if _contains(inbox, other):
                fix = "put it elsewhere, or its files would be ingested"
                raise ConfigurationError(key, f"{other} lies inside the inbox {inbox}", fix)
        if _contains(out, inbox):
            fix = "put the two side by side"
            raise ConfigurationError("paths.inboxes", f"{inbox} lies inside the output {out}", fix)
        for other in inboxes[position + 1 :]:
            if _contains(inbox, other) or _contains(other, inbox):
                fix = "watch the outer one alone"
                raise ConfigurationError("paths.inboxes", f"{inbox} and {other} lie inside each other", fix)


def _contains(outer: str, inner: str) -> bool:
    """Whether `inner` is `outer` or lies under it, links followed."""
    outside, inside = os.path.realpath(outer), os.path.realpath(inner)
    return os.path.commonpath((outside, inside)) == outside
