"""Permissions on forms, for procedure controllers."""

from __future__ import annotations

from accounts.roles import Role, grant_permissions

grant_permissions(
    Role.CONTROLLER,
    "builder.add_formdefinition",
    "builder.change_formdefinition",
    "builder.view_formdefinition",
)
