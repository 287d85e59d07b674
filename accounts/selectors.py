"""Read agencies and their successors, memberships, manageable accounts and administrative units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import (
    PROVINCE_WIDE_ROLES,
    READING_ROLES,
    AdministrativeUnit,
    AdministrativeUnitSuccession,
    Agency,
    AgencySuccession,
    Membership,
    User,
    ValidityQuerySet,
)


def with_descendants(agencies: QuerySet[Agency]) -> ValidityQuerySet:
    """Return ``agencies`` and all agencies below them, in force or not; three queries at any depth."""
    found = set(agencies.order_by().values_list("pk", flat=True))
    children: dict[int, list[int]] = {}
    for pk, parent in Agency.objects.order_by().values_list("pk", "parent_id") if found else ():
        children.setdefault(parent, []).append(pk)
    waiting = list(found)
    while waiting:
        below = [pk for pk in children.get(waiting.pop(), []) if pk not in found]
        found.update(below)
        waiting.extend(below)
    return Agency.objects.filter(pk__in=found)


def agencies_inspected_by(agency: Agency) -> ValidityQuerySet:
    """Return the agencies that an inspector of ``agency`` may inspect, in force or not; three queries.

    The Provincial Inspectorate inspects the whole province, every other agency itself and what is below it.
    """
    root: int = agency.pk
    if agency.kind == Agency.Kind.INSPECTORATE and agency.parent_id is not None:
        root = agency.parent_id
    return with_descendants(Agency.objects.filter(pk=root))


def with_ancestors(agency: Agency) -> list[Agency]:
    """Return ``agency`` and the agencies above it, from the bottom up."""
    found = [agency]
    while (parent := found[-1].parent) is not None and parent not in found:  # the parents may form a cycle
        found.append(parent)
    return found


def is_provincial_committee(agency: Agency) -> bool:
    """Return True if ``agency`` is the People's Committee of the province: of that kind and without a parent."""
    return agency.kind == Agency.Kind.PROVINCE and agency.parent_id is None


def successors_in_force(agency: Agency, on: date | None = None) -> list[Agency]:
    """Return the agencies that are responsible for the work of ``agency`` on ``on`` (today), by code.

    That is the agency itself while it is in force; afterwards its successors, and theirs in turn, if the
    successions have begun: several if its work was divided, none if nobody continues it.
    """
    day = on or timezone.localdate()
    if _in_force(agency, day):
        return [agency]
    seen, found = {agency.pk}, {}
    ended: Iterable[int] = [agency.pk]
    while ended:
        rows = AgencySuccession.objects.filter(predecessor__in=ended, date__lte=day).select_related(
            "successor"
        )
        fresh = {row.successor_id: row.successor for row in rows if row.successor_id not in seen}
        seen.update(fresh)
        found.update({pk: successor for pk, successor in fresh.items() if _in_force(successor, day)})
        ended = [pk for pk in fresh if pk not in found]
    return sorted(found.values(), key=lambda successor: (successor.code, successor.order_key))


def _in_force(agency: Agency, day: date) -> bool:
    return agency.valid_from <= day and (agency.valid_to is None or agency.valid_to >= day)


def memberships_of(user: User | AnonymousUser | None, on: date | None = None) -> QuerySet[Membership]:
    """Return the memberships of ``user`` in force on ``on`` (today), each with its agency.

    Anonymous users and closed accounts have none.
    """
    if not isinstance(user, User) or not user.is_active:
        return Membership.objects.none()
    return Membership.objects.filter(user=user).valid_on(on or timezone.localdate()).select_related("agency")


def agencies_where(
    user: User | AnonymousUser | None, *roles: str, on: date | None = None
) -> QuerySet[Agency]:
    """Return the agencies in which ``user`` holds one of ``roles``, or any role if none is given.

    A superuser gets nothing here: the operating team may not read dossiers (docs/domain.md#roles).
    """
    held = memberships_of(user, on)
    if roles:
        held = held.filter(role__in=roles)
    return Agency.objects.filter(pk__in=held.order_by().values("agency_id"))


def agencies_in_scope(
    user: User | AnonymousUser | None, *roles: str, on: date | None = None
) -> ValidityQuerySet:
    """Return the agencies in which ``user`` holds one of ``roles``, and all agencies below them."""
    return with_descendants(agencies_where(user, *roles, on=on))


def has_provincial_role(user: User | AnonymousUser | None, *roles: str, on: date | None = None) -> bool:
    """Return True if ``user`` holds one of ``roles`` in the People's Committee of the province."""
    return any(is_provincial_committee(agency) for agency in agencies_where(user, *roles, on=on))


def is_operator(user: User) -> bool:
    """Return True if ``user`` belongs to the operating team of an agency."""
    return agencies_where(user, Membership.Role.OPERATOR).exists()


def is_administrator(user: User) -> bool:
    """Return True for an account that administers the portal: a superuser or a member of an operating team."""
    return user.is_active and (user.is_superuser or is_operator(user))


def may_read_dossiers(user: User) -> bool:
    """Return True if ``user`` holds a role today that reads dossiers, in any agency."""
    return memberships_of(user).filter(role__in=READING_ROLES).exists()


def staff_accounts() -> QuerySet[User]:
    """Return staff accounts: those with a current, former or future role, superusers, and accounts never used."""
    held = Exists(Membership.objects.filter(user=OuterRef("pk")))
    return User.objects.filter(Q(held) | Q(is_superuser=True) | Q(last_login__isnull=True))


def accounts_manageable_by(user: User) -> QuerySet[User]:
    """Return the accounts that ``user`` may correct, close and give a new password; all of them for a superuser.

    A new password or email address gives access to everything the account may do, so for all others:

    * never a superuser's account, nor their own (that is what "My account" is for);
    * the account of a person with roles only if they manage every agency in which that person has a role, now or
      later; once all roles have ended, every agency in which the person had one;
    * an account that never had a role only until its first sign-in: afterwards it may be a citizen's.
    """
    if user.is_active and user.is_superuser:
        return User.objects.all()
    held = Membership.objects.filter(user=OuterRef("pk"))
    current = held.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=timezone.localdate()))
    managed = agencies_in_scope(user, Membership.Role.OPERATOR)
    whole_province = with_descendants(managed.filter(parent__isnull=True))
    elsewhere = ~Q(agency__in=managed) | Q(role__in=PROVINCE_WIDE_ROLES) & ~Q(agency__in=whole_province)
    staff = Exists(current) & ~Exists(current.filter(elsewhere))
    former_staff = Exists(held) & ~Exists(current) & ~Exists(held.filter(elsewhere))
    unused = ~Exists(held) & Q(last_login__isnull=True)
    return User.objects.filter(staff | former_staff | unused, is_superuser=False).exclude(pk=user.pk)


def current_communes(on: date | None = None) -> QuerySet[AdministrativeUnit]:
    """Return the communes and wards (xã, phường) in force on ``on`` (today), with their province, by name."""
    communes = AdministrativeUnit.objects.filter(level=AdministrativeUnit.Level.COMMUNE)
    return communes.valid_on(on or timezone.localdate()).select_related("parent").order_by("order_key", "pk")


def current_provinces(on: date | None = None) -> QuerySet[AdministrativeUnit]:
    """Return the provinces in force on ``on`` (today), by name."""
    provinces = AdministrativeUnit.objects.filter(level=AdministrativeUnit.Level.PROVINCE)
    return provinces.valid_on(on or timezone.localdate()).order_by("order_key", "pk")


@dataclass(frozen=True, slots=True)
class FormerUnit:
    """A unit that another one took over; ``is_lesser_part`` if the greater part went to another unit."""

    name: str
    is_lesser_part: bool


def former_districts(units: Iterable[int]) -> dict[int, list[str]]:
    """Return the former districts, cities and towns (until 30/6/2025) from which each of ``units`` was made.

    Only those that no longer exist; one query.
    """
    today = timezone.localdate()
    rows = (
        AdministrativeUnitSuccession.objects.filter(
            successor__in=units, date__lte=today, predecessor__parent__level=AdministrativeUnit.Level.DISTRICT,
            predecessor__parent__valid_to__lt=today,
        )
        .order_by("predecessor__parent__order_key", "pk")
        .values_list("successor_id", "predecessor__parent__name")
    )  # fmt: skip
    found: dict[int, dict[str, None]] = {}
    for pk, name in rows:
        found.setdefault(pk, {})[name] = None
    return {pk: list(names) for pk, names in found.items()}


def former_units(units: Iterable[int]) -> dict[int, list[FormerUnit]]:
    """Return the former communes of each of ``units`` (ids) that had other names, whole ones first. One query."""
    share = AdministrativeUnitSuccession.Share
    rows = (
        AdministrativeUnitSuccession.objects.filter(successor__in=units, date__lte=timezone.localdate())
        .order_by("predecessor__order_key", "pk")
        .values_list("successor_id", "successor__name", "predecessor__name", "share")
    )
    found: dict[int, list[FormerUnit]] = {}
    for pk, name, former, part in rows:
        if former != name:
            found.setdefault(pk, []).append(FormerUnit(former, part == share.PART))
    return {pk: sorted(group, key=lambda unit: unit.is_lesser_part) for pk, group in found.items()}
