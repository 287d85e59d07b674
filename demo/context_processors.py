"""Template variables of a demo, registered by ``portal.settings.demo`` only: the accounts have a published password."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from demo.sources import people


class DemoAccount(NamedTuple):
    """An account to try; `role` describes its work."""

    role: str
    username: str
    password: str


def demo(request: HttpRequest) -> dict[str, Any]:
    """Return `demo_accounts`, evaluated on first use."""
    return {"demo_accounts": SimpleLazyObject(demo_accounts)}


def demo_accounts() -> list[DemoAccount]:
    """Return one account per role."""
    data = people()
    return [
        DemoAccount(account["title"], account["username"], data["password"]) for account in data["accounts"]
    ]
