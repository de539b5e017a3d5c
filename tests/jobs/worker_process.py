"""A real worker for tests: `python -m tests.jobs.worker_process <url> <settings as JSON>`."""

from __future__ import annotations

import json
import logging
import sys

from tests.conftest import KEY
from tests.jobs.documents import ACTED
from worker.config_files import load_rules
from worker.jobs.run import run_worker
from worker.settings import Settings
from worker.settings import Worker as WorkerSettings

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    settings = Settings(worker=WorkerSettings(**json.loads(sys.argv[2])))
    run_worker(settings, sys.argv[1], KEY, load_rules(), stages=ACTED)
