"""What can go wrong, and whether trying again helps.

Three kinds, and nothing else is caught: a transient error is tried again, a permanent one becomes a rejection with its
reason, a configuration error refuses to start and names the key and the fix. Any other exception is a bug.
"""

from __future__ import annotations


class CopydeskError(Exception):
    """Any failure that copydesk foresees."""


class TransientError(CopydeskError):
    """Trying the same again later can help: Redis is away, the disk is full, the writer is not ready yet."""


class PermanentError(CopydeskError):
    """Trying again cannot help: this document is rejected.

    Args:
        stage: the step that refused it, such as `parse`.
        error: the reason as a stable snake_case code, such as `unsupported_format`.
        message: the reason in one sentence for a person.
    """

    def __init__(self, stage: str, error: str, message: str) -> None:
        super().__init__(f"{stage}: {error}: {message}")
        self.stage = stage
        self.error = error
        self.message = message


class ConfigurationError(CopydeskError):
    """copydesk refuses to start.

    Args:
        key: the setting at fault, such as `intake.batch_max`.
        problem: what is wrong with it, in one clause.
        fix: what to do about it, in one clause.
    """

    def __init__(self, key: str, problem: str, fix: str) -> None:
        super().__init__(f"{key}: {problem}. Fix: {fix}.")
        self.key = key
        self.problem = problem
        self.fix = fix
