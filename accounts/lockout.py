"""How django-axes counts wrong passwords here: if the clock is set back, no lock lasts longer than it should."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from axes.handlers.database import AxesDatabaseHandler
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

#: The clocks of several servers differ by less.
TOLERANCE: Final = timedelta(minutes=1)


class LockoutHandler(AxesDatabaseHandler):
    """Ignore attempts in the future: a clock that was days ahead would lock people out for days."""

    def get_user_attempts(
        self, request: HttpRequest, credentials: dict[str, Any] | None = None
    ) -> list[QuerySet[Any]]:
        """Return the attempts that still count, one queryset for each way of counting."""
        until = timezone.now() + TOLERANCE
        found: list[QuerySet[Any]] = super().get_user_attempts(request, credentials)
        return [attempts.filter(attempt_time__lte=until) for attempts in found]
