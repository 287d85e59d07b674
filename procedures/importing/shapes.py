"""The shape of a foreign JSON record: what we read of it is text, a list or an object where we expect one."""

from __future__ import annotations

from typing import Any

from procedures.jsonable import expected

Shape = dict[str, Any] | list[Any] | type[str]


def fit(value: Any, shape: Shape, path: str = "") -> Any:
    """Return ``value`` cut down to ``shape``, null as nothing; ``RecordError`` says where something else stands.

    ``{"a": str, "b": [{"*": str}]}``: the key ``*`` means every other key; keys that the shape has not are dropped.
    """
    if isinstance(shape, dict):
        return _fit_object(expected(value, dict, path), shape, path)
    if isinstance(shape, list):
        rows = enumerate(expected(value, list, path))
        return [fit(item, shape[0], f"{path}[{place}]") for place, item in rows]
    return expected(value, str, path)


def _fit_object(value: dict[str, Any], shape: dict[str, Any], path: str) -> dict[str, Any]:
    read = [key for key in value if key in shape or "*" in shape]
    return {key: fit(value[key], shape.get(key) or shape["*"], f"{path}.{key}".lstrip(".")) for key in read}
