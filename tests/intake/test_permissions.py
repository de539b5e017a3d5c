"""What a user who is not root may not do: said, and taken when it is allowed."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from typing import TYPE_CHECKING

import pytest

from tests.intake.desk import Desk, claim_all
from tests.intake.test_attached import reasons
from worker.disk import fsops
from worker.errors import ConfigurationError
from worker.intake.inbox import Inbox

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65534


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Run as a user without rights, where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def nobodys_desk() -> Iterator[Desk]:
    """A desk that belongs to nobody, in a place where nobody may go."""
    folder = tempfile.mkdtemp(prefix="copydesk-nobody-")
    os.chmod(folder, 0o777)
    with as_nobody():
        yield Desk(f"{folder}/desk")
    for path, folders, _ in os.walk(folder):
        for name in folders:
            os.chmod(f"{path}/{name}", 0o700)
    shutil.rmtree(folder)


def test_a_file_without_read_permission_is_refused_until_it_has_it(nobodys_desk: Desk) -> None:
    desk = nobodys_desk
    path = desk.put("secret.txt", b"secret")
    os.chmod(path, 0)
    desk.put("a.txt", b"A")
    attached = desk.attach()
    claim_all(attached)
    assert desk.standing() == {b"a.txt": b"A"}
    assert reasons(desk, attached) == {"secret.txt": "unreadable"}
    os.chmod(path, 0o600)
    claim_all(attached, time.monotonic() + 20)
    assert desk.standing() == {b"a.txt": b"A", b"secret.txt": b"secret"}
    attached.close()


def test_a_folder_that_can_not_be_listed_is_refused_and_tried_again(nobodys_desk: Desk) -> None:
    desk = nobodys_desk
    desk.put("closed/a.txt", b"A")
    os.chmod(f"{desk.inbox}/closed", 0)
    attached = desk.attach()
    claim_all(attached)
    assert reasons(desk, attached) == {"closed/": "unreadable_folder"}
    os.chmod(f"{desk.inbox}/closed", 0o700)
    claim_all(attached, time.monotonic() + 20)
    assert desk.standing() == {b"closed/a.txt": b"A"}
    attached.close()


def test_a_file_that_can_not_be_moved_out_of_its_folder_is_refused_and_tried_again(
    nobodys_desk: Desk,
) -> None:
    desk = nobodys_desk
    desk.put("fixed/a.txt", b"A")
    os.chmod(f"{desk.inbox}/fixed", 0o500)
    attached = desk.attach()
    claim_all(attached)
    assert reasons(desk, attached) == {"fixed/a.txt": "not_removable"}
    assert desk.standing() == {}
    os.chmod(f"{desk.inbox}/fixed", 0o700)
    claim_all(attached, time.monotonic() + 30)
    assert desk.standing() == {}, "it was tried again before its time"
    claim_all(attached, time.monotonic() + 100)
    assert desk.standing() == {b"fixed/a.txt": b"A"}
    attached.close()


def test_a_linked_file_that_can_not_be_removed_from_its_folder_is_not_copied_either(nobodys_desk: Desk) -> None:
    desk = nobodys_desk
    os.link(desk.put("fixed/a.txt", b"A"), f"{desk.path}/twin")
    os.chmod(f"{desk.inbox}/fixed", 0o500)
    attached = desk.attach()
    claim_all(attached)
    assert desk.standing() == {}
    assert reasons(desk, attached) == {"fixed/a.txt": "not_removable"}
    attached.close()


def test_an_original_that_can_not_be_removed_after_all_is_not_taken_twice(nobodys_desk: Desk) -> None:
    desk = nobodys_desk
    os.link(desk.put("fixed/a.txt", b"A"), f"{desk.path}/twin")
    attached = desk.attach()

    def close_the_folder(call: str, length: int) -> None:
        if call == "unlink":
            os.chmod(f"{desk.inbox}/fixed", 0o500)

    with fsops.intercept(close_the_folder):
        claim_all(attached)
    assert reasons(desk, attached) == {"fixed/a.txt": "not_removed"}
    attached.close()
    attached = desk.attach()
    claim_all(attached, time.monotonic() + 10_000)
    assert desk.standing() == {b"fixed/a.txt": b"A"}
    attached.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file that belongs to another")
def test_a_foreign_file_settles_where_its_lease_is_denied(nobodys_desk: Desk) -> None:
    desk = nobodys_desk
    os.seteuid(0)
    path = desk.put("foreign.txt", b"words")
    os.chmod(path, 0o644)
    os.seteuid(NOBODY)
    attached = desk.attach()
    claim_all(attached, 1000.0)
    assert desk.standing() == {}
    claim_all(attached, 1000.2)
    assert desk.standing() == {b"foreign.txt": b"words"}
    attached.close()


def test_an_inbox_that_can_not_be_written_to_names_keep_mode(nobodys_desk: Desk) -> None:
    desk = nobodys_desk
    os.chmod(desk.inbox, 0o500)
    inbox = Inbox(desk.inbox, desk.work, desk.out, [], desk.intake, desk.wake)
    with pytest.raises(ConfigurationError, match=r"intake\.mode.*keep"):
        inbox.attach()


def test_keep_mode_works_on_a_folder_that_can_not_be_written_to(nobodys_desk: Desk) -> None:
    desk = nobodys_desk
    desk.put("a.txt", b"A")
    os.chmod(desk.inbox, 0o500)
    desk.intake = type(desk.intake)(mode="keep", settle_seconds=0.1)
    inbox = Inbox(desk.inbox, desk.work, desk.out, [], desk.intake, desk.wake)
    inbox.attach()
    assert inbox.attached is not None
    claim_all(inbox.attached)
    claim_all(inbox.attached, time.monotonic() + 1)
    assert desk.standing() == {b"a.txt": b"A"}
    inbox.detach()
