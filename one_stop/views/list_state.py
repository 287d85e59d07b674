"""The query string of the list an officer came from, carried through the pages of a dossier and back into the list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

LIST_PARAMS: Final = (
    "muc", "thu-tuc", "co-quan", "tiep-nhan", "trang-thai", "nguoi-giu", "nguon", "xep",
)  # fmt: skip
MAX_VALUE_LENGTH: Final = 40


def list_query(query: Mapping[str, str], **more: str) -> str:
    """Return the query string of the list with ``more`` added, from its ``?``.

    Empty if there is nothing to carry over.
    """
    kept = {key: query[key][:MAX_VALUE_LENGTH] for key in LIST_PARAMS if query.get(key)} | more
    return f"?{urlencode(kept)}" if kept else ""


def next_dossier_url(query: Mapping[str, str], code: str) -> str:
    """Return the address that leads from the dossier ``code`` to the next one of the list."""
    return reverse("one_stop:next") + list_query(query, sau=code)
