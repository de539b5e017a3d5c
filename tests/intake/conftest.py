"""Every test of the intake has a desk of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.intake.desk import Desk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Empty folders."""
    return Desk(str(tmp_path / "desk"))
