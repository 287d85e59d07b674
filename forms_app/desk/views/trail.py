"""Which list an officer came from: carried through every page of a dossier, so that the way on leads back into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

KEPT: Final = ("muc", "thu-tuc", "co-quan", "tiep-nhan", "xep")
LONGEST: Final = 40


def trail_of(query: Mapping[str, str], **more: str) -> str:
    """Return the query string of the list, ``?`` in front, with ``more`` added; nothing where nothing is known."""
    kept = {key: query[key][:LONGEST] for key in KEPT if query.get(key)} | more
    return f"?{urlencode(kept)}" if kept else ""


def next_address(query: Mapping[str, str], code: str) -> str:
    """Return the address that leads from the dossier ``code`` to the next one of the list."""
    return reverse("desk:next") + trail_of(query, sau=code)
