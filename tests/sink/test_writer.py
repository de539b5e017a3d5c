from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.sink.material import content, joined, numbered
from worker.disk.position import Position, read_position
from worker.errors import ConfigurationError
from worker.settings import Sink
from worker.sink.outputs import OutputDamagedError
from worker.sink.writer import Writer

if TYPE_CHECKING:
    from tests.sink.material import Place
    from worker.disk.layout import OutFolder

NOW = 1_700_000_000.0


def write(out: OutFolder, *groups: list[bytes], settings: Sink | None = None) -> None:
    writer = Writer(out, settings or Sink(), 0.0)
    for group in groups:
        writer.write_group({"articles": group}, NOW)
    writer.close()


def test_an_empty_folder_gets_the_files_that_readers_wait_for(place: Place) -> None:
    Writer(place.out, Sink(), 0.0).close()
    assert sorted(os.listdir(place.out.path)) == [".copydesk", "articles.jsonl", "rejected.jsonl"]


def test_lines_of_several_outputs_are_appended_in_order(place: Place) -> None:
    writer = Writer(place.out, Sink(), 0.0)
    writer.write_group({"articles": [b"a1", b"a2"], "rejected": [b"r1"]}, NOW)
    writer.write_group({"articles": [b"a3"], "duplicates": [b"d1"]}, NOW)
    writer.close()
    found = {name: content(place.out, name) for name in ("articles", "duplicates", "rejected")}
    assert found == {"articles": b"a1\na2\na3\n", "duplicates": b"d1\n", "rejected": b"r1\n"}


def test_the_position_counts_lines_and_bytes(place: Place) -> None:
    writer = Writer(place.out, Sink(), 0.0)
    writer.write_group({"articles": [b"four", b"more"], "rejected": [b"r"]}, NOW)
    assert writer.positions().articles == Position(1, 3, 10)
    assert writer.positions().rejected == Position(1, 2, 2)
    assert writer.positions().duplicates == Position()
    assert read_position(place.out) == writer.positions()
    writer.close()


def test_a_new_writer_goes_on_where_the_last_one_ended(place: Place) -> None:
    write(place.out, numbered(1, 3), numbered(4, 2))
    writer = Writer(place.out, Sink(), 0.0)
    assert writer.positions().articles.ordinal == 6
    writer.write_group({"articles": numbered(6, 1)}, NOW)
    writer.close()
    assert content(place.out) == joined(numbered(1, 6))


def test_a_group_of_nothing_changes_nothing(place: Place) -> None:
    writer = Writer(place.out, Sink(), 0.0)
    before = writer.positions()
    writer.write_group({"articles": [], "rejected": []}, NOW)
    assert writer.positions() == before
    writer.close()


def test_outputs_get_the_mode_of_the_settings(place: Place) -> None:
    old = os.umask(0o077)
    try:
        write(place.out, numbered(1, 1), settings=Sink(file_mode="0640"))
    finally:
        os.umask(old)
    assert os.stat(place.out.active("articles")).st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_root_gives_outputs_to_the_owner_of_the_folder(place: Place) -> None:
    os.chown(place.out.path, 1234, 1235)
    write(place.out, numbered(1, 1))
    status = os.stat(place.out.active("articles"))
    assert (status.st_uid, status.st_gid) == (1234, 1235)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_named_owner_goes_before_that_of_the_folder(place: Place) -> None:
    write(place.out, numbered(1, 1), settings=Sink(owner="77:78"))
    status = os.stat(place.out.active("articles"))
    assert (status.st_uid, status.st_gid) == (77, 78)


def test_an_owner_that_is_none_is_refused(place: Place) -> None:
    with pytest.raises(ConfigurationError, match=r"sink\.file_mode"):
        Writer(place.out, Sink(owner="nobody"), 0.0)


def external_rotation(path: str) -> None:
    os.rename(path, f"{path}.1")
    with open(path, "wb"):
        pass


def move_away(path: str) -> None:
    os.rename(path, f"{path}.1")


def copytruncate(path: str) -> None:
    os.truncate(path, 0)


def foreign_append(path: str) -> None:
    with open(path, "ab") as file:
        file.write(b"hello\n")


def edit_in_place(path: str) -> None:
    """As `sed -i` does it: another file with the same length under the same name."""
    with open(path, "rb") as file, open(f"{path}.edited", "wb") as edited:
        edited.write(file.read())
    os.rename(f"{path}.edited", path)


HANDS = (external_rotation, move_away, copytruncate, foreign_append)


@pytest.mark.parametrize("hand", [*HANDS, edit_in_place])
def test_a_strangers_hand_on_an_output_stops_the_writer(place: Place, hand: object) -> None:
    assert callable(hand)
    writer = Writer(place.out, Sink(), 0.0)
    writer.write_group({"articles": numbered(1, 3)}, NOW)
    hand(place.out.active("articles"))
    before = snapshot(place.out)
    with pytest.raises(OutputDamagedError, match=r"articles\.jsonl: .* Fix: "):
        writer.write_group({"articles": numbered(4, 1)}, NOW)
    writer.close()
    assert snapshot(place.out) == before


@pytest.mark.parametrize("hand", HANDS)
def test_a_strangers_hand_while_nobody_writes_is_refused_at_each_start(place: Place, hand: object) -> None:
    assert callable(hand)
    write(place.out, numbered(1, 2), numbered(3, 2))
    hand(place.out.active("articles"))
    before = snapshot(place.out)
    for _ in range(2):
        with pytest.raises(OutputDamagedError, match=r"articles\.jsonl: .* Fix: "):
            Writer(place.out, Sink(), 0.0)
    assert snapshot(place.out) == before


@pytest.mark.parametrize("hand", [external_rotation, move_away])
def test_the_first_group_of_a_segment_is_not_written_twice(place: Place, hand: object) -> None:
    """Another file of no length could be the segment before its first line, but for the inode."""
    assert callable(hand)
    write(place.out, numbered(1, 2))
    hand(place.out.active("articles"))
    with pytest.raises(OutputDamagedError):
        Writer(place.out, Sink(), 0.0)
    assert not os.path.exists(place.out.active("articles")) or content(place.out) == b""


def test_a_torn_tail_that_no_journal_has_is_refused(place: Place) -> None:
    write(place.out, numbered(1, 2))
    with open(place.out.active("articles"), "ab") as file:
        file.write(b'{"seq":3,"id"')
    with pytest.raises(OutputDamagedError, match="something else has written to it"):
        Writer(place.out, Sink(), 0.0)


def test_a_link_in_the_place_of_an_output_is_refused(place: Place) -> None:
    os.symlink("/dev/null", place.out.active("articles"))
    with pytest.raises(OutputDamagedError, match="no regular file"):
        Writer(place.out, Sink(), 0.0)


def test_a_folder_copied_to_another_disk_is_gone_on_with(place: Place) -> None:
    write(place.out, numbered(1, 2))
    path = place.out.active("articles")
    with open(path, "rb") as file:
        data = file.read()
    os.rename(path, f"{path}.old")
    with open(path, "wb") as file:
        file.write(data)
    os.unlink(f"{path}.old")
    write(place.out, numbered(3, 1))
    assert content(place.out) == joined(numbered(1, 3))


def snapshot(out: OutFolder) -> dict[str, bytes]:
    files = {}
    for name in os.listdir(out.path):
        if name.startswith("articles"):
            with open(f"{out.path}/{name}", "rb") as file:
                files[name] = file.read()
    return files
