from accounts.selectors.agencies import resolve_agency_code
from accounts.selectors.memberships import agencies_where, has_role, memberships_of
from accounts.selectors.units import communes_for_choice, current_communes, current_provinces

__all__ = [
    "agencies_where",
    "communes_for_choice",
    "current_communes",
    "current_provinces",
    "has_role",
    "memberships_of",
    "resolve_agency_code",
]
