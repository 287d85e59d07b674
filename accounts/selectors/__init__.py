from accounts.selectors.agencies import (
    answering_agencies,
    resolve_agency_code,
    stands_for_province,
    with_those_below,
)
from accounts.selectors.memberships import (
    agencies_reached,
    agencies_where,
    has_role,
    memberships_of,
    speaks_for_province,
)
from accounts.selectors.people import accounts_kept_by, is_operator
from accounts.selectors.units import communes_for_choice, current_communes, current_provinces

__all__ = [
    "accounts_kept_by",
    "agencies_reached",
    "agencies_where",
    "answering_agencies",
    "communes_for_choice",
    "current_communes",
    "current_provinces",
    "has_role",
    "is_operator",
    "memberships_of",
    "resolve_agency_code",
    "speaks_for_province",
    "stands_for_province",
    "with_those_below",
]
