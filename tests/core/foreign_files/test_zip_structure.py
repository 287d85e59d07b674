"""Archives that two programs would read differently are refused; those of common programs are not."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import zipfile
import zlib
from pathlib import Path
from typing import IO

import pytest

from core.foreign_files.reasons import Reason, Refused
from core.foreign_files.zip_structure import check_names, check_structure
from tests.core.foreign_files.test_inspection import archive
from tests.core.foreign_files.test_library_formats import DAMAGED, LOCKED, PATH, check, packed, refused

CENTRAL, END_SIZE = b"PK\x01\x02", 22


def extra(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def unicode_name(header: bytes, name: str) -> bytes:
    return extra(0x7075, struct.pack("<BI", 1, zlib.crc32(header)) + name.encode())


def with_extra(name: str, content: bytes, data: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        info = zipfile.ZipInfo(name)
        info.extra = content
        file.writestr(info, data)
    return out.getvalue()


def rebuilt(before: bytes, between: bytes = b"", *, start: int | None = None) -> bytes:
    """Return an archive of one text with bytes before and behind it that its directory does not name."""
    clean = packed({"a.txt": b"xin"})
    at = clean.index(CENTRAL)
    central, end = bytearray(clean[at:-END_SIZE]), bytearray(clean[-END_SIZE:])
    struct.pack_into("<I", central, 42, len(before) if start is None else start)
    struct.pack_into("<I", end, 16, len(before) + at + len(between))
    return before + clean[:at] + between + bytes(central) + bytes(end)


def hidden() -> bytes:
    program = packed({"b.exe": b"MZ" + bytes(50)})
    return program[: program.index(CENTRAL)]


class TestStructure:
    @pytest.mark.parametrize(
        "data",
        [rebuilt(hidden()), rebuilt(b"", hidden()), rebuilt(b"", b"x"), rebuilt(b"x"), rebuilt(b"", start=1)],
    )
    def test_bytes_that_the_directory_does_not_name_are_refused(self, data: bytes) -> None:
        refused("a.zip", data, DAMAGED)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b"a.txt", b"b.bat"),
            (struct.pack("<I", zlib.crc32(b"xin")), b"abcd"),
            (struct.pack("<H", 8), b"\0\0"),
        ],
    )
    def test_header_that_says_something_else_than_the_directory_is_refused(
        self, old: bytes, new: bytes
    ) -> None:
        data = packed({"a.txt": b"xin"})
        # Python compares the names too.
        with pytest.raises(Refused):
            check_structure(io.BytesIO(data.replace(old, new, 1)))

    def test_part_that_is_locked_by_its_own_header_only_is_refused(self) -> None:
        data = bytearray(packed({"a.txt": b"xin"}))
        data[6] |= 1
        refused("a.zip", bytes(data), LOCKED)

    def test_end_that_announces_a_comment_behind_the_file_is_refused(self) -> None:
        with pytest.raises(Refused):
            check_structure(io.BytesIO(packed({"a.txt": b"xin"})[:-2] + b"\5\0"))

    def test_two_parts_in_one_place_are_refused(self) -> None:
        data = packed({"a.txt": b"xin", "b.txt": b"xin"})
        second = data.rindex(CENTRAL)
        refused("a.zip", data[: second + 42] + bytes(4) + data[second + 46 :], DAMAGED)

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.txt", unicode_name(b"a.txt", "a.bat")),
            ("a.txt", unicode_name(b"a.txt", "b.txt")),
            ("a.txt", extra(0x7076, b"x")),
            ("a.txt", extra(0x9901, b"x")),
            ("đ.txt", unicode_name("đ.txt".encode(), "đ.bat")),
            ("đ.txt", unicode_name("đ.txt".encode(), "../đ.txt")),
            ("đ.txt", unicode_name("đ.txt".encode(), "a:đ.txt")),
            ("đ.txt", unicode_name(b"x.txt", "đ.txt")),
        ],
    )
    def test_extra_field_that_renames_is_refused(self, name: str, content: bytes) -> None:
        refused("a.zip", with_extra(name, content), PATH)

    def test_extra_field_that_changes_sizes_or_is_cut_off_is_refused(self) -> None:
        refused("a.zip", with_extra("a.txt", extra(1, struct.pack("<Q", 7))), DAMAGED)
        refused("a.zip", with_extra("a.txt", struct.pack("<HH", 0x5455, 9) + b"x"), PATH)

    def test_so_it_is_in_an_office_file(self) -> None:
        data = archive()
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
            for entry in old.infolist():
                entry.extra = unicode_name(entry.filename.encode(), "word/vbaProject.bin")
                new.writestr(entry, old.read(entry))
        refused("a.docx", out.getvalue(), PATH)

    def test_so_are_names_that_are_one_for_windows(self) -> None:
        refused("a.docx", archive({"word/a.xml": b"<a/>", "word/A.xml": b"<a/>"}), PATH)


class TestOrdinaryArchives:
    def test_times_owners_and_accents_are_accepted(self) -> None:
        check(
            "a.zip", with_extra("a.txt", extra(0x5455, b"\3" + bytes(8)) + extra(0x7875, b"\1\4" + bytes(4)))
        )
        check("a.zip", with_extra("đơn.txt", unicode_name("đơn.txt".encode(), "đơn.txt")))
        check("a.zip", with_extra("a.txt", extra(1, struct.pack("<QQ", 1, 1))))

    def test_archive_written_to_a_pipe_is_accepted(self) -> None:
        """Python, Java and Go write the sizes behind each part if they cannot go back."""
        out = io.BytesIO()
        with zipfile.ZipFile(_Pipe(out), "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("a.txt", b"xin")
            file.writestr("b.csv", b"a;b")
        data = out.getvalue()
        assert b"PK\x07\x08" in data
        check("a.zip", data)

    def test_sizes_behind_a_part_that_differ_are_refused(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(_Pipe(out), "w") as file:
            file.writestr("a.txt", b"xin")
        # The checksum behind the part, and the size in its header.
        for place in (out.getvalue().index(b"PK\x07\x08") + 4, 22):
            data = bytearray(out.getvalue())
            data[place] ^= 1
            with pytest.raises(Refused):
                check_structure(io.BytesIO(bytes(data)))

    @pytest.mark.skipif(shutil.which("zip") is None, reason="Info-ZIP is not installed")
    def test_archive_of_info_zip_is_accepted(self, tmp_path: Path) -> None:
        (tmp_path / "đơn").mkdir()
        (tmp_path / "đơn" / "tờ khai.txt").write_text("xin")
        subprocess.run(["zip", "-rq", "a.zip", "đơn"], cwd=tmp_path, check=True)
        check("a.zip", (tmp_path / "a.zip").read_bytes())


class _Pipe(io.RawIOBase):
    """A file that cannot be rewound."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return self._out.write(bytes(data))  # type: ignore[call-overload,no-any-return]

    def flush(self) -> None:
        return


def test_names_of_one_file_are_found_among_many() -> None:
    check_names(["a/", "a/b.txt", "a/c.txt", "b/a/", "ab.txt"])
    with pytest.raises(Refused) as caught:
        check_names(["a/b", "a/B"])
    assert caught.value.reason is Reason.ARCHIVE_PATH
