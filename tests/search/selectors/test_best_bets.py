"""Until when a best bet is shown."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from search.models import BestBet
from search.selectors.best_bets import state_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("days_ago", "state"), [(0, "Không hiển thị: trang không còn công khai"), (1, "Đã kết thúc")]
)
def test_bet_has_ended_after_its_last_day(days_ago: int, state: str) -> None:
    last = timezone.localdate() - timedelta(days=days_ago)
    bet = BestBet.objects.create(
        words="cưới", valid_from=date(2026, 1, 1), valid_to=last, documents=["nothing"]
    )
    assert state_of(bet, {}) == state
