"""The full content of one legal version, stored in ``ProcedureVersion.snapshot``, and its JSON (ADR 110).

The JSON is written and read with cattrs: strict types, errors with the path of the value.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Self, TypeVar, get_args, get_origin

from cattrs import (
    AttributeValidationNote,
    BaseValidationError,
    Converter,
    ForbiddenExtraKeysError,
    IterableValidationNote,
)
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
from django.utils.translation import gettext as _

from core.text import normalise_lines
from procedures.value_objects import (
    JSON_KEY,
    Case,
    ChannelDetails,
    Decision,
    Flags,
    LegalBasis,
    RequiredDocument,
    Result,
    StepGroup,
)

T = TypeVar("T")
NO_FLAGS: Final = Flags()


class RecordError(ValueError):
    """An invalid value; the message begins with its path (``cases[1].documents[0].name``)."""


def encode(value: Any) -> Any:
    """Return ``value`` as JSON types; dataclass fields that equal their default are left out, so that equal values
    give equal JSON."""
    return _converter.unstructure(value)


def decode(cls: type[T], data: Any) -> T:
    """Build ``cls`` from JSON types; unknown keys are refused, missing ones take the field's default."""
    try:
        return _converter.structure(data, cls)
    except (BaseValidationError, ValueError, KeyError) as error:
        raise RecordError(_first_message(error)) from error


def _first_message(error: BaseException, path: str = "") -> str:
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            path = f"{path}.{note.name}".lstrip(".")
        elif isinstance(note, IterableValidationNote):
            path = f"{path}[{note.index}]"
    if isinstance(error, BaseValidationError):
        return _first_message(error.exceptions[0], path)
    if isinstance(error, ForbiddenExtraKeysError):
        return _at(path, _("unknown key %(key)s") % {"key": min(map(str, error.extra_fields))[:60]})
    if isinstance(error, KeyError):
        return _at(path.rpartition(".")[0], _("%(key)s is missing") % {"key": error.args[0]})
    return _at(path, str(error))


def normalise_texts(value: T) -> T:
    """Return ``value``, a value object or a part of one, with ``normalise_lines`` applied to every text in it.

    A text that has passed through a browser's form is then equal to the one that was shown in it.
    """
    if isinstance(value, str):
        return normalise_lines(value)  # type: ignore[return-value] # a text for a text
    if isinstance(value, tuple):
        return tuple(map(normalise_texts, value))  # type: ignore[return-value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        texts = {one.name: normalise_texts(getattr(value, one.name)) for one in dataclasses.fields(value)}
        return dataclasses.replace(value, **texts)
    return value


def check_storable(value: Any, path: str = "") -> None:
    """Raise ``RecordError`` for text that the database cannot store: NUL or half a UTF-16 surrogate pair."""
    match value:
        case str():
            if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
                raise RecordError(_at(path, _("an invalid character")))
        case dict():
            for key, item in value.items():
                check_storable(key, path)
                check_storable(item, f"{path}.{key}".lstrip("."))
        case list():
            for index, item in enumerate(value):
                check_storable(item, f"{path}[{index}]")


def require_type(value: Any, kind: type[T], path: str) -> T:
    """Return ``value`` if it is of ``kind`` (dict, list or str), or an empty one for null.

    Otherwise raise ``RecordError``.
    """
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise RecordError(_at(path, str(_wrong(_kinds()[kind], value))))
    return value


def _at(path: str, message: str) -> str:
    return f"{path}: {message}" if path else message


def _kinds() -> dict[type, str]:
    return {
        dict: _("an object"), list: _("a list"), str: _("a text"), bool: _("yes or no"), int: _("a number"),
        float: _("a number"), type(None): _("nothing"),
    }  # fmt: skip


def _wrong(wanted: str, value: Any) -> ValueError:
    given = _kinds().get(type(value), type(value).__name__)
    return ValueError(_("%(wanted)s is expected, not %(given)s") % {"wanted": wanted, "given": given})


def _text(value: Any, _type: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong(_("a text"), value)
    return normalise_lines(value)


def _whole_number(value: Any, _type: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(_("a whole number"), value)
    return value


def _yes_or_no(value: Any, _type: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(_("yes or no"), value)
    return value


def _decimal(value: Any, _type: Any) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite():
        raise ValueError(_("%(value)s is not a number") % {"value": repr(value)[:40]})
    return number


def _date(value: Any, _type: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (ValueError, TypeError) as error:
        message = _("%(value)s is not a date such as 2025-07-01") % {"value": repr(value)[:40]}
        raise ValueError(message) from error


def _decimal_json(value: Decimal) -> int | str:
    return int(value) if value == value.to_integral_value() else str(value.normalize())


def _json_keys(cls: Any) -> dict[str, str]:
    fields = dataclasses.fields(cls)
    return {field.name: field.metadata[JSON_KEY] for field in fields if JSON_KEY in field.metadata}


def _renamed(keys: dict[str, str]) -> dict[str, Any]:
    return {name: override(rename=key) for name, key in keys.items()}


def _object(cls: Any) -> Callable[[Any, Any], Any]:
    keys = _json_keys(cls)
    structure = make_dict_structure_fn(cls, _converter, _cattrs_forbid_extra_keys=True, **_renamed(keys))

    def build(value: Any, kind: Any) -> Any:
        if not isinstance(value, dict):
            raise _wrong(_("an object"), value)
        try:
            return structure(value, kind)
        except BaseValidationError as error:
            for note in (note for cause in error.exceptions for note in getattr(cause, "__notes__", ())):
                if isinstance(note, AttributeValidationNote):
                    note.name = keys.get(note.name, note.name)
            raise

    return build


def _tuple(kind: Any) -> Callable[[Any, Any], Any]:
    items = list[get_args(kind)[0]]  # type: ignore[misc,valid-type] # a type that is known at run time only
    structure = _converter.get_structure_hook(items)

    def build(value: Any, _type: Any) -> Any:
        if not isinstance(value, list):
            raise _wrong(_("a list"), value)
        return tuple(structure(value, items))

    return build


def _list_json(value: Any) -> list[Any]:
    return [_converter.unstructure(item) for item in value]


def _is_tuple(kind: Any) -> bool:
    return kind is tuple or get_origin(kind) is tuple


_converter = Converter()
for _kind, _hook in (
    (str, _text),
    (int, _whole_number),
    (bool, _yes_or_no),
    (Decimal, _decimal),
    (date, _date),
):
    _converter.register_structure_hook(_kind, _hook)
_converter.register_unstructure_hook(Decimal, _decimal_json)
_converter.register_unstructure_hook(date, date.isoformat)
_converter.register_structure_hook_factory(dataclasses.is_dataclass, _object)
_converter.register_structure_hook_factory(_is_tuple, _tuple)
_converter.register_unstructure_hook_func(_is_tuple, _list_json)
_converter.register_unstructure_hook_factory(
    dataclasses.is_dataclass,
    lambda cls: make_dict_unstructure_fn(
        cls, _converter, _cattrs_omit_if_default=True, **_renamed(_json_keys(cls))
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Every official field of a procedure. Codes are those of ``procedures.choices``; texts are NFC."""

    core_code: str
    title: str
    local_code: str = ""
    short_title: str = ""
    summary: str = ""
    keywords: tuple[str, ...] = ()
    field: str = ""
    field_code: str = ""
    levels: tuple[str, ...] = ()
    kind: str = ""
    audiences: tuple[str, ...] = ()
    decision: Decision | None = None
    service_level: str = ""
    channels: tuple[ChannelDetails, ...] = ()
    cases: tuple[Case, ...] = ()
    steps: tuple[StepGroup, ...] = ()
    results: tuple[Result, ...] = ()
    legal_bases: tuple[LegalBasis, ...] = ()
    implementing_agencies: tuple[str, ...] = ()
    competent_authority: str = ""
    authorized_agency: str = ""
    coordinating_agencies: tuple[str, ...] = ()
    reception_address: str = ""
    requirements: str = ""
    related_codes: tuple[str, ...] = ()
    flags: Flags = NO_FLAGS
    same_day: bool = False

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Build a snapshot from its JSON; ``RecordError`` if it is invalid."""
        return decode(cls, data)

    def to_json(self) -> dict[str, Any]:
        """Return JSON types; equal snapshots give equal JSON."""
        data: dict[str, Any] = encode(self)
        return data

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the canonical JSON: the identity of this content."""
        text = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def says_the_same_as(self, other: Snapshot) -> bool:
        """Return True if the two differ in nothing that a publication would change.

        Line ends and spaces are not counted, nor what is filled in later about a decision or a field: the date of a
        decision with the same number, the code of a field with the same name.
        """
        return self._comparable() == other._comparable()

    def _comparable(self) -> Snapshot:
        decision = Decision(number=self.decision.number) if self.decision else None
        return normalise_texts(dataclasses.replace(self, decision=decision, field_code=""))

    def has_the_law_of(self, other: Snapshot) -> bool:
        """Return True if the two have the same requirements, costs and results under the same decision (ADR 280).

        Not counted are the portal's own words (summary, keywords, short name), where a procedure is listed (local
        code, field, kind, level of the online service, related procedures, flags of the national list), where dossiers
        are received, and details filled in later about the same thing: the blank form of a document, national codes of
        results, the law behind a fee, title, date and issuer of a legal basis that has a number.
        """
        return self._law() == other._law()

    def _law(self) -> Snapshot:
        plain = dataclasses.replace(
            self,
            **_NO_LAW,
            channels=tuple(map(_law_of_channel, self.channels)),
            cases=tuple(map(_law_of_case, self.cases)),
            results=tuple(dataclasses.replace(result, code="") for result in self.results),
            legal_bases=tuple(
                LegalBasis(number=basis.number) if basis.number else basis for basis in self.legal_bases
            ),
            flags=dataclasses.replace(self.flags, is_vertical=False, is_internal=False, is_special=False),
        )
        return plain._comparable()

    def documents(self) -> list[RequiredDocument]:
        """Return the documents of all cases in order."""
        return [document for case in self.cases for document in case.documents]


_NO_LAW: Final[dict[str, Any]] = {
    "local_code": "", "short_title": "", "summary": "", "keywords": (), "field": "", "kind": "", "service_level": "",
    "reception_address": "", "related_codes": (),
}  # fmt: skip


def _law_of_channel(channel: ChannelDetails) -> ChannelDetails:
    fees = tuple(dataclasses.replace(fee, legal_number="") for fee in channel.fees)
    return dataclasses.replace(channel, fees=fees)


def _law_of_case(case: Case) -> Case:
    """Return ``case`` without the blank forms: the law requires a document; the form is just a file to fill in."""
    documents = (dataclasses.replace(one, result_code="", blank_forms=()) for one in case.documents)
    return dataclasses.replace(case, documents=tuple(documents))
