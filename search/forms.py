"""The form of a lexicon entry."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from core.text import clean, nfc, slugify, unused_slug
from search.language.tokenizer import codes_in
from search.models import LexiconEntry


class LexiconEntryForm(WagtailAdminModelForm):
    """Terms one per line; codes in any style are stored without their suffix; the slug follows from the first term."""

    class Meta:
        model = LexiconEntry
        fields = ("terms", "official", "codes", "mode", "area", "note", "active")

    def clean_terms(self) -> str:
        return _lines(self.cleaned_data["terms"])

    def clean_official(self) -> str:
        return _lines(self.cleaned_data["official"])

    def clean_codes(self) -> str:
        """Return the national codes without suffixes, separated by spaces; reject anything else."""
        pieces = self.cleaned_data["codes"].replace(",", " ").split()
        found = [code for piece in pieces for code in codes_in(piece)]
        if wrong := [piece for piece in pieces if not _is_national(piece)]:
            raise ValidationError(
                _("These are not national codes: %(codes)s"), params={"codes": ", ".join(wrong)}
            )
        return " ".join(dict.fromkeys(found))

    def save(self, commit: bool = True) -> Any:
        """Give a new entry a unique slug."""
        if not self.instance.slug:
            self.instance.slug = _free_slug(str(self.instance))
        return super().save(commit=commit)


def _lines(text: str) -> str:
    return "\n".join(dict.fromkeys(filter(None, map(clean, nfc(text).splitlines()))))


def _is_national(piece: str) -> bool:
    codes = codes_in(piece)
    return len(codes) == 1 and len(codes[0]) == len("1.000000") and codes[0][1] == "."


def _free_slug(text: str) -> str:
    base = slugify(text, max_length=70) or "tu"
    taken = set(LexiconEntry.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return unused_slug(base, taken)
