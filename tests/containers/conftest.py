"""An image built once, and a running stack that the tests of a module share."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

import pytest

from tests.containers.stack import BUILD_ARGUMENTS, IMAGE, Stack, find_compose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def compose_words() -> tuple[str, ...]:
    """The words that call Compose; without an engine there is nothing to prove here."""
    words = find_compose()
    if words is None:
        reason = "no container engine answers, or Compose is missing"
        if os.environ.get("CONTAINERS_REQUIRED"):
            pytest.fail(reason)
        pytest.skip(reason)
    return words


@pytest.fixture(scope="session")
def new_stack(
    compose_words: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Stack]]:
    """Makes stacks, not yet started, whose folders the engine has to make; all are removed at the end."""
    stacks: list[Stack] = []

    def make() -> Stack:
        folder = tmp_path_factory.mktemp("stack")
        # Root does not run the service: for root the first ordinary user of a machine stands in.
        owner = (os.getuid(), os.getgid()) if os.getuid() else (1000, 1000)
        stack = Stack(compose_words, f"copydesk-{secrets.token_hex(4)}", folder / "in box", folder / "out", owner)
        stacks.append(stack)
        return stack

    handed_on = [f"--build-arg={name}" for name in BUILD_ARGUMENTS if os.environ.get(name)]
    make().compose("build", *handed_on, seconds=420)
    yield make
    for stack in stacks:
        stack.compose("down", "--volumes", "--remove-orphans", "--timeout", "2")


@pytest.fixture(scope="session")
def image(new_stack: Callable[[], Stack]) -> str:
    """The name of the built image."""
    return IMAGE


@pytest.fixture(scope="module")
def stack(new_stack: Callable[[], Stack]) -> Stack:
    """A running stack with two workers."""
    stack = new_stack()
    stack.up()
    return stack
