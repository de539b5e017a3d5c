"""The counts of one `ingest`, and how they are shown."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import orjson

from worker.cli.meter import LineCopy, Totals, bar
from worker.disk.layout import OutFolder
from worker.disk.position import Position, Positions, write_position
from worker.ids import derive, mint
from worker.intake.progress import Progress

if TYPE_CHECKING:
    from pathlib import Path


def totals(last: Progress, *, seconds: float = 0.0, complete: bool = True) -> Totals:
    made = Totals(last=last, complete=complete)
    made.begun -= seconds
    return made


def test_what_is_neither_done_nor_known_nor_refused_is_left() -> None:
    half = totals(Progress(found=10, known=2, refused=1, claimed=5, done=4, rejected=1))
    assert (half.done, half.rejected, half.known, half.left) == (4, 1, 2, 3)


def test_what_an_earlier_run_left_half_done_is_not_counted_as_known() -> None:
    resumed = totals(Progress(found=300, known=300, claimed=300, done=300))
    assert (resumed.known, resumed.done, resumed.left) == (0, 300, 0)


def test_a_turn_that_follows_another_goes_on_counting() -> None:
    counts = totals(Progress(found=10, claimed=6, done=4, rejected=1))
    counts.turn_over()
    counts.last = Progress(found=10, known=6, claimed=6, done=6, rejected=1)
    assert (counts.done, counts.rejected, counts.known, counts.left) == (10, 2, 0, 0)


def test_the_exit_code_tells_how_it_ended() -> None:
    assert totals(Progress(found=1, claimed=1, done=1)).exit_code == 0
    assert totals(Progress(found=1, claimed=1, done=1, rejected=1)).exit_code == 3
    assert totals(Progress(found=1, refused=1)).exit_code == 3
    assert totals(Progress(found=1), complete=False).exit_code == 1


def test_the_bar_shows_share_rate_and_remaining_time() -> None:
    text = bar(totals(Progress(found=2000, claimed=600, done=500, rejected=2), seconds=10.0))
    assert text.startswith("[######..................]  25%  500 of 2,000  50 a second  0:30 left")
    assert text.endswith("  2 rejected")
    assert "left" not in bar(totals(Progress(found=2000)))
    assert bar(totals(Progress())).startswith("[####")
    assert "waiting for another" in bar(totals(Progress(waiting=True)))


def test_only_whole_lines_of_a_growing_file_are_copied(tmp_path: Path) -> None:
    path, target = tmp_path / "lines", io.BytesIO()
    copy = LineCopy(str(path), target)
    copy.go_on()
    for piece, expected in ((b"one\ntw", b"one\n"), (b"o", b"one\n"), (b"\nthree\n", b"one\ntwo\nthree\n")):
        with open(path, "ab") as file:
            file.write(piece)
        copy.go_on()
        assert target.getvalue() == expected


def test_where_nobody_else_writes_it_is_lines_that_are_counted(tmp_path: Path) -> None:
    """A file that holds many documents is many."""
    out = OutFolder(str(tmp_path))
    out.create()
    write_position(out, Positions(articles=Position(1, 5, 100)))
    counts = totals(Progress(found=2, claimed=2, done=2))
    assert (counts.articles, counts.rejected) == (2, 0), "beside a service: files"
    counts.alone(out)
    write_position(out, Positions(articles=Position(1, 12, 900), rejected=Position(1, 3, 50)))
    assert (counts.done, counts.articles, counts.rejected, counts.exit_code) == (2, 7, 2, 3)


def test_beside_a_service_the_lines_of_what_was_given_are_counted_and_no_others(tmp_path: Path) -> None:
    """One file is an article, one a container with a bad member; the rest are the service's own."""
    out = OutFolder(str(tmp_path))
    out.create()
    single, container, other = mint(), mint(), mint()
    articles = [(other, None), (single, None), *((derive(container, name), name) for name in ("a.txt", "b.txt"))]
    articles.append((derive(other, "a.txt"), "a.txt"))
    with open(out.active("articles"), "wb") as file:
        for seq, (document, member) in enumerate(articles, 1):
            file.write(orjson.dumps({"seq": seq, "kind": "article", "id": document, "source": {"member": member}}))
            file.write(b"\n")
    with open(out.active("rejected"), "wb") as file:
        for document, member in ((derive(container, "c.bin"), "c.bin"), (other, None)):
            file.write(orjson.dumps({"id": document, "member": member}) + b"\n")
    counts = totals(Progress(found=2))
    counts.beside(out, Positions())
    counts.take(Progress(found=2, claimed=2, done=2, documents=(single, container)))
    assert (counts.articles, counts.rejected) == (2, 0), "until it has looked: files"
    counts.count()
    assert (counts.done, counts.articles, counts.rejected, counts.exit_code) == (2, 3, 1, 3)
    counts.turn_over()
    counts.alone(out)
    assert (counts.done, counts.articles, counts.rejected) == (2, 3, 1)


def test_a_rejected_file_shows_though_its_line_was_moved_away(tmp_path: Path) -> None:
    counts = totals(Progress(found=1))
    counts.beside(OutFolder(str(tmp_path)), Positions())
    counts.take(Progress(found=1, claimed=1, done=1, rejected=1, documents=(mint(),)))
    counts.count()
    assert (counts.rejected, counts.exit_code) == (1, 3)
