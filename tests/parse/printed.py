"""Small PDF and DOCX files, written by hand."""

from __future__ import annotations

import io
import zipfile

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_ESCAPES = str.maketrans({"(": r"\(", ")": r"\)", "\\": r"\\"})
_DC = "http://purl.org/dc/elements/1.1/"


def pdf(*pages: str) -> bytes:
    """A PDF with one line of text a line."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode())
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    for number, text in enumerate(pages):
        lines = "".join(f"({line.translate(_ESCAPES)}) Tj 0 -14 Td " for line in text.split("\n"))
        stream = f"BT /F1 11 Tf 40 800 Td {lines}ET".encode("cp1252")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    return _numbered(objects)


def _numbered(objects: list[bytes]) -> bytes:
    out, starts = b"%PDF-1.4\n", []
    for number, held in enumerate(objects, 1):
        starts.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, held)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    count = len(objects) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        count, table, count, len(out),
    )  # fmt: skip


def docx(*paragraphs: tuple[str, str], creator: str = "Jo Roe") -> bytes:
    """A word-processor file of paragraphs, each with its style."""
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
        for style, text in paragraphs
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            ("[Content_Types].xml", "<Types/>"),
            ("word/document.xml", f'<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'),
            ("docProps/core.xml", f'<c xmlns:dc="{_DC}"><dc:creator>{creator}</dc:creator></c>'),
        ):
            archive.writestr(zipfile.ZipInfo(name, (2024, 11, 12, 7, 0, 0)), text)
    return held.getvalue()
