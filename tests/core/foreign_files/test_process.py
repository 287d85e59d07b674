"""Files crafted to exhaust their reader are refused in bounded time and memory, at no cost to the portal itself."""

from __future__ import annotations

import errno
import io
import os
import resource
import signal
import struct
import subprocess
import time
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from core.errors import InvalidInput
from core.foreign_files import child, process
from core.foreign_files.library import check_library_file
from core.foreign_files.turns import Visitor
from tests.core.foreign_files.test_inspection import archive, image, inspect_bytes
from tests.forms_app.dossiers.files import PDF

pytestmark = pytest.mark.usefixtures("inspecting_process")


@pytest.fixture(autouse=True)
def quiet_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process.os, "getloadavg", lambda: (0, 0, 0))


def pdf_bomb(megabytes: int) -> bytes:
    """Return a PDF of a few kilobytes whose object stream is compressed twice."""
    once = zlib.compressobj(9)
    packed = b"".join(once.compress(b"1 0 " * 2**18) for _count in range(megabytes)) + once.flush()
    twice = zlib.compress(packed, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[]/Count 0>>",
        b"<</Type/ObjStm/N 1/First 4/Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n%s\nendstream"
        % (len(twice), twice),
    ]
    out = b"%PDF-1.5\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj" % number + content + b"endobj\n"
    table = b"".join(struct.pack(">BIB", 1, offset, 0) for offset in offsets)
    rows = (
        struct.pack(">BIB", 0, 0, 0)
        + table
        + struct.pack(">BIB", 2, 3, 0)
        + struct.pack(">BIB", 1, len(out), 0)
    )
    start = len(out)
    out += b"5 0 obj<</Type/XRef/Size 6/W[1 4 1]/Root 1 0 R/Length %d>>stream\n%s\nendstream endobj\n" % (
        len(rows),
        rows,
    )
    return out + b"startxref\n%d\n%%%%EOF\n" % start


def scans(count: int) -> bytes:
    """Return a progressive JPEG whose last scan is repeated."""
    out = io.BytesIO()
    Image.new("L", (400, 300), 90).save(out, "JPEG", progressive=True)
    data = out.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * count + data[-2:]


@pytest.mark.parametrize(
    ("name", "data"),
    [("don.pdf", PDF), ("anh.jpg", image("JPEG")), ("anh.heic", image("HEIF")), ("don.docx", archive())],
)
def test_ordinary_files_are_accepted_within_the_limits(name: str, data: bytes) -> None:
    assert inspect_bytes(name, data).name == name


def test_reasons_arrive_in_the_words_of_the_portal(settings: Any) -> None:
    with pytest.raises(InvalidInput, match="macro"):
        inspect_bytes("don.docx", archive({"word/vbaProject.bin": b"x"}))
    settings.IMAGE_MAX_PIXELS = 1_000_000
    with pytest.raises(InvalidInput, match="3 triệu điểm ảnh"):
        inspect_bytes("anh.png", image("PNG", (2000, 1500)))


def test_pdf_that_exceeds_the_memory_is_refused_without_using_that_of_the_portal() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InvalidInput, match="quá phức tạp"):
        inspect_bytes("don.pdf", pdf_bomb(600))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


def small_pdf_of_many_objects(count: int) -> bytes:
    """Return a PDF of one or two kilobytes with ``count`` empty arrays in a compressed object stream."""
    document, out = pikepdf.new(), io.BytesIO()
    document.add_blank_page()
    document.Root.X = document.make_indirect(pikepdf.Array([pikepdf.Array()] * count))
    document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


@pytest.mark.parametrize(("size", "seconds"), [(2_000, 2), (1024 * 1024, 3), (64 * 1024 * 1024, 8)])
def test_small_files_get_little_processor_time(size: int, seconds: int) -> None:
    assert child.processor_seconds(size) == seconds


def test_small_pdf_of_many_objects_is_too_complex() -> None:
    bomb = small_pdf_of_many_objects(70_000)
    assert len(bomb) < 10_000
    with pytest.raises(InvalidInput, match="quá phức tạp"):
        inspect_bytes("don.pdf", bomb)
    assert inspect_bytes("don.pdf", small_pdf_of_many_objects(20_000)).name == "don.pdf"


def test_verdict_does_not_depend_on_the_load_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert child.MOST_SECONDS < process.SECONDS
    monkeypatch.setattr(process, "SECONDS", 0.01)
    with pytest.raises(InvalidInput, match="Gửi lại sau"):
        inspect_bytes("don.pdf", PDF)


@pytest.mark.parametrize(
    ("signal_number", "busy", "message"),
    [
        (signal.SIGXCPU, True, "Gửi lại sau"),
        (signal.SIGXCPU, False, "quá phức tạp"),
        (signal.SIGSEGV, True, "quá phức tạp"),
        (signal.SIGKILL, False, "Gửi lại sau"),
    ],
)
def test_limit_that_is_reached_on_a_busy_machine_is_no_fault_of_the_file(
    monkeypatch: pytest.MonkeyPatch, signal_number: int, busy: bool, message: str
) -> None:
    done = subprocess.CompletedProcess([], -signal_number, b"", b"")
    monkeypatch.setattr(process.subprocess, "run", lambda *_arguments, **_options: done)
    load = (os.cpu_count() or 1) + (1 if busy else -1)
    monkeypatch.setattr(process.os, "getloadavg", lambda: (load, 0, 0))
    with pytest.raises(InvalidInput, match=message):
        inspect_bytes("don.pdf", PDF)


def animation(kind: str, size: tuple[int, int], frames: int) -> bytes:
    out = io.BytesIO()
    first, *others = [Image.new("RGB", size, (number * 90 % 256, 0, 0)) for number in range(frames)]
    first.save(out, kind, save_all=True, append_images=others)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_animated_picture_is_refused(kind: str) -> None:
    with pytest.raises(InvalidInput, match="ảnh động"):
        inspect_bytes(f"anh.{kind.lower()}", animation(kind, (30, 30), 3))


def test_pixels_count_with_their_depth_and_frames(settings: Any) -> None:
    settings.IMAGE_MAX_PIXELS = 1_000_000
    deep = io.BytesIO()
    Image.new("I;16", (900, 900)).save(deep, "PNG")
    with pytest.raises(InvalidInput, match="quá phức tạp"):
        inspect_bytes("anh.png", deep.getvalue())
    assert inspect_bytes("anh.png", image("PNG", (900, 900))).name == "anh.png"
    film = animation("GIF", (900, 900), 3)
    with pytest.raises(InvalidInput, match="quá phức tạp"):
        check_library_file(io.BytesIO(film), name="anh.gif", size=len(film))
    check_library_file(io.BytesIO(animation("GIF", (90, 90), 3)), name="anh.gif", size=1)


def test_picture_of_many_scans_is_refused_before_it_is_decoded() -> None:
    assert inspect_bytes("anh.jpg", scans(10)).name == "anh.jpg"
    with pytest.raises(InvalidInput, match="quá phức tạp"):
        inspect_bytes("anh.jpg", scans(400))


def test_unclosed_tags_do_not_take_quadratic_time() -> None:
    start = time.process_time()
    for part in (b"<Relationship " * 60_000, b"<instrText " * 60_000):
        with pytest.raises(InvalidInput, match="hỏng"):
            inspect_bytes("don.docx", archive({"word/_rels/x.xml.rels": part}))
    assert time.process_time() - start < 1


def test_file_waits_for_its_turn_and_is_sent_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "WAIT_SECONDS", 0.01)
    turns, refused = process._turns, pytest.raises(InvalidInput, match="Gửi lại sau")
    with ExitStack() as running, refused:
        for network in "abc":
            running.enter_context(turns.take(network, size=0, timeout=1))
        inspect_bytes("don.pdf", PDF)
    assert inspect_bytes("don.pdf", PDF).name == "don.pdf"


def test_inspecting_process_has_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    run = process.subprocess.run

    def spy(*arguments: Any, **options: Any) -> Any:
        seen.update(options["env"])
        return run(*arguments, **options)

    monkeypatch.setenv("SECRET_KEY", "x" * 50)
    monkeypatch.setattr(process.subprocess, "run", spy)
    inspect_bytes("don.pdf", PDF)
    assert "PATH" in seen
    assert "SECRET_KEY" not in seen


def test_machine_without_memory_is_not_blamed_on_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def no_memory(*_arguments: Any, **_options: Any) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.setattr(process.subprocess, "run", no_memory)
    path = tmp_path / "don.pdf"
    path.write_bytes(PDF)
    with path.open("rb") as on_disk:
        for file in (on_disk, io.BytesIO(PDF)):
            with pytest.raises(OSError, match="Cannot allocate memory"):
                process.check(file, "pdf", Visitor())
