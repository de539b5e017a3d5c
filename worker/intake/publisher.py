"""The line to Redis: what is claimed is published at once, or by the next reconcile when Redis is back."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import redis

from worker.errors import TransientError
from worker.intake.payload import payload_of
from worker.intake.reconcile import Link, Reconciler, Target
from worker.jobs import queue
from worker.store.connection import AWAY
from worker.store.repair import is_wrong_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.intake.claim import Claimed

_LOOK_SECONDS = 1.0
_AWAY_SECONDS_MIN = 0.1
_AWAY_SECONDS_MAX = 2.0
_GONE: tuple[type[Exception], ...] = (TransientError, *AWAY)
_REFUSED: tuple[type[Exception], ...] = (*_GONE, redis.ResponseError)

_log = logging.getLogger("copydesk.watch")


class Publisher:
    """Publishes, and keeps comparing what stands with what Redis knows. That Redis is away is no error.

    Args:
        link: Redis.
        reconcile_seconds: how often everything is compared.
    """

    def __init__(self, link: Link, reconcile_seconds: float) -> None:
        self._link = link
        self._reconciler = Reconciler(link)
        self._reconcile_seconds = reconcile_seconds
        self._reconcile_at = 0.0
        self._look_at = 0.0
        self._ready: bytes | None = None
        self._away_seconds = 0.0

    def publish(self, claimed: Claimed, now: float) -> None:
        """Publish a batch that was sealed just now. While Redis is away it only stands, as the others do."""
        if claimed.claim is None or self._away_seconds > 0:
            return
        link = self._link
        try:
            payloads = queue.divided(payload_of(claimed.claim, claimed.blobs))
            queue.publish(link.client, link.keys, link.key, payloads)
        except _REFUSED as error:
            self._went(error, now)

    def reconcile(self, targets: Sequence[Target], now: float) -> None:
        """Compare and publish again if it is time: by the timer, or because Redis was away or set up anew."""
        if now < self._reconcile_at and not (self._away_seconds == 0 and self._set_up_anew(targets, now)):
            return
        try:
            self._reconciler.run(targets)
        except _REFUSED as error:
            self._went(error, now)
            return
        if self._away_seconds > 0:
            _log.info("Redis is back: everything that is claimed is published")
            self._away_seconds = 0.0
        self._reconcile_at = now + self._reconcile_seconds

    def _set_up_anew(self, targets: Sequence[Target], now: float) -> bool:
        if now < self._look_at or not any(target.standing for target in targets):
            return False
        self._look_at = now + _LOOK_SECONDS
        try:
            ready = self._link.client.get(self._link.keys.ready)
        except _REFUSED as error:
            self._went(error, now)
            return False
        earlier, self._ready = self._ready, bytes(ready) if isinstance(ready, bytes) else None
        return self._ready != earlier

    def _went(self, error: Exception, now: float) -> None:
        # A key of a foreign type is mended by the writer or a worker; until then it is as if Redis were away.
        if not isinstance(error, _GONE) and not is_wrong_type(error):
            raise error
        if self._away_seconds == 0:
            _log.warning("Redis is away, what is claimed waits for it: %s", error)
        self._away_seconds = min(max(self._away_seconds * 2, _AWAY_SECONDS_MIN), _AWAY_SECONDS_MAX)
        self._reconcile_at = now + self._away_seconds
