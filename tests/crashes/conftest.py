"""What every fault needs: a stack of its own that ends with the test."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.crashes.harness.server import RedisServer
from tests.crashes.harness.site import Site
from tests.crashes.harness.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


HERE = os.path.dirname(os.path.abspath(__file__))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder are such of crashes; the hook is given those of all folders."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.crashes)


class NewStack(Protocol):
    """Makes a stack with its Redis running and no role started."""

    def __call__(
        self, settings: Mapping[str, str] | None = None, *, keep: bool = False, options: tuple[str, ...] = ()
    ) -> Stack:
        """`settings` are COPYDESK_ variables, `options` those of Redis; `keep` leaves files in the inbox."""


@pytest.fixture
def new_stack(tmp_path: Path) -> Iterator[NewStack]:
    stacks: list[Stack] = []

    def make(settings: Mapping[str, str] | None = None, *, keep: bool = False, options: tuple[str, ...] = ()) -> Stack:
        site = Site(tmp_path / str(len(stacks)), keep=keep)
        site.create()
        chosen = dict(settings or {}) | ({"COPYDESK_INTAKE_MODE": "keep"} if keep else {})
        stack = Stack(site, RedisServer(site, options), chosen)
        stacks.append(stack)
        stack.redis.start()
        return stack

    yield make
    for stack in stacks:
        stack.close()
