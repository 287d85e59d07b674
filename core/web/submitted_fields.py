"""The fields of a submitted form that was not accepted, so that they can be shown and sent again."""

from __future__ import annotations

from typing import Final

from django.http import QueryDict

#: More than any form of the portal holds; a longer one is not kept.
MAX_KEPT_CHARACTERS: Final = 500_000
_OWN: Final = frozenset({"csrfmiddlewaretoken"})
_SECRET: Final = ("password", "lookup_key", "code_2fa", "otp")


def kept_fields(data: QueryDict) -> list[tuple[str, str]]:
    """Return the name and text of every field sent.

    Nothing if one of them is a password or key, or if there are too many.
    """
    if any(word in name.lower() for name in data for word in _SECRET):
        return []
    fields = [(name, text) for name, texts in data.lists() if name not in _OWN for text in texts]
    return fields if sum(len(name) + len(text) for name, text in fields) <= MAX_KEPT_CHARACTERS else []
