"""Random faults, from one seed: all kinds of processes are killed, stopped, asked to end, Redis abused."""

from __future__ import annotations

import contextlib
import random
import signal
import time
from typing import TYPE_CHECKING

import redis

from tests.crashes.harness import processes
from tests.crashes.harness.tamper import KEYS, QUEUE, add_entry, edited, entries, queued_jobs, spoil
from worker.ids import mint

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.crashes.harness.stack import Process, Role, Stack

STOP_SECONDS_MAX = 2.5
WANTED: tuple[Role, ...] = ("watch", "worker", "worker", "sink")


class Chaos:
    """Keeps the wanted roles running, and hurts them. `events` says what was done, and when (in seconds)."""

    def __init__(self, stack: Stack, seed: int) -> None:
        self.events: list[str] = []
        self._stack = stack
        self._choose = random.Random(seed)
        self._roles: list[Process] = []
        self._stopped: dict[int, float] = {}
        self._redis_away_until: float | None = None
        self._begun = time.monotonic()
        self._actions: dict[Callable[[], None], float] = {
            self.kill_role: 5,
            self.stop_role: 3,
            self.end_role: 2,
            self.kill_fork: 4,
            self.kill_redis: 1.5,
            self.freeze_redis: 1,
            self.flush_redis: 1,
            self.flush_scripts: 1,
            self.roll_redis_back: 0.5,
            self.forge: 2,
            self.double: 2,
            self.spoil_key: 0.7,
            self.second_writer: 0.3,
        }

    def run(self, seconds: float) -> None:
        """Hurt at random for `seconds`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.keep_running()
            action = self._choose.choices(list(self._actions), list(self._actions.values()))[0]
            with contextlib.suppress(redis.RedisError):
                action()
            self._pause(self._choose.uniform(0.02, 0.6))

    def end(self) -> None:
        """Undo what lasts, and have everything running."""
        for pid in list(self._stopped):
            self._continue(pid)
        if self._redis_away_until is not None:
            self._redis_away_until = 0.0
        self.keep_running()

    def keep_running(self) -> None:
        """Start what has ended, continue what has stood still for long enough."""
        now = time.monotonic()
        for pid in [pid for pid, until in self._stopped.items() if until < now]:
            self._continue(pid)
        if self._redis_away_until is not None and self._redis_away_until < now:
            self._stack.redis.start()
            self._redis_away_until = None
        self._roles = [process for process in self._roles if not process.ended()]
        standing = [process.role for process in self._roles]
        for role in dict.fromkeys(WANTED):
            for _ in range(WANTED.count(role) - standing.count(role)):
                self._roles.append(self._stack.start(role))

    def _pause(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.keep_running()
            time.sleep(min(left, 0.05))

    def _note(self, what: str) -> None:
        self.events.append(f"{time.monotonic() - self._begun:7.2f} {what}")

    def _continue(self, pid: int) -> None:
        processes.send(pid, signal.SIGCONT)
        self._stopped.pop(pid, None)

    def _some(self) -> Process:
        return self._choose.choice(self._roles)

    def kill_role(self) -> None:
        """SIGKILL to a role; the kernel takes its fork along."""
        process = self._some()
        self._note(f"kill {process.role} {process.pid}")
        process.send(signal.SIGKILL)

    def end_role(self) -> None:
        """SIGTERM."""
        process = self._some()
        self._note(f"end {process.role} {process.pid}")
        process.send(signal.SIGTERM)

    def stop_role(self) -> None:
        """SIGSTOP for a while, forks included."""
        process = self._some()
        seconds = self._choose.uniform(0.1, STOP_SECONDS_MAX)
        self._note(f"stop {process.role} {process.pid} for {seconds:.2f} s")
        for pid in processes.in_session(process.pid):
            processes.send(pid, signal.SIGSTOP)
            self._stopped[pid] = time.monotonic() + seconds

    def kill_fork(self) -> None:
        """SIGKILL to what a worker forked, if it has anything in hand."""
        workers = [process for process in self._roles if process.role == "worker"]
        deadline = time.monotonic() + 0.3
        while time.monotonic() < deadline:
            for process in workers:
                for pid in processes.children(process.pid):
                    self._note(f"kill fork {pid} of worker {process.pid}")
                    processes.send(pid, signal.SIGKILL)
                    return

    def kill_redis(self) -> None:
        """SIGKILL to Redis, away for up to 3 s."""
        if self._redis_away_until is None:
            seconds = self._choose.choice((0.0, 0.3, 3.0))
            self._note(f"kill redis for {seconds} s")
            self._stack.redis.kill()
            self._redis_away_until = time.monotonic() + seconds

    def freeze_redis(self) -> None:
        """SIGSTOP to Redis."""
        if self._redis_away_until is None:
            seconds = self._choose.uniform(0.1, STOP_SECONDS_MAX)
            self._note(f"freeze redis for {seconds:.2f} s")
            self._stack.redis.freeze()
            self._stopped[self._stack.redis.pid] = time.monotonic() + seconds

    def flush_redis(self) -> None:
        """FLUSHALL."""
        if self._answers():
            self._note("flushall")
            self._stack.redis.client().flushall()

    def flush_scripts(self) -> None:
        """SCRIPT FLUSH."""
        if self._answers():
            self._note("script flush")
            self._stack.redis.client().script_flush()

    def roll_redis_back(self) -> None:
        """Redis dies and comes back with what it had some time before."""
        if not self._answers():
            return
        copy = self._stack.site.base / "older" / str(len(self.events))
        self._stack.redis.copy_data(copy)
        self._pause(self._choose.uniform(0.2, 3.0))
        if self._answers():
            self._note("redis rolled back")
            self._stack.redis.kill()
            self._stack.redis.restore_data(copy)
            self._stack.redis.start()

    def forge(self) -> None:
        """Entries and jobs that nobody made."""
        if not self._answers():
            return
        self._note("forge")
        client = self._stack.redis.client()
        identity = mint()
        add_entry(client, {b"d": identity.encode(), b"p": self._choose.randbytes(200), b"v": b""})
        for _, fields in entries(client, 3):
            part = fields.get(b"p", b"none")
            add_entry(client, {**fields, b"p": edited(part, self._choose.randrange(len(part)))})
        client.rpush(QUEUE, identity, "not a job!")

    def double(self) -> None:
        """Everything that waits in stream and queue comes twice."""
        if not self._answers():
            return
        self._note("double")
        client = self._stack.redis.client()
        for _, fields in entries(client, 50):
            add_entry(client, fields)
        for job in queued_jobs(client):
            client.rpush(QUEUE, job)

    def spoil_key(self) -> None:
        """A key of ours gets a foreign type."""
        if not self._answers():
            return
        key = self._choose.choice((KEYS.documents, KEYS.stream, KEYS.generations, QUEUE))
        self._note(f"spoil {key}")
        spoil(self._stack.redis.client(), key)

    def second_writer(self) -> None:
        """One more writer, which has to give up or to be the only one."""
        self._note("one more writer")
        self._roles.append(self._stack.start("sink"))

    def _answers(self) -> bool:
        return self._redis_away_until is None and self._stack.redis.pid not in self._stopped
