"""Each number in the headers of an archive that can deceive is refused on its own."""

from __future__ import annotations

import io
import struct
import zlib

import pytest

from core.foreign_files.reasons import Reason, Refused
from core.foreign_files.zip_structure import check_structure

DATA = b"xin chao"
SUM, SIZE = zlib.crc32(DATA), len(b"xin chao")
NO_SIZE = 0xFFFFFFFF


def built(
    *, name: bytes = b"a.txt", header: tuple[int, ...] = (0, 0, SUM, SIZE, SIZE), entry: tuple[int, ...] = (),
    header_extra: bytes = b"", entry_extra: bytes = b"", behind: bytes = b"", mark: bytes = b"PK\x05\x06",
    end: tuple[int, ...] = (0, 0, 1, 1, 0, 0, 0), note: int = 0, disk: int = 0,
) -> bytes:  # fmt: skip
    """Return an archive of one part.

    ``header`` and ``entry`` are flags, method, checksum and sizes; ``end`` is disk, disk of the directory, entries
    here and in all, and what is added to the length and the start of the directory, and the length of the comment.
    """
    flags, method, checksum, packed, size = header
    local = struct.pack("<4sBBHHHHIII", b"PK\x03\x04", 20, 0, flags, method, 0, 0, checksum, packed, size)
    local += struct.pack("<HH", len(name), len(header_extra)) + name + header_extra + DATA + behind
    flags, method, checksum, packed, size = entry or (flags, method, SUM, SIZE, SIZE)
    central = struct.pack(
        "<4sBBBBHHHHIII", b"PK\x01\x02", 20, 0, 20, 0, flags, method, 0, 0, checksum, packed, size
    )
    central += struct.pack("<HHHHHII", len(name), len(entry_extra), note, disk, 0, 0, 0) + name + entry_extra
    first, second, here, total, length, start, comment = end
    return local + central + struct.pack(
        "<4sHHHHIIH", mark, first, second, here, total, len(central) + length, len(local) + start, comment
    )  # fmt: skip


def reason(data: bytes) -> Reason | None:
    try:
        check_structure(io.BytesIO(data))
    except Refused as refused:
        return refused.reason
    return None


def extra(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def test_ordinary_archive_is_accepted() -> None:
    assert reason(built()) is None


@pytest.mark.parametrize("data", [b"", b"PK", built()[-22:], built()[:-1], b"PK\x05\x06" + bytes(18)])
def test_what_has_no_directory_is_damaged(data: bytes) -> None:
    assert reason(data) is Reason.OFFICE_DAMAGED


@pytest.mark.parametrize(
    "end",
    [
        (1, 0, 1, 1, 0, 0, 0),
        (0, 1, 1, 1, 0, 0, 0),
        (0, 0, 2, 1, 0, 0, 0),
        (0, 0, 1, 2, 0, 0, 0),
        (0, 0, 0, 0, 0, 0, 0),
        (0, 0, 2, 2, 0, 0, 0),
        (0, 0, 1, 1, 1, 0, 0),
        (0, 0, 1, 1, 0, 1, 0),
        (0, 0, 1, 1, 0, 0, 1),
    ],
)
def test_each_number_of_the_end_is_compared(end: tuple[int, ...]) -> None:
    assert reason(built(end=end)) is Reason.OFFICE_DAMAGED


def test_marks_disk_and_length_of_an_entry_are_compared() -> None:
    assert reason(built(mark=b"PK\x05\x07")) is Reason.OFFICE_DAMAGED
    assert reason(built(disk=1)) is Reason.OFFICE_DAMAGED
    assert reason(built(note=1)) is Reason.OFFICE_DAMAGED, "it would reach into the end"
    for old in (b"PK\x01\x02", b"PK\x03\x04"):
        assert reason(built().replace(old, b"PK\x09\x09")) is Reason.OFFICE_DAMAGED


@pytest.mark.parametrize(
    "header", [(0, 8, SUM, SIZE, SIZE), (0, 0, SUM + 1, SIZE, SIZE), (0, 0, SUM, SIZE + 1, SIZE), (0, 0, SUM, SIZE, 0)]
)  # fmt: skip
def test_header_and_directory_say_the_same(header: tuple[int, ...]) -> None:
    assert reason(built(header=header, entry=(0, 0, SUM, SIZE, SIZE))) is Reason.OFFICE_DAMAGED


def test_only_flags_that_change_what_is_read_are_compared() -> None:
    directory = (0, 0, SUM, SIZE, SIZE)
    assert reason(built(header=(0x0002, 0, SUM, SIZE, SIZE), entry=directory)) is None
    assert reason(built(header=(0x0800, 0, SUM, SIZE, SIZE), entry=directory)) is Reason.OFFICE_DAMAGED
    assert reason(built(header=(0x0001, 0, SUM, SIZE, SIZE), entry=directory)) is Reason.LOCKED
    assert reason(built(entry=(0x0001, 0, SUM, SIZE, SIZE))) is Reason.LOCKED


@pytest.mark.parametrize("sizes", [(SIZE, SIZE), (NO_SIZE, NO_SIZE), (SIZE, NO_SIZE)])
def test_sizes_may_be_in_an_extra_field_or_behind_the_part(sizes: tuple[int, int]) -> None:
    large = extra(0x0001, struct.pack("<QQ", SIZE, SIZE))
    assert (
        reason(built(header=(0, 0, SUM, *sizes), entry=(0, 0, SUM, SIZE, SIZE), header_extra=large)) is None
    )
    for layout in ("<III", "<IQQ"):
        for mark in (b"PK\x07\x08", b""):
            behind = mark + struct.pack(layout, SUM, SIZE, SIZE)
            data = built(header=(8, 0, 0, *sizes), entry=(8, 0, SUM, SIZE, SIZE), behind=behind)
            assert reason(data) is None


@pytest.mark.parametrize("header", [(8, 0, 1, 0, 0), (8, 0, 0, 1, 0), (8, 0, 0, 0, 1)])
def test_sizes_before_and_behind_the_part_say_the_same(header: tuple[int, ...]) -> None:
    directory = (8, 0, SUM, SIZE, SIZE)
    behind = b"PK\x07\x08" + struct.pack("<III", SUM, SIZE, SIZE)
    assert reason(built(header=(8, 0, 0, 0, 0), entry=directory, behind=behind)) is None
    assert reason(built(header=header, entry=directory, behind=behind)) is Reason.OFFICE_DAMAGED
    assert reason(built(header=(8, 0, 0, 0, 0), entry=directory)) is Reason.OFFICE_DAMAGED


@pytest.mark.parametrize("kind", [0x000A, 0x000D, 0x5455, 0x5855, 0x7855, 0x7875, 0xA220])
@pytest.mark.parametrize("place", ["header_extra", "entry_extra"])
def test_ordinary_extra_fields_are_accepted_and_others_refused_in_both_places(kind: int, place: str) -> None:
    fields = {"header_extra": b"", "entry_extra": b""}
    assert reason(built(**(fields | {place: extra(kind, b"abcd")}))) is None
    assert reason(built(**(fields | {place: extra(kind, b"abcd")[:-1]}))) is Reason.ARCHIVE_PATH
    assert reason(built(**(fields | {place: extra(0x9901, b"")}))) is Reason.ARCHIVE_PATH
    assert reason(built(**(fields | {place: extra(kind, b"") + extra(0x9901, b"")}))) is Reason.ARCHIVE_PATH
    assert reason(built(**(fields | {place: b"abc"}))) is Reason.OFFICE_DAMAGED


@pytest.mark.parametrize(("size", "accepted"), [(0, True), (SIZE, True), (1, False), (SIZE + 1, False)])
def test_sizes_in_an_extra_field_are_those_of_the_part(size: int, accepted: bool) -> None:
    found = reason(built(entry_extra=extra(0x0001, struct.pack("<QQ", SIZE, size))))
    assert found is (None if accepted else Reason.OFFICE_DAMAGED)


@pytest.mark.parametrize("version", [0, 1, 2])
def test_name_in_unicode_has_the_only_version_and_the_sum_of_the_other(version: int) -> None:
    name = "đ.txt".encode("cp1258")
    for checksum in (zlib.crc32(name), 7):
        field = extra(0x7075, struct.pack("<BI", version, checksum) + "đ.txt".encode())
        accepted = version == 1 and checksum != 7
        found = reason(built(name=name, entry_extra=field))
        assert found is (None if accepted else Reason.ARCHIVE_PATH)
