"""Create accounts, and assign and end roles."""

from accounts.services.memberships import change_end_date, create_user, grant, revoke

__all__ = ["change_end_date", "create_user", "grant", "revoke"]
