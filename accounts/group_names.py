"""What the admin calls the groups derived from memberships, whose names are keys (``accounts.services.groups``)."""

from __future__ import annotations

import re
from typing import Final

from django.contrib.auth.models import Group
from django.utils.translation import gettext

from accounts.models import Agency, Membership

_KEY: Final = re.compile(r"(?:role|agency:(?P<agency>\d+)):(?P<role>\w+)(?::(?P<reach>province|page-only))?")


def display_name(name: str) -> str:
    """Return the role, and the agency or its reach, of a group derived from memberships; any other name unchanged."""
    found = _KEY.fullmatch(name)
    if found is None or found["role"] not in Membership.Role.values:
        return name
    role = str(Membership.Role(found["role"]).label)
    # xgettext reads no calls inside f-strings.
    province, pages = gettext("whole province"), gettext("single pages")
    if found["agency"]:
        agency = Agency.objects.filter(pk=found["agency"]).values_list("name", flat=True).first()
        role = f"{role} · {agency or found['agency']}"
    elif found["reach"]:
        role = f"{role} · {province}"
    return f"{role} ({pages})" if found["reach"] == "page-only" else role


def _display(group: Group) -> str:
    return display_name(group.name)


def install_patch() -> None:
    """Make lists and choices of groups show these names; called once when the apps are ready."""
    Group.__str__ = _display  # type: ignore[method-assign, assignment]
