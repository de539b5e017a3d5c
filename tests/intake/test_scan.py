"""The listing is lazy, follows nothing, and comes to every file once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.intake.scan import Found, Odd, Rules, ignored_names, walk
from worker.intake.tree import Tree
from worker.settings import Intake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.intake.desk import Desk

DEFAULT = ignored_names(Intake().ignore)


@pytest.fixture
def tree(desk: Desk) -> Iterator[Tree]:
    found = Tree(desk.inbox)
    yield found
    found.close()


def found(tree: Tree, rules: Rules, start: bytes = b"") -> list[bytes]:
    return sorted(item.path for item in walk(tree, rules, start) if isinstance(item, Found))


def test_every_file_is_found_once(desk: Desk, tree: Tree) -> None:
    names = sorted({f"{number % 3}/{number % 5}/{number}".encode() for number in range(50)})
    for name in names:
        desk.put(name)
    assert found(tree, Rules(DEFAULT, 32)) == names
    assert found(tree, Rules(DEFAULT, 32), b"1/2") == [name for name in names if name.startswith(b"1/2/")]


def test_nothing_is_read_before_it_is_asked_for(desk: Desk, tree: Tree) -> None:
    for number in range(5):
        desk.put(f"{number}/a.txt")
    listing = walk(tree, Rules(DEFAULT, 32))
    first = next(listing)
    for number in range(5):
        if isinstance(first, Found) and first.path != f"{number}/a.txt".encode():
            os.unlink(f"{desk.inbox}/{number}/a.txt")
    assert list(listing) == []


def test_a_folder_that_goes_away_during_the_listing_is_passed_over(desk: Desk, tree: Tree) -> None:
    desk.put("a.txt")
    os.makedirs(f"{desk.inbox}/sub")
    listing = walk(tree, Rules(DEFAULT, 32))
    assert next(listing) == Found(b"a.txt")
    os.rmdir(f"{desk.inbox}/sub")
    assert list(listing) == []


def test_avoided_folders_are_not_entered(desk: Desk, tree: Tree) -> None:
    for name in ("a.txt", "out/b.txt", "out/deep/c.txt", "outer/d.txt"):
        desk.put(name)
    rules = Rules(DEFAULT, 32, frozenset({b"out"}))
    assert found(tree, rules) == [b"a.txt", b"outer/d.txt"]
    looked_at = [rules.looks_at(name) for name in (b"out", b"out/b.txt", b"outer/d.txt")]
    assert looked_at == [False, False, True]


def test_our_own_folder_is_never_listed_even_with_nothing_to_ignore(desk: Desk, tree: Tree) -> None:
    desk.put(".copydesk/claimed/x/y")
    desk.put(".copydesk-trial")
    desk.put(".a")
    assert found(tree, Rules(ignored_names(()), 32)) == [b".a"]


def test_events_and_listing_agree_on_what_is_looked_at(desk: Desk, tree: Tree) -> None:
    for name in ("a.txt", ".a", "b.tmp/a.txt", "1/2/a.txt", "1/2/3/a.txt", "1/a.part"):
        desk.put(name)
    rules = Rules(DEFAULT, 2)
    everything = [os.path.relpath(os.path.join(f, n), desk.inbox) for f, _, names in os.walk(desk.inbox) for n in names]
    assert sorted(path.encode() for path in everything if rules.looks_at(path.encode())) == found(tree, rules)


def test_what_is_no_file_is_named_with_its_reason(desk: Desk, tree: Tree) -> None:
    os.mkfifo(f"{desk.inbox}/pipe")
    os.symlink("/", f"{desk.inbox}/link")
    odd = {item.path: item.reason for item in walk(tree, Rules(DEFAULT, 32)) if isinstance(item, Odd)}
    assert odd == {b"pipe": "fifo", b"link": "symbolic_link"}


@given(st.binary(min_size=1, max_size=20).filter(lambda name: b"/" not in name and b"\0" not in name))
def test_any_name_can_be_matched(name: bytes) -> None:
    rules = Rules(DEFAULT, 32)
    assert rules.ignores(name + b".tmp")
    assert rules.ignores(b"." + name)
    assert rules.ignores(name + b".txt") == name.startswith(b".")


def test_a_question_mark_is_one_byte_and_a_name_outside_ascii_matches_itself() -> None:
    rules = Rules(ignored_names(("?.x", "caf\u00e9*")), 32)
    assert [rules.ignores(name) for name in (b"\xe9.x", b"ab.x", "caf\u00e9s".encode(), b"caf\xe9s")] == [
        True,
        False,
        True,
        False,
    ]


def test_a_tree_does_not_follow_a_link_on_its_way(desk: Desk, tree: Tree) -> None:
    desk.put("a.txt", below="elsewhere")
    os.symlink(f"{desk.path}/elsewhere", f"{desk.inbox}/link")
    with pytest.raises(OSError, match=r"link|directory"):
        tree.at(b"link/a.txt")


def test_a_tree_keeps_few_descriptors_open(desk: Desk, tree: Tree) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for number in range(300):
        desk.put(f"{number}/a.txt")
        tree.at(f"{number}/a.txt".encode())
    assert len(os.listdir("/proc/self/fd")) - before < 150
    tree.release()
    assert len(os.listdir("/proc/self/fd")) - before < 10
