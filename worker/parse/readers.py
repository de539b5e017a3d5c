"""Readers of the formats that most processes never meet: each is imported when a document needs it.

What is read all the time (text, HTML, JSON) is imported at once, before a worker forks. What these raise and return
stands at the readers themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

    from worker.draft import Draft
    from worker.parse.members import Container
    from worker.rules import Rules


def read_docx(data: bytes, rules: Rules) -> Draft:
    """See `docx.py`."""
    from worker.parse import docx

    return docx.read_docx(data, rules)


def read_feed(data: bytes, rules: Rules) -> Container:
    """See `feed.py`."""
    from worker.parse import feed

    return feed.read_feed(data, rules)


def read_markdown(data: bytes, rules: Rules) -> Draft:
    """See `front_matter.py`."""
    from worker.parse import front_matter

    return front_matter.read_markdown(data, rules)


def read_mail(data: bytes, rules: Rules) -> Draft | Container:
    """See `mail.py`."""
    from worker.parse import mail

    return mail.read_mail(data, rules)


def stream_mbox(file: BinaryIO, rules: Rules) -> Container:
    """See `mbox.py`."""
    from worker.parse import mbox

    return mbox.stream_mbox(file, rules)


def read_newsml(data: bytes, rules: Rules) -> Draft | Container:
    """See `newsml.py`."""
    from worker.parse import newsml

    return newsml.read_newsml(data, rules)


def read_nitf(data: bytes, rules: Rules) -> Draft:
    """See `nitf.py`."""
    from worker.parse import nitf

    return nitf.read_nitf(data, rules)


def read_pdf(data: bytes, rules: Rules) -> Draft:
    """See `pdf.py`."""
    from worker.parse import pdf

    return pdf.read_pdf(data, rules)


def stream_tar(file: BinaryIO, rules: Rules) -> Container:
    """See `tar_archive.py`."""
    from worker.parse import tar_archive

    return tar_archive.stream_tar(file, rules)


def stream_arc(file: BinaryIO, rules: Rules) -> Container:
    """See `warc.py`."""
    from worker.parse import warc

    return warc.stream_arc(file, rules)


def stream_warc(file: BinaryIO, rules: Rules) -> Container:
    """See `warc.py`."""
    from worker.parse import warc

    return warc.stream_warc(file, rules)


def stream_zip(file: BinaryIO, rules: Rules) -> Container:
    """See `zip_archive.py`."""
    from worker.parse import zip_archive

    return zip_archive.stream_zip(file, rules)
