"""RQ: the queue, the worker, the one job, and what is done when a process dies."""
