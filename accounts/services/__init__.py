from accounts.services.memberships import grant, move_end, revoke
from accounts.services.people import create_user

__all__ = ["create_user", "grant", "move_end", "revoke"]
