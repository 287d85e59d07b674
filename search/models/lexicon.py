"""What editors know of words: everyday terms and the official words they stand for; how often procedures are used."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class LexiconEntry(models.Model):
    """A group of words (nhóm từ). One term a line; the search folds them, so no spelling without marks is needed."""

    class Mode(models.TextChoices):
        EQUAL = "equal", _("all words mean the same")
        ONEWAY = "oneway", _("everyday words also find the official ones")

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    area = models.CharField(_("field of life"), max_length=40)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices, default=Mode.ONEWAY)
    terms = models.TextField(_("everyday words"), help_text=_("One a line, with their marks."))
    official = models.TextField(
        _("official words"), blank=True, help_text=_("One a line, as titles say them.")
    )
    codes = models.CharField(
        _("procedure codes"), max_length=300, blank=True, help_text=_("National codes, with spaces.")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    active = models.BooleanField(_("in use"), default=True)
    # What the shipped file said when the row was loaded; a row that differs was changed by an editor and is kept.
    shipped_digest = models.CharField(
        _("digest of the shipped row"), max_length=64, blank=True, editable=False
    )
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("lexicon entry")
        verbose_name_plural = _("lexicon")
        ordering = ["area", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(official="", codes=""), name="lexicon_entry_leads_somewhere"
            )
        ]

    def __str__(self) -> str:
        return self.terms.split("\n", 1)[0]

    def clean(self) -> None:
        """Refuse an entry that leads nowhere."""
        if not (self.official.strip() or self.codes.strip()):
            raise ValidationError(_("Give official words or procedure codes."))


class UsageWeight(models.Model):
    """How often a procedure was used nationwide; parts equals in the search, nothing more."""

    code = models.CharField(_("national code"), max_length=8, primary_key=True)
    uses = models.PositiveBigIntegerField(_("uses"))

    class Meta:
        verbose_name = _("usage of a procedure")
        verbose_name_plural = _("usage of procedures")

    def __str__(self) -> str:
        return f"{self.code}: {self.uses}"
