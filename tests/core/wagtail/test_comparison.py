"""The comparison of two drafts shows dates, numbers and booleans in words, and nothing for an empty value."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from core.wagtail.comparison import value_text
from tests.accounts.factories import UserFactory
from tests.procedures.factories import make_page


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "Có"),
        (False, "Không"),
        (0, "0"),
        (date(2026, 11, 30), "30/11/2026"),
        (datetime(2026, 11, 30, 1, tzinfo=UTC), "30/11/2026 08:00"),
    ],
)
def test_value_in_words(value, text):
    assert value_text(value) == text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        (None, date(2026, 12, 1), [("addition", "01/12/2026")]),
        (date(2026, 12, 1), None, [("deletion", "01/12/2026")]),
        (date(2026, 12, 1), date(2026, 12, 2), [("deletion", "01/12/2026"), ("addition", "02/12/2026")]),
    ],
)
def test_comparison_shows_dates_separately(client, old, new, shown):
    client.force_login(UserFactory(is_superuser=True))
    page = make_page()
    revisions = []
    for day in (old, new):
        page.effective_from = day
        revisions.append(page.save_revision().pk)
    html = client.get(f"/quan-tri/pages/{page.pk}/revisions/compare/{revisions[0]}...{revisions[1]}/").text
    assert re.findall(r'<span class="(deletion|addition)">([^<]*)</span>', html) == shown
