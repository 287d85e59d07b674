"""What procedure controllers may do with the rules for dossiers."""

from __future__ import annotations

from accounts.roles import Role, grant_permissions

grant_permissions(
    Role.CONTROLLER,
    "dossiers.add_filingchannel",
    "dossiers.change_filingchannel",
)
# Deadlines and retention of all agencies.
grant_permissions(
    Role.CONTROLLER,
    "dossiers.add_deadlinesetting",
    "dossiers.change_deadlinesetting",
    "dossiers.add_retentionsetting",
    "dossiers.change_retentionsetting",
    provincial=True,
)
