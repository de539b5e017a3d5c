"""tar: each regular file is a member. Nothing is unpacked to disk: names, links and devices are never followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from worker.errors import PermanentError
from worker.parse.member_names import Names
from worker.parse.members import MEMBER_BYTES_MAX, BadMember, Container, Member
from worker.parse.watched_file import WatchedFile
from worker.parse.zip_archive import is_left_over

if TYPE_CHECKING:
    import tarfile
    from collections.abc import Iterator
    from typing import IO, BinaryIO

    from worker.rules import Rules

FILES_MAX = 1_000_000
_ABOUT_BYTES_MAX = 1 << 20
_END_MARK = bytes(512)


def stream_tar(file: BinaryIO, _rules: Rules) -> Container:
    """The files in a tar archive, read from its start to its end."""
    return Container("tar", _members(file))


def _members(file: BinaryIO) -> Iterator[Member | BadMember]:
    import tarfile

    names, watched = Names(), WatchedFile(file)
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", watched), mode="r|", tarinfo=_info_type(), errorlevel=1) as archive:
            for number, info in enumerate(archive, 1):
                if number > FILES_MAX:
                    raise PermanentError("parse", "too_many_members", f"more than {FILES_MAX} files in the tar archive")
                member = _member(archive, info, names)
                if member is not None:
                    yield member
                # The library remembers all that it has seen.
                archive.members.clear()  # type: ignore[attr-defined]
    except (tarfile.TarError, EOFError, ValueError, OverflowError, OSError, UnicodeError) as error:
        is_cut = "unexpected end" in str(error) or "truncated" in str(error) or "empty" in str(error)
        if is_cut:
            raise PermanentError("parse", "truncated", "the tar archive is cut off") from None
        raise PermanentError("parse", "malformed", f"the tar archive is damaged: {error}") from None
    # The library takes an end in the middle of a header for the end of the archive.
    if _END_MARK not in watched.tail:
        raise PermanentError("parse", "truncated", "the tar archive is cut off")


def _member(archive: tarfile.TarFile, info: tarfile.TarInfo, names: Names) -> Member | BadMember | None:
    """The member of an entry; None for folders and what an operating system leaves behind."""
    if info.isdir() or is_left_over(info.name):
        return None
    name = names.unique(info.name)
    if not info.isreg():
        kind = "a link" if info.issym() or info.islnk() else "no regular file"
        return BadMember(name, PermanentError("parse", "not_a_file", f"it is {kind}"))
    if info.size > MEMBER_BYTES_MAX:
        error = PermanentError("parse", "too_large", f"{info.size} bytes; {MEMBER_BYTES_MAX} are allowed")
        return BadMember(name, error)
    file = archive.extractfile(info)
    return Member(name, file.read() if file is not None else b"")


def _info_type() -> type[tarfile.TarInfo]:
    """An entry whose own header, which may be of any length, is not read beyond a limit."""
    import tarfile

    about = {
        tarfile.XHDTYPE,
        tarfile.XGLTYPE,
        tarfile.SOLARIS_XHDTYPE,
        tarfile.GNUTYPE_LONGNAME,
        tarfile.GNUTYPE_LONGLINK,
    }

    class Info(tarfile.TarInfo):
        def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
            if self.type in about and self.size > _ABOUT_BYTES_MAX:
                raise tarfile.ReadError("a header that is too long")
            return super()._proc_member(archive)  # type: ignore[misc,no-any-return]

    return Info
