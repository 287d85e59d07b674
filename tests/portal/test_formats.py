"""Forms of the admin show and accept day-first dates in both languages."""

from __future__ import annotations

import datetime as dt

import pytest
from django import forms
from django.utils import formats, translation
from wagtail.admin.widgets import AdminDateInput, AdminDateTimeInput

DAY = dt.date(2026, 6, 5)


@pytest.mark.parametrize("language", ["vi", "en"])
class TestBothLanguages:
    def test_displayed_date_is_read_back(self, language):
        with translation.override(language):
            shown = AdminDateInput().format_value(DAY)
            assert shown == "05/06/2026"
            assert forms.DateField().clean(shown) == DAY

    def test_displayed_datetime_is_read_back(self, language):
        moment = dt.datetime(2026, 6, 5, 7, 30)
        with translation.override(language):
            shown = AdminDateTimeInput().format_value(moment)
            assert shown == "05/06/2026 07:30"
            assert forms.DateTimeField().clean(shown).replace(tzinfo=None) == moment

    @pytest.mark.parametrize("sent", ["2026-06-05", "05/06/2026", "5/6/2026"])
    def test_iso_and_day_first_dates_are_accepted(self, language, sent):
        with translation.override(language):
            assert forms.DateField().clean(sent) == DAY

    @pytest.mark.parametrize("sent", ["06/13/2026", "31/02/2026", "2026/06/05", "hôm nay", "05-06-2026"])
    def test_other_date_formats_are_rejected(self, language, sent):
        with translation.override(language), pytest.raises(forms.ValidationError):
            forms.DateField().clean(sent)


def test_dates_are_written_with_leading_zeros():
    with translation.override("vi"):
        assert formats.date_format(DAY) == "05/06/2026"
