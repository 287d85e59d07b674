"""What the demo shows on the start page."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings

from core import hooks
from portal.demo.sources import people


class DemoAccount(NamedTuple):
    """An account to try; ``role`` says in words whose work it is."""

    role: str
    username: str
    password: str


@hooks.register("demo_accounts")
def demo_accounts() -> list[DemoAccount] | None:
    """Return one account a role; nothing outside a demo."""
    if not settings.DEMO:
        return None
    data = people()
    return [
        DemoAccount(account["title"], account["username"], data["password"]) for account in data["accounts"]
    ]
