"""What a shared cache stores: JSON, so that write access to it cannot run code here (ADR 167)."""

from __future__ import annotations

import base64
import json
from typing import Any, Final

from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.utils.functional import Promise
from django.utils.translation import override

_PAIRS: Final = "__pairs__"
_BYTES: Final = "__bytes__"


class JsonSerializer:
    """Serialize numbers, texts, None, bytes, lists and dicts; tuples come back as lists, lazy texts in Vietnamese.

    Plain integers stay readable for Redis, which counts with them. `TypeError` for anything else.
    """

    def dumps(self, value: Any) -> int | bytes:
        """Return what is stored for `value`."""
        if type(value) is int:
            return value
        return json.dumps(_encode(value), separators=(",", ":"), ensure_ascii=False).encode()

    def loads(self, data: int | bytes) -> Any:
        """Return the value; `ValueError` if `data` is not JSON."""
        return json.loads(data, object_hook=_decode) if isinstance(data, bytes) else data


class LocalCache(LocMemCache):
    """Django's cache in the memory of the process, with the values that Redis could store.

    A value that JSON cannot represent raises `TypeError` on a laptop and in tests, not only in production.
    """

    _values = JsonSerializer()

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        missing = object()
        data = super().get(key, missing, version)
        return default if data is missing else self._values.loads(data)

    def set(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        super().set(key, self._values.dumps(value), timeout, version)

    def add(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        return super().add(key, self._values.dumps(value), timeout, version)


def _encode(value: Any) -> Any:
    if isinstance(value, dict):
        if all(isinstance(key, str) for key in value) and not value.keys() & {_PAIRS, _BYTES}:
            return {key: _encode(item) for key, item in value.items()}
        return {_PAIRS: [[_encode(key), _encode(item)] for key, item in value.items()]}
    if isinstance(value, list | tuple):
        return [_encode(item) for item in value]
    if isinstance(value, Promise):
        # All requests read the same value, whichever of them wrote it.
        with override(settings.LANGUAGE_CODE):
            return str(value)
    if isinstance(value, bytes):
        return {_BYTES: base64.b64encode(value).decode("ascii")}
    return value


def _decode(found: dict[str, Any]) -> Any:
    if found.keys() == {_PAIRS}:
        return dict(found[_PAIRS])
    if found.keys() == {_BYTES}:
        return base64.b64decode(found[_BYTES])
    return found
