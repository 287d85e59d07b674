"""Addresses in documents: which links may be clicked, and what would be opened from elsewhere."""

from __future__ import annotations

import pytest

from core.foreign_files.addresses import is_elsewhere, is_harmless_link


@pytest.mark.parametrize(
    ("address", "elsewhere", "harmless"),
    [
        ("", False, True),
        ("media/anh 1.png", False, True),
        ("#Điều_1", False, True),
        ("https://example.vn/a", True, True),
        ("HTTP://example.vn/a", True, True),
        ("mailto:a@example.vn", True, True),
        ("tel:+842923812345", True, True),
        ("file:///C:/a", True, False),
        ("javascript:alert(1)", True, False),
        ("ms-word:ofe|u|http://a", True, False),
        ("vnd.a+b-c.1:x", True, False),
        ("1a:x", False, True),
        ("\\\\203.0.113.9\\s", True, False),
        ("//203.0.113.9/s", True, False),
        ("/\\203.0.113.9/s", True, False),
        ("\\/203.0.113.9/s", True, False),
        ("%5C%5C203.0.113.9%5Cs", True, False),
        ("fi\tle://203.0.113.9", True, False),
        ("\u200bfile://203.0.113.9", True, False),
        ("\u00a0\u201cfile://203.0.113.9", True, False),
        ("'file://203.0.113.9", True, False),
        ("\u201chttps://example.vn\u201d", True, True),
    ],
)
def test_address(address: str, elsewhere: bool, harmless: bool) -> None:
    assert (is_elsewhere(address), is_harmless_link(address)) == (elsewhere, harmless)
