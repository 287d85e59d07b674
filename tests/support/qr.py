"""A QR code reader: the part of ISO/IEC 18004 needed for undamaged codes in byte mode, versions 1 to 6."""

from __future__ import annotations

import re

Matrix = list[list[bool]]
# Data codewords of each block, by version and error level.
BLOCKS = {
    1: {"L": [19], "M": [16], "Q": [13], "H": [9]},
    2: {"L": [34], "M": [28], "Q": [22], "H": [16]},
    3: {"L": [55], "M": [44], "Q": [17] * 2, "H": [13] * 2},
    4: {"L": [80], "M": [32] * 2, "Q": [24] * 2, "H": [9] * 4},
    5: {"L": [108], "M": [43] * 2, "Q": [15, 15, 16, 16], "H": [11, 11, 12, 12]},
    6: {"L": [68] * 2, "M": [27] * 4, "Q": [19] * 4, "H": [15] * 4},
}
MASKS = [
    lambda r, c: (r + c) % 2 == 0,
    lambda r, _c: r % 2 == 0,
    lambda _r, c: c % 3 == 0,
    lambda r, c: (r + c) % 3 == 0,
    lambda r, c: (r // 2 + c // 3) % 2 == 0,
    lambda r, c: r * c % 2 + r * c % 3 == 0,
    lambda r, c: (r * c % 2 + r * c % 3) % 2 == 0,
    lambda r, c: ((r + c) % 2 + r * c % 3) % 2 == 0,
]
LEVELS = {0b01: "L", 0b00: "M", 0b11: "Q", 0b10: "H"}
FORMAT_MASK = 0b101010000010010


def matrix_of_svg(svg: str, *, border: int = 1) -> Matrix:
    """Return the modules of a code that segno drew as one path of horizontal strokes."""
    size = int(float(re.search(r'width="([\d.]+)"', svg)[1])) - 2 * border
    modules = [[False] * size for _row in range(size)]
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])([^Mmhz]*)", re.search(r'\bd="([^"]+)"', svg)[1]):
        values = [float(value) for value in re.findall(r"-?[\d.]+", numbers)]
        if command == "h":
            for step in range(int(values[0])):
                modules[int(y) - border][int(x) - border + step] = True
            x += values[0]
        else:
            x, y = (values[0], values[1]) if command == "M" else (x + values[0], y + values[1])
    return modules


def decode(modules: Matrix) -> str:
    """Return the text of a code in byte mode."""
    size = len(modules)
    version = (size - 17) // 4
    level, mask = _format(modules)
    bits = [modules[r][c] ^ MASKS[mask](r, c) for r, c in _places(size, version)]
    words = [int("".join("01"[bit] for bit in bits[n : n + 8]), 2) for n in range(0, len(bits) - 7, 8)]
    data = _joined(words, BLOCKS[version][level])
    stream = "".join(f"{word:08b}" for word in data)
    assert stream[:4] == "0100", "not in byte mode"
    length = int(stream[4:12], 2)
    return bytes(int(stream[12 + 8 * n : 20 + 8 * n], 2) for n in range(length)).decode()


def _format(modules: Matrix) -> tuple[str, int]:
    places = [(8, c) for c in (0, 1, 2, 3, 4, 5, 7, 8)] + [(r, 8) for r in (7, 5, 4, 3, 2, 1, 0)]
    value = int("".join("01"[modules[r][c]] for r, c in places), 2) ^ FORMAT_MASK
    return LEVELS[value >> 13], value >> 10 & 0b111


def _is_function(r: int, c: int, size: int, version: int) -> bool:
    in_corner = (r < 9 and (c < 9 or c >= size - 8)) or (r >= size - 8 and c < 9)
    middle = 4 * version + 10
    in_alignment = version > 1 and abs(r - middle) <= 2 and abs(c - middle) <= 2
    return in_corner or 6 in (r, c) or in_alignment


def _places(size: int, version: int) -> list[tuple[int, int]]:
    """Data modules in reading order: columns in pairs from the right, up and down in turn."""
    found, up = [], True
    for right in range(size - 1, 0, -2):
        pair = right if right > 6 else right - 1
        rows = range(size - 1, -1, -1) if up else range(size)
        found += [(r, c) for r in rows for c in (pair, pair - 1) if not _is_function(r, c, size, version)]
        up = not up
    return found


def _joined(words: list[int], lengths: list[int]) -> list[int]:
    """Undo the interleaving of the blocks."""
    blocks: list[list[int]] = [[] for _length in lengths]
    stream = iter(words)
    for position in range(max(lengths)):
        for block, length in zip(blocks, lengths, strict=True):
            if position < length:
                block.append(next(stream))
    return [word for block in blocks for word in block]
