"""Throws damaged documents at each reader: no crash, no hang over 2 s, no more than 500 MB.

    python -m benchmarks.fuzz [FORMAT ...] [--seconds 60] [--keep FOLDER]

Coverage-guided by atheris where that is installed (`pip install atheris`), which then says `guided`; else by
mutation alone. It begins with the samples in `seeds/` and the cases in `tests/fuzz/cases/`. A reader may refuse any
bytes with a PermanentError; anything else it raises is a finding. Findings are written to the folder of `--keep`;
mended, they belong into `tests/fuzz/cases/` under the name `<format>-<what it was>`.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import io
import os
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from worker.config_files import load_rules
from worker.draft import Draft
from worker.errors import PermanentError
from worker.parse.format_table import FORMATS, TEXT, Format
from worker.parse.formats import format_of, read
from worker.parse.members import BadMember

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDERS = (f"{ROOT}/seeds", f"{ROOT}/tests/fuzz/cases")
SECONDS_MAX, MEMORY_MB_MAX = 2.0, 500
RULES = load_rules()
NAMES = (*(form.name for form in FORMATS if form.is_read and form.name != "xml"), TEXT.name)
LIBRARIES = {
    "feed": ("feedparser",),
    "mail": ("email.parser", "email._parseaddr", "email.header"),
    "mbox": ("email.parser", "email._parseaddr", "email.header"),
    "warc": ("warcio.archiveiterator",),
    "arc": ("warcio.archiveiterator",),
    "tar": ("tarfile",),
    "zip": ("zipfile",),
}
PIECES = (
    b"<", b">", b"</", b"<!--", b"<![CDATA[", b"]]>", b"&#0;", b"&a;", b"<!DOCTYPE x>", b"{", b"}", b"[", b"]", b'"',
    b"\\ud800", b"1e999", b"-1", b"99999999999999999999", b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\r\n", b"\n\n",
    b"\n--", b"=?utf-8?b?", b"?=", b"boundary=", b"From ", b"Content-Length: 0\r\n", b"Transfer-Encoding: chunked\r\n",
    b"PK\x01\x02", b"PK\x05\x06", b"PK\x03\x04", b"\x1f\x8b\x08", b"ustar", b"---\n", b"WARC/1.0\r\n", b"((((",
    b"\x00\x00\x00\xff",
)  # fmt: skip


def samples(name: str) -> Iterator[bytes]:
    """The samples and cases of a format; the member of a compressed one is what is compressed."""
    for folder in FOLDERS:
        for file in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
            with open(f"{folder}/{file}", "rb") as held:
                data = held.read()
            if file.startswith(f"{name}-") or format_of(data, file).name == name:
                yield data


def try_on(form: Format, data: bytes) -> None:
    """Read `data` as `form`, and everything that it holds."""
    try:
        if form.read is not None:
            form.read(data, RULES)
            return
        if form.is_unpacked:
            got = read(data, "a", RULES)
        elif form.open is not None:
            got = form.open(data, RULES)
        else:
            assert form.stream is not None
            got = form.stream(io.BytesIO(data), RULES)
        if isinstance(got, Draft):
            return
        for number, member in enumerate(got.members):
            if number > 1000:
                return
            if not isinstance(member, BadMember):
                _try_member(member.read, member.data, member.name)
    except PermanentError:
        return


def _try_member(reader: object, data: bytes, name: str) -> None:
    try:
        if callable(reader):
            reader(data, RULES)
        else:
            read(data, name, RULES)
    except PermanentError:
        return


def mutated(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """`data` with a few changes: bits, pieces in and out, repeated, moved, from another sample, or cut."""
    held = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        at = chance.randrange(len(held) + 1)
        length = chance.choice((1, 2, 8, 64, 500))
        match chance.randrange(7):
            case 0 if held:
                held[at % len(held)] ^= 1 << chance.randrange(8)
            case 1:
                held[at:at] = chance.choice(PIECES)
            case 2:
                del held[at : at + length]
            case 3:
                held[at:at] = held[at : at + length] * chance.choice((2, 10, 200))
            case 4:
                other = chance.choice(others)
                start = chance.randrange(len(other) + 1)
                held[at : at + length] = other[start : start + length]
            case 5:
                held[at:at] = chance.choice(PIECES) * chance.choice((10, 3000))
            case _:
                del held[at:]
    return bytes(held[: 1 << 20])


def mutations(name: str, seconds: float, seed: int = 0) -> Iterator[bytes]:
    """Damaged samples of a format, for `seconds`; the same for the same seed as far as they go."""
    chance = random.Random(f"{name} {seed}")
    corpus = list(samples(name))
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        yield mutated(chance.choice(corpus), corpus, chance)


def run_mutations(form: Format, seconds: float, keep: str) -> int:
    """The number of inputs; stops at the first finding."""
    tried = 0
    for data in mutations(form.name, seconds, seed=int(time.time())):
        began = time.process_time()
        tried += 1
        try:
            try_on(form, data)
            slow = time.process_time() - began
            assert slow <= SECONDS_MAX, f"{slow:.1f} s"
        except BaseException:
            with open(f"{keep}/{form.name}-{tried}", "wb") as file:
                file.write(data)
            raise
    return tried


def run_guided(form: Format, seconds: float, keep: str) -> None:
    """Never returns: libFuzzer ends the process, with 0 where nothing was found."""
    import atheris

    with atheris.instrument_imports():
        for library in LIBRARIES.get(form.name, ()):
            importlib.import_module(library)
    for module in [module for name, module in sys.modules.items() if name.startswith("worker.parse")]:
        for function in [f for f in vars(module).values() if inspect.isfunction(f) and f.__module__ == module.__name__]:
            atheris.instrument_func(function)
    corpus = f"{keep}/corpus-{form.name}"
    os.makedirs(corpus, exist_ok=True)
    for number, data in enumerate(samples(form.name)):
        with open(f"{corpus}/seed-{number}", "wb") as file:
            file.write(data)
    limits = [f"-max_total_time={int(seconds)}", f"-timeout={int(SECONDS_MAX * 5)}", f"-rss_limit_mb={MEMORY_MB_MAX}"]
    more = ["-max_len=65536", f"-artifact_prefix={keep}/{form.name}-", "-print_final_stats=1", "-verbosity=1"]
    atheris.Setup([sys.argv[0], *limits, *more, corpus], lambda data: try_on(form, data))
    atheris.Fuzz()


def is_guided() -> bool:
    try:
        import atheris  # noqa: F401
    except ImportError:
        return False
    return True


def run_one(name: str, seconds: float, keep: str, *, guided: bool) -> tuple[bool, str]:
    """Whether nothing was found, and the last lines of the process."""
    command = [sys.executable, "-m", "benchmarks.fuzz", name, "--seconds", str(seconds), "--keep", keep, "--inside"]
    command += [] if guided else ["--unguided"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    lines = (run.stdout + run.stderr).strip().splitlines()
    told = [line for line in lines if "number_of_executed_units" in line or "peak_rss" in line or "inputs" in line]
    return run.returncode == 0, " · ".join(told) if run.returncode == 0 else "\n".join(lines[-25:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("formats", nargs="*", default=list(NAMES), metavar="FORMAT")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--keep", default="/tmp/copydesk-fuzz")
    parser.add_argument("--unguided", action="store_true", help="by mutation alone, though atheris is there")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    os.makedirs(arguments.keep, exist_ok=True)
    if arguments.inside:
        form = next(form for form in (*FORMATS, TEXT) if form.name == arguments.formats[0])
        if is_guided() and not arguments.unguided:
            run_guided(form, arguments.seconds, arguments.keep)
        print(run_mutations(form, arguments.seconds, arguments.keep), "inputs")
        return
    guided = is_guided() and not arguments.unguided
    print("guided by coverage" if guided else "by mutation alone", f"{arguments.seconds:.0f} s each")
    for name in arguments.formats:
        is_sound, told = run_one(name, arguments.seconds, arguments.keep, guided=guided)
        print(f"{name}: {'nothing found' if is_sound else 'FOUND'}\n{told}", flush=True)


if __name__ == "__main__":
    main()
