"""The worker: takes jobs from the queue and has a process of its own that opens their documents.

RQ's worker, with its loop, its process and what it does about deaths replaced. RQ's own answers to a lost
connection are to quit, and to a dead process to try the whole job again.
"""

from __future__ import annotations

import contextlib
import signal
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from rq import worker_registration
from rq.exceptions import DequeueTimeout
from rq.executions import Execution, ExecutionRegistry
from rq.worker import Worker as RqWorker

from worker.jobs.horse import fork_horse
from worker.jobs.limits import Limits
from worker.jobs.process_job import work
from worker.jobs.recovery import Recovery, after_death
from worker.jobs.safe_rq import SafeJob, SafeQueue, rq_keys, safe_queue
from worker.jobs.split import Death, death_of
from worker.jobs.stopping import StopAskedError, StopForcedError
from worker.store.connection import AWAY, wait_until_up

if TYPE_CHECKING:
    from rq.job import Job
    from rq.queue import Queue

    from worker.jobs.desk import Desk
    from worker.jobs.horse import Answer, Horse
    from worker.jobs.learned import Rulebook
    from worker.jobs.stopping import Stopping

# Another worker sees the death of this one after at most the life of a heartbeat and one look: 10 seconds.
HEARTBEAT_SECONDS = 2
HEARTBEAT_TTL_SECONDS = 8
DEQUEUE_SECONDS = 2
WORKER_TTL_SECONDS = 15


class Worker(RqWorker):
    """One worker on the one queue. `serve` is its life."""

    def __init__(self, desk: Desk, stopping: Stopping, rulebook: Rulebook | None = None) -> None:
        self._desk = desk
        self._rulebook = rulebook
        self._stopping = stopping
        self._limits = Limits(desk.settings.worker)
        self._recovery = Recovery(desk.client, desk.keys, desk.key)
        self._looked = float("-inf")
        self._horse: Horse | None = None
        self._job: str | None = None
        queue = safe_queue(desk.client, desk.keys, desk.key)
        super().__init__(
            [queue],
            connection=desk.client,
            job_class=SafeJob,
            queue_class=SafeQueue,
            serializer=queue.serializer,
            job_monitoring_interval=HEARTBEAT_SECONDS,
        )

    @property
    def connection_timeout(self) -> int:
        """RQ raises the socket's timeout to this: more than it waits for a job."""
        return DEQUEUE_SECONDS + 3

    def serve(self) -> None:
        """Work until a signal asks to stop: then the job in hand is finished first.

        Raises:
            one of `AWAY`: Redis is away; another worker is to be made when it is back.
            StopForcedError: stopped at once; the job in hand waits again.
        """
        try:
            self._have_horse()
            self.register_birth()  # type: ignore[no-untyped-call]
            while True:
                self._have_horse()
                self._look_after()
                found = self._next()
                if found is not None:
                    self.execute_job(*found)
        except StopAskedError:
            with contextlib.suppress(*AWAY):
                self.register_death()  # type: ignore[no-untyped-call]
        except StopForcedError:
            self._put_back()
            raise
        finally:
            self._dismiss()

    def _have_horse(self) -> None:
        """Have a living process ready for the next job."""
        if self._horse is not None and self._horse.answer(0) == "dead":
            self._dismiss()
        self._horse = self._horse or fork_horse(self._limits, self._work)

    def _look_after(self) -> None:
        """Show a sign of life and look for dead colleagues, every few seconds."""
        if time.monotonic() - self._looked < HEARTBEAT_SECONDS:
            return
        with self.connection.pipeline() as pipe:
            # All that a birth says: a Redis that came back younger than this worker has lost it.
            pipe.hset(self.key, mapping=self.serialize())
            self.heartbeat(WORKER_TTL_SECONDS, pipeline=pipe)
            worker_registration.register(self, pipe)
            pipe.execute()
        self._recovery.look()
        self._looked = time.monotonic()

    def _next(self) -> tuple[Job, Queue] | None:
        found = None
        try:
            with self._stopping.idle():
                found = SafeQueue.dequeue_any(
                    self.queues,
                    DEQUEUE_SECONDS,
                    connection=self.connection,
                    job_class=self.job_class,
                    serializer=self.serializer,
                )
        except DequeueTimeout:
            return None
        except StopAskedError:
            # A job that has just been taken is done first. One that was taken in the very moment waits in the
            # intermediate list for the next worker.
            if found is None:
                raise
        return found

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Do one job, or see to it that its documents go on where its process died."""
        job.origin = queue.name
        self._job = job.id
        execution = self.prepare_execution(job)
        answer = self._answer(job, execution)
        self.executions.pop(execution.id, None)
        if answer in {"done", "last"}:
            self._acknowledge(job, execution)
        else:
            self._go_on(job.id, self._death(answer))
        self._job = None
        if answer in {"dead", "last"}:
            self._dismiss()

    def prepare_execution(self, job: Job) -> Execution:
        """Note in Redis, in one step, that the job is this worker's from now on."""
        with self.connection.pipeline() as pipe:
            execution = Execution.create(job, HEARTBEAT_TTL_SECONDS, pipeline=pipe, worker_name=self.name)
            job.prepare_for_execution(self.name, pipeline=pipe)
            pipe.lrem(rq_keys(self._desk.keys).moving, 0, job.id)
            pipe.execute()
        self.executions[execution.id] = execution
        return execution

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:  # noqa: ARG002 - RQ's hook
        """How long this worker counts as alive after a sign of life, in seconds."""
        return HEARTBEAT_TTL_SECONDS

    def _answer(self, job: Job, execution: Execution) -> Answer:
        assert self._horse is not None
        self._limits.mark.put(None)
        self._horse.give(job.id)
        while (answer := self._horse.answer(HEARTBEAT_SECONDS)) is None:
            if self._stopping.asked:
                self._limits.mark.ask_to_stop()
            # Redis may be away for a while: then the process waits for it as well.
            with contextlib.suppress(*AWAY):
                self.maintain_heartbeats(job, execution)
        return answer

    def _acknowledge(self, job: Job, execution: Execution) -> None:
        """Take a job that is done off RQ's books, in one step."""
        with self.connection.pipeline() as pipe:
            pipe.delete(job.key, ExecutionRegistry.key_template.format(job.id))
            execution.delete(job, pipe)
            pipe.execute()

    def _death(self, answer: Answer) -> Death:
        if answer == "back":
            return Death("transient")
        assert self._horse is not None
        return death_of(self._horse.end(), *self._limits.mark.get())

    def _go_on(self, job: str, death: Death) -> None:
        """Let the documents of a job that was not done go on, once Redis is there."""
        while True:
            try:
                return after_death(self._desk.client, self._desk.keys, self._desk.key, job, death)
            except AWAY:
                if self._stopping.asked:
                    return None  # found abandoned by the next worker
                wait_until_up(self.connection, lambda: self._stopping.asked)

    def _work(self, job: str) -> None:
        if self._rulebook is not None:
            # In the process of the jobs: what it takes over lives as long as that.
            self._desk = self._desk.patiently(partial(self._rulebook.applied, self._desk))
        work(replace(self._desk, stop_asked=self._limits.mark.stop_asked), job, self._limits.document)

    def _dismiss(self) -> None:
        if self._horse is not None:
            self._horse.end()
            self._horse = None

    def _put_back(self) -> None:
        """Kill the process and let its job wait again, in a second; else it is found abandoned later."""
        if self._horse is not None:
            self._horse.end(kill=True)
        if self._job is not None:
            signal.alarm(1)
            with contextlib.suppress(*AWAY):
                after_death(self._desk.client, self._desk.keys, self._desk.key, self._job, Death("transient"))
            signal.alarm(0)
