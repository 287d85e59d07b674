"""Rules for passwords beyond Django's: common ones in disguise, and those a person had before (ASVS 2.1.7).

Django's list of 20,000 common passwords (Royce Williams, part of Django under BSD-3-Clause, compressed) is searched for
what is left of a password without digits and signs around it and with letters for the signs in their place; so is a
short list of our own (``data/password_words.txt``) with the words of this country.
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

from accounts.models import FormerPassword
from core.text import fold


def _own_words() -> frozenset[str]:
    text = (Path(__file__).parent / "data" / "password_words.txt").read_text(encoding="utf-8")
    return frozenset(" ".join(line for line in text.splitlines() if not line.startswith("#")).split())


OWN_WORDS: Final = _own_words()
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
        if _is_monotonous(text) or any(self._is_common(core) for core in _cores(text)):
            raise ValidationError(self.get_error_message(), code="password_too_common")

    def _is_common(self, core: str) -> bool:
        return core in self.passwords or core in OWN_WORDS or core in self._place

    @cached_property
    def _place(self) -> frozenset[str]:
        """Return the words of the place and the portal, joined as people type them."""
        names = (settings.PORTAL_PROVINCE, settings.PORTAL_NAME, settings.PORTAL_OWNER)
        words = [fold(name).split() for name in names]
        endings = {"".join(parts[start:]) for parts in words for start in range(len(parts))}
        return frozenset(endings)

    def get_error_message(self) -> str:
        """Return what is wrong."""
        return _(
            "This password is easy to guess: a common word or the name of the place, with digits or signs."
        )

    def get_help_text(self) -> str:
        """Return the rule."""
        return _("Your password cannot be a common word or the name of the place with digits or signs.")


def _cores(text: str) -> set[str]:
    """Return what is left of a password without digits and signs around it, as typed and with letters for signs."""
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
    """Refuse the present password and the last ones before it."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ``ValidationError`` for a former password of ``user``."""
        if user is None or user.pk is None:
            return
        former = [row.password for row in FormerPassword.objects.filter(user=user)[:KEPT_FORMER]]
        if any(check_password(password, encoded) for encoded in {user.password, *former}):
            raise ValidationError(_("You have used this password before."), code="password_used_before")

    def password_changed(self, password: str, user: Any = None) -> None:
        """Remember the password that was just saved; Django calls it from ``save``."""
        FormerPassword.objects.create(user=user, password=user.password)
        kept = FormerPassword.objects.filter(user=user).values_list("pk", flat=True)[:KEPT_FORMER]
        FormerPassword.objects.filter(user=user).exclude(pk__in=list(kept)).delete()

    def get_help_text(self) -> str:
        """Return the rule."""
        return _("Your password cannot be one that you used before.")
