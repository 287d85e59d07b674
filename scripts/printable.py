"""Write core/printable.txt: the ranges of letters that the fonts of the printed forms contain.

Run it after a change of typst (whose fonts are built in) or of core/fonts. A test compares samples of every script.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

import pikepdf
import typst

ROOT = Path(__file__).resolve().parents[1]
MARKER = "|"
# Scripts with combining signs: their fonts contain the whole block, and a sign cannot be tested on a Latin letter.
BLOCKS = ((0x0E00, 0x0E7F), (0x0E80, 0x0EFF), (0x1780, 0x17FF), (0x19E0, 0x19FF), (0xAA00, 0xAA5F))
SOURCE = """#set page(width: 100cm, height: auto)
#set text(size: 6pt)
#for c in json(bytes(sys.inputs.data)) { box("|"); box(width: 5mm, c) }
"""


def candidates() -> Iterator[str]:
    """Yield the letters, signs, digits and spaces of the Basic Multilingual Plane outside ``BLOCKS``."""
    for code in range(0x21, 0xFFFE):
        letter = chr(code)
        if letter == MARKER or unicodedata.normalize("NFC", letter) != letter:
            continue
        in_block = any(first <= code <= last for first, last in BLOCKS)
        if not in_block and unicodedata.category(letter)[0] in "LMNPS":
            yield letter


def printed(letters: list[str]) -> list[bool]:
    """Return for each letter whether a font of the printed forms has it: glyph 0 is the empty box."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "letters.typ")
        source.write_text(SOURCE, encoding="utf-8")
        compiler = typst.Compiler(
            str(source), ignore_system_fonts=True, font_paths=[str(ROOT / "core" / "fonts")]
        )
        pdf = compiler.compile(
            format="pdf", sys_inputs={"data": json.dumps([_shown(letter) for letter in [*letters, "a"]])}
        )
    assert isinstance(pdf, bytes)  # noqa: S101 - one document
    found: list[bool] = []
    marker, font = None, ""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            for instruction in pikepdf.parse_content_stream(page):
                operands, operator = list(instruction.operands), str(instruction.operator)
                if operator == "Tf":
                    font = str(operands[0])
                for glyph in _glyphs(operands) if operator in {"Tj", "TJ"} else ():
                    marker = marker or (font, glyph)
                    if (font, glyph) == marker:
                        found.append(True)
                    elif glyph == b"\0\0":
                        found[-1] = False
    return found[:-1]


def _shown(letter: str) -> str:
    return f"a{letter}" if unicodedata.category(letter)[0] == "M" else letter


def _glyphs(operands: Iterable[object]) -> Iterator[bytes]:
    for operand in operands:
        for part in operand if isinstance(operand, pikepdf.Array) else [operand]:
            if isinstance(part, pikepdf.String):
                text = bytes(part)
                yield from (text[at : at + 2] for at in range(0, len(text), 2))


def ranges(codes: Iterable[int]) -> Iterator[str]:
    """Yield ``codes`` as lines "0061-007A"."""
    first = last = -2
    for code in [*sorted(codes), 0x110000]:
        if code != last + 1:
            if first >= 0:
                yield f"{first:04X}-{last:04X}"
            first = code
        last = code


def main() -> int:
    """Write the file."""
    letters = list(candidates())
    known = printed(letters)
    if len(known) != len(letters):
        raise SystemExit(f"{len(letters)} letters, {len(known)} in the document")
    codes = {ord(letter) for letter, has in zip(letters, known, strict=True) if has}
    codes |= {ord(MARKER), *(code for first, last in BLOCKS for code in range(first, last + 1))}
    text = "\n".join(ranges(codes))
    (ROOT / "core" / "printable.txt").write_text(f"{text}\n", encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
