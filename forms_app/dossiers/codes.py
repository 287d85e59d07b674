"""Dossier codes as text: the pattern language and its checks. Nothing here uses the database."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_PLACE: Final = re.compile(r"\{(agency_code|agency_code_old|yymmdd|seq:0([4-6])d)\}")
# Both legal formats: 000.00.06.H56-231027-0361 (TT 01/2018) and H12.05-250701-0001 (since 2025).
CODE: Final = re.compile(
    r"([0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}|[A-Z][0-9]{2}(\.[0-9]{1,3}){0,3})-\d{6}-\d{4,6}"
)


_SAMPLES: Final = (
    ("H12.05", "000.00.05.H12", date(2026, 1, 2), 1),
    ("H12.05", "000.00.05.H12", date(2026, 1, 2), 2),
    ("H12.05", "000.00.05.H12", date(2026, 1, 3), 1),
    ("H12.06", "000.00.06.H12", date(2026, 1, 2), 1),
)


def validate_pattern(pattern: str) -> None:
    """Reject a pattern whose codes would not have the national format or not differ by agency, day and number."""
    try:
        found = [
            render(pattern, agency_code=code, agency_code_old=old, day=day, number=number)
            for code, old, day, number in _SAMPLES
        ]
    except ValueError as error:
        raise ValidationError(str(error)) from error
    if not CODE.fullmatch(found[0]):
        raise ValidationError(
            _("This pattern produces codes such as “%(code)s”, which is not a national dossier code."),
            params={"code": found[0]},
        )
    if len(set(found)) < len(found):
        raise ValidationError(
            _("Two dossiers would get the same code “%(code)s”. Include the agency, the day and the number."),
            params={"code": found[0]},
        )


def render(pattern: str, *, agency_code: str, agency_code_old: str, day: date, number: int) -> str:
    """Return the code of the ``number``-th dossier of ``day``; ``ValueError`` if a value is missing."""

    def value(match: re.Match[str]) -> str:
        if match[2]:
            return f"{number:0{match[2]}d}"
        found = {"agency_code": agency_code, "agency_code_old": agency_code_old, "yymmdd": f"{day:%y%m%d}"}[
            match[1]
        ]
        if not found:
            raise ValueError(f"no {match[1]} for the pattern {pattern!r}")
        return found

    code = _PLACE.sub(value, pattern)
    if "{" in code or "}" in code:
        raise ValueError(f"unknown field in the pattern {pattern!r}")
    return code


def normalise(text: str) -> str:
    """Return the stored form of a code that a person typed (lower case, spaces also for dashes, long dashes).

    The words around a code that was copied with its label are left out: "Mã hồ sơ: H12.44-261201-0001".
    """
    plain = re.sub(r"[\u2010-\u2015\u2212]", "-", unicodedata.normalize("NFKC", text)).strip().upper()
    joined = re.sub(r"\s+", "", plain)
    spaced = re.sub(r"[\s-]+", "-", re.sub(r"\s*\.\s*", ".", plain))
    found = spaced if not CODE.fullmatch(joined) and CODE.fullmatch(spaced) else joined
    if not CODE.fullmatch(found) and (inside := CODE.search(plain)):
        return inside[0]
    return unicodedata.normalize("NFKC", found)  # once spaces are removed, an accent may follow a letter


def document_key(text: str) -> str:
    """Return the letters and digits of the number of a receipt, for comparison; empty if it contains no digit.

    Case, spaces and other characters do not distinguish two documents.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    key = "".join(character for character in folded if character.isalnum())
    return key if any(character.isdecimal() for character in key) else ""
