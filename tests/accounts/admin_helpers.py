"""Helpers for tests of the admin for the operating team: users, clients, addresses, POST data."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Membership, User
from accounts.services import grant
from tests.accounts.factories import UserFactory

Role = Membership.Role
NOW = "2026-03-02 09:00 +0700"
TODAY = dt.date(2026, 3, 2)
LISTS = ("agencies", "agency_successions", "memberships")
ROW_VIEWS = ("edit", "delete", "history", "history_results", "usage")


def member(agency: Agency, role: str = Role.OPERATOR, **fields: Any) -> User:
    user = UserFactory(**fields)
    grant(user=user, agency=agency, role=role)
    return User.objects.get(pk=user.pk)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def superuser_client() -> Client:
    return browser(UserFactory(is_superuser=True))


def at(name: str, view: str, *args: Any) -> str:
    return reverse(f"{name}:{view}", args=args)


def agency_facts(**fields: Any) -> dict[str, Any]:
    return {
        "name": "Trung tâm Thử",
        "kind": "centre",
        "code": "H90.09",
        "valid_from": "2026-03-01",
        **fields,
    }


def agency_post_data(agency: Agency, **fields: Any) -> dict[str, Any]:
    """Return the POST data of the form of ``agency``, with ``fields`` changed."""
    facts = {
        name: getattr(agency, name) or ""
        for name in (
            "name", "short_name", "kind", "code", "code_old", "address", "phone", "email", "working_hours",
            "valid_from", "valid_to",
        )
    }  # fmt: skip
    return {**facts, "parent": agency.parent_id or "", "unit": agency.unit_id or "", **fields}


def role_facts(user: User, agency: Agency, role: str = Role.EDITOR, **fields: Any) -> dict[str, Any]:
    return {
        "username": user.username,
        "agency": agency.pk,
        "role": role,
        "valid_from": "2026-03-02",
        "valid_to": "",
        **fields,
    }
