"""Word files from before 2007, as small as the formats (MS-CFB, MS-DOC) allow."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

SECTOR = 512
#: Shorter streams would need a second table.
LEAST = 4096
FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
STORAGE, STREAM, ROOT = 1, 2, 5
WORD = bytes.fromhex("0609020000000000c000000000000046")
TEMPLATE_AT, PIECES_AT, DRAWINGS_AT = 0x19A, 0x1A2, 0x22A


@dataclass
class _Writer:
    """The directory and the sectors of a container."""

    entries: list[bytearray] = field(default_factory=list)
    sectors: list[bytes] = field(default_factory=list)
    table: list[int] = field(default_factory=list)

    def stream(self, data: bytes) -> int:
        """Add the sectors of a stream and return the first of them."""
        first = len(self.sectors)
        pieces = [data[at : at + SECTOR].ljust(SECTOR, b"\0") for at in range(0, len(data), SECTOR)]
        self.sectors += pieces
        self.table += [*range(first + 1, first + len(pieces)), END]
        return first

    def entry(self, name: str, kind: int, first: int = 0, size: int = 0, program: bytes = bytes(16)) -> int:
        """Add an entry to the directory and return its number."""
        text = (name + "\0").encode("utf-16-le")
        head = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, FREE, FREE, FREE)
        self.entries.append(bytearray(head + program + bytes(20) + struct.pack("<III", first, size, 0)))
        return len(self.entries) - 1

    def fill(self, parent: int, content: dict[str, Any]) -> None:
        """Add what a storage contains: streams as bytes, storages as dictionaries."""
        before = None
        for name, value in content.items():
            if isinstance(value, dict):
                number = self.entry(name, STORAGE)
                self.fill(number, value)
            else:
                data = value.ljust(LEAST, b"\0") if value else b""
                number = self.entry(name, STREAM, self.stream(data) if data else END, len(data))
            place, owner = (76, parent) if before is None else (72, before)
            struct.pack_into("<I", self.entries[owner], place, number)
            before = number


def container(content: dict[str, Any], program: bytes = WORD, lost: tuple[str, ...] = ()) -> bytes:
    """Return a container; ``lost`` are entries of its directory that are in no storage."""
    writer = _Writer()
    root = writer.entry("Root Entry", ROOT, END, 0, program)
    writer.fill(root, content)
    for name in lost:
        writer.entry(name, STREAM, END, 0)
    directory = b"".join(writer.entries)
    directory += bytes(-len(directory) % SECTOR)
    first = writer.stream(directory)
    tables = 1
    while (len(writer.sectors) + tables) * 4 > tables * SECTOR:
        tables += 1
    start = len(writer.sectors)
    links = [*writer.table, *[TABLE] * tables]
    links += [FREE] * (tables * SECTOR // 4 - len(links))
    places = [start + number if number < tables else FREE for number in range(109)]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, first, 0, LEAST, END, 0, END, 0
    )
    head += struct.pack("<109I", *places)
    return head + b"".join(writer.sectors) + struct.pack(f"<{len(links)}I", *links)


def document(
    text: str = "Chào", *, template: str = "Normal.dot", flags: int = 0, wide: bool = True,
    associated: Sequence[str] = (), drawings: bytes = b"",
) -> dict[str, bytes]:  # fmt: skip
    """Return the two streams of a document; ``text`` with \\x13, \\x14 and \\x15 around codes and results of fields.

    ``associated`` are the strings after the template, ``drawings`` the records of its shapes.
    """
    written = text.encode("utf-16-le") if wide else text.encode("cp1252")
    where = LEAST if wide else 0x40000000 | (LEAST * 2)
    named = ["", template, *associated]
    strings = struct.pack("<HHH", 0xFFFF, len(named), 0)
    for one in named:
        strings += struct.pack("<H", len(one)) + one.encode("utf-16-le")
    plan = struct.pack("<IIHIH", 0, len(text), 0, where, 0)
    pieces = b"\x01\x02\x00ab" + b"\x02" + struct.pack("<I", len(plan)) + plan
    main = bytearray(LEAST)
    struct.pack_into("<HH6xH", main, 0, 0xA5EC, 0x00C1, flags)
    struct.pack_into("<II", main, TEMPLATE_AT, 0, len(strings))
    struct.pack_into("<II", main, PIECES_AT, len(strings), len(pieces))
    struct.pack_into("<II", main, DRAWINGS_AT, len(strings) + len(pieces), len(drawings))
    return {"WordDocument": bytes(main) + written, "0Table": strings + pieces + drawings}


def word_file(text: str = "Chào", **options: Any) -> bytes:
    """Return a .doc with this text and what Word writes beside it."""
    store = {"ÜÍÁ==": {"Item": b"<b/>", "Properties": b"<c/>"}}
    beside = {"\x05SummaryInformation": b"x", "\x01CompObj": b"x", "ObjectPool": {}, "MsoDataStore": store}
    return container({**document(text, **options), **beside})
