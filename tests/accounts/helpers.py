"""Questions about roles that only tests ask, and page permissions of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts import roles
from accounts.models import Agency, Membership, User
from accounts.selectors import memberships_of


def has_role(user: User | AnonymousUser | None, agency: Agency, *names: str, on: date | None = None) -> bool:
    """Return True if ``user`` holds one of ``names`` (any role if none is given) in ``agency`` on ``on`` (today)."""
    held = memberships_of(user, on).filter(agency=agency)
    return (held.filter(role__in=names) if names else held).exists()


def give_editors_pages(monkeypatch: pytest.MonkeyPatch, pages: roles.PagesOf) -> None:
    """Let editors manage the trees that ``pages`` returns for their agency, instead of the portal's own."""
    granted = roles.permissions_of(Membership.Role.EDITOR)
    on_pages = [roles.PageGrant(one.permissions, pages, below=True) for one in granted.pages]
    monkeypatch.setitem(roles._permissions, Membership.Role.EDITOR, replace(granted, pages=on_pages))
