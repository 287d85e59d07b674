"""Deployment checks of the limits that the law sets for accounts (NĐ 331/2026, docs/domain.md#information-security)."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

#: Setting, lowest and highest value that a deployment may have.
LIMITS: Final = (
    ("SESSION_IDLE_MINUTES", 1, 15),
    ("SESSION_IDLE_MINUTES_ADMIN", 1, 5),
    ("AXES_FAILURE_LIMIT", 1, 5),
    ("ACCOUNT_UNUSED_DAYS", 1, 45),
    ("ACCOUNT_REVIEW_MONTHS", 1, 6),
    ("SIGN_IN_LOG_KEEP_DAYS", 92, 3660),
)


@register(Tags.security, deploy=True)
def check_limits(**_kwargs: Any) -> list[CheckMessage]:
    """Warn about each limit that is laxer than the law allows."""
    return [
        Warning(f"{name} must be between {lowest} and {highest} (NĐ 331/2026)", id="accounts.W001")
        for name, lowest, highest in LIMITS
        if not lowest <= getattr(settings, name) <= highest
    ]


@register(Tags.security, deploy=True)
def check_second_factor(**_kwargs: Any) -> list[CheckMessage]:
    """Warn about a deployment in which a password alone is enough to open dossiers."""
    if settings.SECOND_FACTOR_REQUIRED:
        return []
    return [Warning("SECOND_FACTOR_REQUIRED must be on (NĐ 331/2026)", id="accounts.W002")]
