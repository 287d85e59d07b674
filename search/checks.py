"""System check of the search: the names of indexes."""

from __future__ import annotations

import re
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

#: What Elasticsearch accepts as the beginning of an index name; 255 bytes are the limit of the whole name.
_PREFIX: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")


@register
def check_index_prefix(**_kwargs: Any) -> list[CheckMessage]:
    """Return an error for a prefix with which no index name can begin."""
    prefix = settings.ELASTICSEARCH_INDEX_PREFIX
    if not settings.ELASTICSEARCH_URL or _PREFIX.fullmatch(prefix):
        return []
    return [
        Error(
            f"ELASTICSEARCH_INDEX_PREFIX {prefix!r} must be 1 to 100 small letters, digits, '-', '_' and '.', and begin"
            " with a letter or digit (default: PORTAL_INSTALLATION)",
            id="search.E001",
        )
    ]
