"""The script that anybody would write first: watchdog, one RQ job per file, stock workers, append and fsync."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time

from redis import Redis
from rq import Queue, Worker
from watchdog.events import FileClosedEvent, FileMovedEvent, FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from benchmarks.rq_job import process_file
from benchmarks.single_loop import line_of


class Enqueue(FileSystemEventHandler):
    """Puts each new file into the queue."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue

    def on_any_event(self, event: FileSystemEvent) -> None:
        path = os.fsdecode(event.dest_path if isinstance(event, FileMovedEvent) else event.src_path)
        if not os.path.basename(path).startswith("."):
            self.queue.enqueue(process_file, path, result_ttl=0)


def work() -> None:
    # As in copydesk's workers, tables are loaded before the fork: else each job would load them anew.
    line_of("warm-up.txt", b'The council met in Paris on Monday. "It took three hours," Mayor Jo Roe said.', "0" * 64)
    connection = Redis.from_url(os.environ["SCRIPT_REDIS"])
    Worker([Queue("files", connection=connection)], connection=connection).work(logging_level="WARNING")


def main() -> None:
    inbox = os.environ["SCRIPT_INBOX"]
    queue = Queue("files", connection=Redis.from_url(os.environ["SCRIPT_REDIS"]))
    workers = [multiprocessing.Process(target=work) for _ in range(int(sys.argv[1]))]
    for worker in workers:
        worker.start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    observer = Observer()
    observer.schedule(Enqueue(queue), inbox, event_filter=[FileClosedEvent, FileMovedEvent])
    observer.start()
    for entry in os.scandir(inbox):
        if not entry.name.startswith("."):
            queue.enqueue(process_file, entry.path, result_ttl=0)
    try:
        while True:
            time.sleep(1)
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()


if __name__ == "__main__":
    main()
