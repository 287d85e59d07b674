"""Every letter of the Vietnamese alphabet with every mark, composed from its parts."""

from __future__ import annotations

import unicodedata

VOWELS = {"a": "aăâ", "e": "eê", "i": "i", "o": "oôơ", "u": "uư", "y": "y"}
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
# Letter → the letter without marks: 12 vowels in 6 tones, đ, and all of them in capitals.
LETTERS: dict[str, str] = {
    unicodedata.normalize("NFC", vowel + tone): plain
    for plain, family in VOWELS.items()
    for vowel in family
    for tone in TONES
} | {"đ": "d"}
CAPITALS: dict[str, str] = {letter.upper(): plain for letter, plain in LETTERS.items()}
CONSONANTS = "bcdghklmnpqrstvx"
ALPHABET = "".join(LETTERS) + "".join(CAPITALS) + CONSONANTS + CONSONANTS.upper()
# In dictionary order: đ after d, â after ă after a; tones last.
IN_ORDER = [
    "(Mới) Công nhận", "16 tuổi", "Án tích", "An toàn", "Ăn uống", "Âm nhạc", "Bà mẹ", "Bãi bỏ", "Cấp bản sao",
    "CẤP GIẤY", "Chứng thực", "Công chứng", "Dân tộc", "Đăng ký", "Đất đai", "Em bé", "Ê đê", "Hộ tịch", "Khai sinh",
    "Nghĩa vụ", "Nuôi con", "Ô tô", "Ở lại", "Tạm trú", "Thừa kế", "Tư pháp", "Ủy quyền", "Ưu đãi", "Y tế",
]  # fmt: skip
