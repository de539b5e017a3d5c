"""One crawl file of gigabytes: every page is one line, and no process grows with the file.

    python -m benchmarks.large_warc [--gigabytes 2] [--page-kilobytes 60]

The pages are texts of the corpus inside a site's navigation and script, with as much of these as the size asks for.
Between them stand responses that are no pages. Reports how many lines there are for how many pages, what was rejected,
the largest resident size of each kind of process, and the growth of the worker between the first tenth and the end.
"""

from __future__ import annotations

import argparse
import html
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.corpus import generate
from benchmarks.report import write_report
from benchmarks.systems import Lines, copydesk

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEXTS = 2_000
_PATIENCE_SECONDS = 120
_IMAGE = b"\x89PNG\r\n\x1a\n" + bytes(3_000)
_LINK = '<li class="menu-item"><a href="/section/{0}/page-{1}">Section {0}, page {1}</a></li>\n'


def page(number: int, text: str, size: int) -> bytes:
    """A page of about `size` bytes around `text`; no two numbers have the same words."""
    paragraphs = [part.strip() for part in text.split("\n") if part.strip()]
    body = "".join(f"<p>{html.escape(part)}</p>\n" for part in paragraphs)
    title = f"Report number {number} of the harbour district"
    head = f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{title}</title></head><body>\n"
    article = f"<article><h1>{title}</h1>\n<p>This is report {number} of the crawl.</p>\n{body}</article>"
    links = max(0, (size - len(head) - len(article)) // len(_LINK))
    menu = "".join(_LINK.format(n % 40, n) for n in range(links // 2))
    script = "<script>var state = [" + ",".join(str(n) for n in range(links * len(_LINK) // 12)) + "];</script>"
    return f"{head}<nav><ul>{menu}</ul></nav>{article}{script}</body></html>".encode()


def record(url: str, media_type: str, payload: bytes) -> bytes:
    """A response record of a WARC file."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (media_type.encode(), len(payload))
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\n"
        f"WARC-Target-URI: {url}\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(answer) + len(payload)}\r\n\r\n"
    )
    return b"%s%s%s\r\n\r\n" % (head.encode(), answer, payload)


def records(size: int, page_size: int) -> Iterator[tuple[bytes, bool]]:
    """Records until `size` bytes are reached, each with whether it is a page."""
    texts = [path.read_text(errors="replace") for path in sorted(generate(_TEXTS).iterdir())]
    written = number = 0
    while written < size:
        number += 1
        url = f"https://crawl.example/{number}"
        is_page = number % 10 != 0
        payload = page(number, texts[number % len(texts)], page_size) if is_page else _IMAGE
        data = record(url, "text/html; charset=utf-8" if is_page else "image/png", payload)
        written += len(data)
        yield data, is_page


def write_crawl(path: Path, size: int, page_size: int) -> int:
    """Write the file; returns how many pages it holds."""
    pages = 0
    with open(path, "wb") as file:
        for data, is_page in records(size, page_size):
            file.write(data)
            pages += is_page
    return pages


def run(folder: Path, crawl: Path, pages: int) -> dict[str, object]:
    """Drop `crawl` before a running service and follow it until the file is archived."""
    size, begin = crawl.stat().st_size, time.monotonic()
    with copydesk(folder) as (tree, inbox, path):
        crawl.rename(inbox / "crawl.warc")
        lines, seen, changed = Lines(path), 0, begin
        while not _is_filed(inbox / ".copydesk" / "archive"):
            tree.check()
            time.sleep(0.2)
            if lines.look() > seen:
                seen, changed = lines.count, time.monotonic()
            elif time.monotonic() - changed > _PATIENCE_SECONDS:
                raise RuntimeError(f"no new line for {_PATIENCE_SECONDS} s after {seen} of {pages}")
        seconds = time.monotonic() - begin
        return {
            "bytes": size,
            "pages": pages,
            "lines": lines.look(),
            "rejected": Lines(path.with_name("rejected.jsonl")).look(),
            "seconds": round(seconds, 1),
            "peak_mb": {kind: round(peak / 1e6, 1) for kind, peak in tree.peak_bytes.items()},
            "growth_mb": _growth(tree.series, begin, seconds),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--page-kilobytes", type=int, default=60)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        crawl = folder / "crawl.warc"
        pages = write_crawl(crawl, int(options.gigabytes * 1e9), options.page_kilobytes * 1024)
        write_report("large_warc", run(folder, crawl, pages))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_filed(archive: Path) -> bool:
    return archive.is_dir() and any(path.is_file() for path in archive.rglob("*crawl.warc*"))


def _growth(series: list[tuple[float, dict[str, int]]], begin: float, seconds: float) -> dict[str, float]:
    """By how much each kind of process was larger in the last tenth than in the second."""

    def largest(kind: str, first: float, last: float) -> int:
        rows = [row for at, row in series if first <= (at - begin) / seconds <= last]
        return max((row[kind] for row in rows if kind in row), default=0)

    kinds = {kind for _, row in series for kind in row}
    return {kind: round((largest(kind, 0.9, 1.0) - largest(kind, 0.1, 0.2)) / 1e6, 1) for kind in sorted(kinds)}


if __name__ == "__main__":
    main()
