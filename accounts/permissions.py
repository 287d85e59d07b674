"""Permissions that belong to the roles themselves, and those on the models of core."""

from __future__ import annotations

from accounts.roles import ADMIN_ACCESS, Role, grant_permissions

# Heads approve what their editors submit.
for role in (Role.EDITOR, Role.COMMUNICATION, Role.CONTROLLER, Role.OPERATOR, Role.HEAD):
    grant_permissions(role, ADMIN_ACCESS)

# Holidays move the due dates of all agencies.
grant_permissions(
    Role.CONTROLLER, "core.add_holiday", "core.change_holiday", "core.view_holiday", provincial=True
)
