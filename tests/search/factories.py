"""Rows of the search app for tests."""

from __future__ import annotations

from typing import Any

from factory import LazyAttribute, Sequence
from factory.django import DjangoModelFactory

from search.models import LexiconEntry, UsageWeight


class LexiconEntryFactory(DjangoModelFactory[LexiconEntry]):
    """A one-way group with one everyday word."""

    class Meta:
        model = LexiconEntry

    slug = Sequence(lambda number: f"nhom-{number}")
    area = "thu"
    mode = LexiconEntry.Mode.ONEWAY
    terms = "từ thường ngày"
    official: Any = LazyAttribute(lambda entry: "" if entry.codes else "từ chính thức")
    codes = ""


class UsageWeightFactory(DjangoModelFactory[UsageWeight]):
    """A procedure that is used."""

    class Meta:
        model = UsageWeight

    code = Sequence(lambda number: f"1.{number:06}")
    uses = 1
