"""Rules for passwords beyond Django's: disguised common ones, and those the person had before (ASVS 6.2.4, 6.2.11).

Django's list of 20,000 common passwords (Royce Williams, part of Django under BSD-3-Clause, compressed) is searched for
what remains of a password after digits and signs around it are removed and signs replaced by the letters they stand
for; so are our own lists of the words (``data/password_words.txt``) and the names (``data/person_names.txt``) of this
country, and the names of the person's agencies. Only 187 of the 20,000 have twelve characters; the rule refuses what
people make of the others by adding digits.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Agency, FormerPassword
from core.text import fold


def _lines(name: str) -> list[list[str]]:
    """Return the words of each line, except comments, of a file in ``data``."""
    text = (Path(__file__).parent / "data" / name).read_text(encoding="utf-8")
    return [line.split() for line in text.splitlines() if not line.startswith("#")]


OWN_WORDS: Final = frozenset(word for line in _lines("password_words.txt") for word in line)
_FAMILY, _MIDDLE, *_given_lines = _lines("person_names.txt")
_GIVEN: Final = [word for line in _given_lines for word in line]
#: Family name, middle names, given name: ``nguyenthithuha``.
_PERSON: Final = re.compile(rf"(?:{'|'.join(_FAMILY)})(?:{'|'.join(_MIDDLE)}){{0,2}}(?:{'|'.join(_GIVEN)})")
_LEET: Final = str.maketrans("@4031!$57", "aaoeiisst")
MIN_DIFFERENT: Final = 5
KEPT_FORMER: Final = 5
_ROWS: Final = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "01234567890")
#: A run of neighbours on the keyboard or in the alphabet of this length counts as one character.
RUN: Final = 4


class DisguisedPasswordValidator(CommonPasswordValidator):
    """Refuse what is easy to guess although it is long: ``P@ssw0rd1234``, ``Matkhau@2026``, ``aaaaaaaaaaaa``."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ``ValidationError`` for such a password."""
        text = fold(password)
        context = self._place | _agency_words(user)
        if _is_monotonous(text) or any(self._is_common(core, context) for core in _cores(text)):
            raise ValidationError(self.get_error_message(), code="password_too_common")

    def _is_common(self, core: str, context: frozenset[str]) -> bool:
        """Return True for one common word, one repeated, two of our own words together, or the name of a person."""
        words = OWN_WORDS | context
        if core in self.passwords or core in words or _PERSON.fullmatch(core):
            return True
        halves = [(core[:cut], core[cut:]) for cut in range(1, len(core))]
        if any(first in words and second in words for first, second in halves):
            return True
        unit = (core + core).find(core, 1)
        return unit < len(core) and core[:unit] in self.passwords | words

    @cached_property
    def _place(self) -> frozenset[str]:
        """Return the words for the place and the portal, joined as people type them."""
        return _endings(settings.PORTAL_PROVINCE, settings.PORTAL_NAME, settings.PORTAL_OWNER)

    def get_error_message(self) -> str:
        """Return what is wrong."""
        return _(
            "This password is easy to guess: common words or the name of a place, an agency or a person, with"
            " digits or signs."
        )

    def get_help_text(self) -> str:
        """Return the rule."""
        return _(
            "Your password cannot be common words or the name of a place, an agency or a person with digits or signs."
        )


def _endings(*names: str) -> frozenset[str]:
    """Return each name and its endings, joined as people type them: ``sotuphap``, ``tuphap``, ``phap``."""
    words = [re.sub(r"[\W_]+", " ", fold(name)).split() for name in names]
    return frozenset("".join(parts[start:]) for parts in words for start in range(len(parts)))


def _agency_words(user: Any) -> frozenset[str]:
    """Return the words of the agencies in which ``user`` has a role, including their short names and codes."""
    if user is None or user.pk is None:
        return frozenset()
    found = Agency.objects.filter(memberships__user=user).values_list("name", "short_name", "slug")
    return _endings(*(name for row in found.distinct() for name in row))


def _cores(text: str) -> set[str]:
    """Return what remains of a password without the digits and signs around it, as typed and with letters for signs."""
    spellings = {text, text.translate(_LEET)}
    spellings |= {re.sub(r"[\W\d_]+$", "", text).translate(_LEET), re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)}
    return {re.sub(r"[\W\d_]+", "", spelling) for spelling in spellings} - {""}


def _is_monotonous(text: str) -> bool:
    """Return True if a password has few different characters, counting runs such as ``1234`` and ``qwer`` once."""
    for row in _ROWS:
        for line in (row, row[::-1]):
            for start in range(len(line) - RUN + 1):
                text = text.replace(line[start : start + RUN], line[0])
    return len(set(text)) < MIN_DIFFERENT


class FormerPasswordValidator:
    """Refuse the current password and the last ones before it."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ``ValidationError`` for a former password of ``user``."""
        if user is None or user.pk is None:
            return
        former = [row.password for row in FormerPassword.objects.filter(user=user)[:KEPT_FORMER]]
        if any(check_password(password, encoded) for encoded in {user.password, *former}):
            raise ValidationError(_("You have used this password before."), code="password_used_before")

    def password_changed(self, password: str, user: Any = None) -> None:
        """Store the password that was just saved; Django calls this from ``save``."""
        FormerPassword.objects.create(user=user, password=user.password)
        kept = FormerPassword.objects.filter(user=user).values_list("pk", flat=True)[:KEPT_FORMER]
        FormerPassword.objects.filter(user=user).exclude(pk__in=list(kept)).delete()

    def get_help_text(self) -> str:
        """Return the rule."""
        return _("Your password cannot be one that you used before.")
