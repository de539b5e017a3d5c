"""The settings as a table: key, variable, kind, default and limits of each, in the order of the file."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from worker.settings import Limits, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

Value = str | bool | int | float | tuple[str, ...]
"""What a setting can be."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as it is declared; `kind` is its type as written: str, bool, int, float, tuple[str, ...]."""

    section: str
    name: str
    kind: str
    default: Value
    limits: Limits

    @property
    def key(self) -> str:
        """Its name in messages: `intake.batch_max`."""
        return f"{self.section}.{self.name}"

    @property
    def variable(self) -> str:
        """The environment variable that sets it: `COPYDESK_INTAKE_BATCH_MAX`."""
        return f"COPYDESK_{self.section}_{self.name}".upper()

    def of(self, settings: Settings) -> Value:
        """Its value in `settings`."""
        value: Value = getattr(getattr(settings, self.section), self.name)
        return value


def sections() -> dict[str, type]:
    """The dataclass of each section, by its name, in the order of the file."""
    return {field.name: field.default_factory for field in dataclasses.fields(Settings)}  # type: ignore[misc]


def every_setting() -> Iterator[Setting]:
    """All settings in the order of the file."""
    for section, cls in sections().items():
        for each in dataclasses.fields(cls):
            default = cast("Value", each.default)
            yield Setting(section, each.name, str(each.type), default, each.metadata["limits"])
