"""Letters of printed forms: what is accepted is printed, nothing is printed as an empty box."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest

from core.pdf import render
from core.printable import unprintable

SAMPLES = {
    "Vietnamese": "Nguyễn Thị Thu Đông, ấp Đất Mũi, Ỷ Ỹ ặ ẫ ộ ữ",
    "Latin": "Ñandú Gößmann Łukasz Çelik Ðorđe Þór Ørsted İpek Ţepeş",
    "Greek": "Γιώργος Παπαδόπουλος",
    "Cyrillic": "Дмитрий Щербаков Їжак Ђорђе",
    "Armenian": "Արմեն",
    "Georgian": "გიორგი",
    "Hebrew": "דוד",
    "Khmer": "ខ្ញុំ ដាញ់ សុខា ១២៣",
    "Lao": "ສົມຈິດ ໑໒",
    "Thai": "สมชาย ๑๒",
    "Cham": "ꨌꩌ ꩑",
    "signs": "№ § € ₫ – — … “ ” ’ ½ m² ° × √ ≤ α",
}


def empty_boxes(tmp_path: Path, text: str) -> int:
    """Return how often the PDF of ``text`` shows glyph 0."""
    template = tmp_path / "text.typ"
    template.write_text(
        '#set text(font: "Libertinus Serif")\n#json(bytes(sys.inputs.data)).text', encoding="utf-8"
    )
    count = 0
    with pikepdf.open(io.BytesIO(render(template, {"text": text}))) as document:
        for page in document.pages:
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) in {"Tj", "TJ"}:
                    parts = operands[0] if isinstance(operands[0], pikepdf.Array) else operands
                    texts = [bytes(part) for part in parts if isinstance(part, pikepdf.String)]
                    count += sum(
                        text[at : at + 2] == b"\0\0" for text in texts for at in range(0, len(text), 2)
                    )
    return count


@pytest.mark.parametrize("script", SAMPLES)
def test_every_accepted_script_is_printed(tmp_path: Path, script: str) -> None:
    assert unprintable(SAMPLES[script]) == []
    assert empty_boxes(tmp_path, SAMPLES[script]) == 0


@pytest.mark.parametrize("text", ["김민수", "王小明", "たなか", "😀", "𝐀", "\ue000", "Ａ"])
def test_letters_without_a_font_are_named(tmp_path: Path, text: str) -> None:
    assert unprintable(f"Danh {text}") == list(dict.fromkeys(text))


def test_letter_without_a_font_would_be_an_empty_box(tmp_path: Path) -> None:
    assert empty_boxes(tmp_path, "Danh 김민수") == 3
