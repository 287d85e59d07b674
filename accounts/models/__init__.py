from accounts.models.agencies import Agency, AgencySuccession
from accounts.models.memberships import Membership
from accounts.models.units import AdminUnit, UnitSuccession
from accounts.models.users import User

__all__ = ["AdminUnit", "Agency", "AgencySuccession", "Membership", "UnitSuccession", "User"]
