"""Stand-ins for the papers that citizens would scan."""

from __future__ import annotations

from functools import cache

from django.core.files.uploadedfile import SimpleUploadedFile

from core.pdf import render
from core.text import slugify

NOTE = "Bản minh họa của cổng trình diễn, không phải giấy tờ thật."


def scanned(title: str) -> SimpleUploadedFile:
    """Return an upload as a browser would send it: one page that says what it stands for."""
    return SimpleUploadedFile(f"{slugify(title, max_length=40)}.pdf", _page(title), "application/pdf")


@cache
def _page(title: str) -> bytes:
    return render("demo_paper", {"title": title, "note": NOTE})
