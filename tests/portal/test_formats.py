"""The forms of the admin show and read the day first, in both languages."""

from __future__ import annotations

import datetime as dt

import pytest
from django import forms
from django.utils import formats, translation
from wagtail.admin.widgets import AdminDateInput, AdminDateTimeInput

DAY = dt.date(2026, 6, 5)


@pytest.mark.parametrize("language", ["vi", "en"])
class TestBothLanguages:
    def test_what_a_field_shows_is_read_as_the_same_day(self, language):
        with translation.override(language):
            shown = AdminDateInput().format_value(DAY)
            assert shown == "05/06/2026"
            assert forms.DateField().clean(shown) == DAY

    def test_and_as_the_same_moment(self, language):
        moment = dt.datetime(2026, 6, 5, 7, 30)
        with translation.override(language):
            shown = AdminDateTimeInput().format_value(moment)
            assert shown == "05/06/2026 07:30"
            assert forms.DateTimeField().clean(shown).replace(tzinfo=None) == moment

    @pytest.mark.parametrize("sent", ["2026-06-05", "05/06/2026", "5/6/2026"])
    def test_the_year_first_is_read_too(self, language, sent):
        with translation.override(language):
            assert forms.DateField().clean(sent) == DAY

    @pytest.mark.parametrize("sent", ["06/13/2026", "31/02/2026", "2026/06/05", "hôm nay", "05-06-2026"])
    def test_nothing_else(self, language, sent):
        with translation.override(language), pytest.raises(forms.ValidationError):
            forms.DateField().clean(sent)


def test_lists_write_as_officials_do():
    with translation.override("vi"):
        assert formats.date_format(DAY) == "05/06/2026"
