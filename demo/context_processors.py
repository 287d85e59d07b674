"""Template variables of a demo, registered by ``portal.settings.demo`` only: the accounts have a published password."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from demo.mailbox import is_shown_to
from demo.sources import people

MAILS_PATH: Final = "/demo/thu/"


class DemoAccount(NamedTuple):
    """An account to try; `role` describes its work."""

    role: str
    username: str
    password: str


def demo(request: HttpRequest) -> dict[str, Any]:
    """Return `demo_accounts`, evaluated on first use, and `demo_mails_url`, empty for users who may not read them."""
    return {
        "demo_accounts": SimpleLazyObject(demo_accounts),
        "demo_mails_url": MAILS_PATH if is_shown_to(request) else "",
    }


def demo_accounts() -> list[DemoAccount]:
    """Return one account per role."""
    data = people()
    return [
        DemoAccount(account["title"], account["username"], data["password"]) for account in data["accounts"]
    ]
