from accounts.services.memberships import grant, revoke
from accounts.services.people import create_user

__all__ = ["create_user", "grant", "revoke"]
