"""`python -m worker` is `copydesk`."""

from __future__ import annotations

import sys

from worker.cli.app import main

if __name__ == "__main__":
    sys.exit(main())
