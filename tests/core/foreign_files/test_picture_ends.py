"""Pictures end where their format says: other files behind the end are refused, what phones write there is not."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.errors import InvalidInput
from core.foreign_files.library import check_library_file
from core.foreign_files.picture_ends import check_end
from core.foreign_files.reasons import Refused
from tests.core.foreign_files.test_active_content import pdf
from tests.core.foreign_files.test_inspection import archive, image
from tests.core.foreign_files.test_process import animation

KINDS = {"jpg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP", "heic": "HEIF", "avif": "AVIF"}
VIDEO = struct.pack(">I4s4sI", 24, b"ftyp", b"mp42", 0) + bytes(range(1, 9)) + b"mdat" + bytes(range(200))
RECORDS = b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data1700000000000SEFH\x6b\0\0\0\x01\0\0\0\x24\0\0\0SEFT"


def check(ending: str, data: bytes) -> None:
    check_library_file(io.BytesIO(data), name=f"anh.{ending}", size=len(data))


@pytest.mark.parametrize("ending", KINDS)
@pytest.mark.parametrize(
    "behind", [b"<html><script>alert(1)</script>", pdf(), b"MZ\x90\0" + bytes(90), b"7z\xbc\xaf\x27\x1c", b"text"]
)  # fmt: skip
def test_another_file_behind_the_end_is_refused(ending: str, behind: bytes) -> None:
    with pytest.raises(InvalidInput, match="Sau phần cuối của ảnh"):
        check(ending, image(KINDS[ending]) + behind)


@pytest.mark.parametrize("ending", KINDS)
def test_picture_and_blanks_behind_it_are_accepted(ending: str) -> None:
    check(ending, image(KINDS[ending], (300, 200)))
    if ending not in {"heic", "avif"}:
        check(ending, image(KINDS[ending]) + b"\0\0\r\n")


@pytest.mark.parametrize("behind", [image("JPEG"), RECORDS, VIDEO, VIDEO + RECORDS])
def test_what_cameras_write_behind_a_photo_is_accepted(behind: bytes) -> None:
    check("jpg", image("JPEG") + behind)


@pytest.mark.parametrize("behind", [VIDEO + pdf(), image("JPEG") + b"<script>", VIDEO + archive() + RECORDS])
def test_other_files_behind_what_cameras_write_are_refused(behind: bytes) -> None:
    with pytest.raises(InvalidInput):
        check("jpg", image("JPEG") + behind)


@pytest.mark.parametrize(("ending", "cut"), [("jpg", 2), ("png", 12), ("gif", 1), ("webp", 2)])
def test_picture_without_its_end_is_refused(ending: str, cut: int) -> None:
    data = image(KINDS[ending])
    with pytest.raises(InvalidInput, match="hỏng"):
        check(ending, data[:-cut])
    with pytest.raises(Refused):
        check_end(data[:-cut], KINDS[ending])


def test_ends_within_the_data_of_a_picture_do_not_count() -> None:
    out, thumbnail = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (8, 8)).save(thumbnail, "JPEG")
    exif = Image.Exif()
    exif[0x010E] = thumbnail.getvalue().decode("latin-1")
    Image.effect_noise((64, 64), 99).save(out, "JPEG", exif=exif, progressive=True, comment=b"\xff\xd9")
    check("jpg", out.getvalue())
    check("gif", animation("GIF", (20, 20), 3))


@pytest.mark.parametrize("kind", KINDS.values())
@given(data=st.data())
def test_no_picture_breaks_the_reader(kind: str, data: st.DataObject) -> None:
    sample = image(kind)
    at, length = data.draw(st.integers(0, len(sample))), data.draw(st.integers(0, 9))
    for content in (
        data.draw(st.binary(max_size=60)),
        sample[:at],
        sample[:at] + b"\xff" + sample[at + length :],
    ):
        try:
            check_end(content, kind)
        except Refused:
            continue
