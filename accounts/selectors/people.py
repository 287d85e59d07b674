"""Whose account somebody may keep: a new password or address of mail is a way into everything an account may do."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Membership, User
from accounts.models.memberships import PROVINCE_WIDE
from accounts.selectors.agencies import with_those_below
from accounts.selectors.memberships import agencies_reached, agencies_where


def accounts_kept_by(by: User) -> QuerySet[User]:
    """Return the accounts that ``by`` may correct, close and give a new password; the superuser all.

    Anybody else, whatever the permissions say: nobody's who is superuser and not their own (that is at "my account").
    The account of a person with roles, if they manage every agency where the person has one, now or later; once all
    roles have ended, where the person had them. An account without any role as long as nobody has signed in with it: it
    was made a moment ago. What a citizen uses is the citizen's.
    """
    if by.is_active and by.is_superuser:
        return User.objects.all()
    held = Membership.objects.filter(user=OuterRef("pk"))
    running = held.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=timezone.localdate()))
    managed = agencies_reached(by, Membership.Role.OPERATOR)
    everywhere = with_those_below(managed.filter(parent__isnull=True))
    elsewhere = ~Q(agency__in=managed) | Q(role__in=PROVINCE_WIDE) & ~Q(agency__in=everywhere)
    theirs = Exists(running) & ~Exists(running.filter(elsewhere))
    former = Exists(held) & ~Exists(running) & ~Exists(held.filter(elsewhere))
    fresh = ~Exists(held) & Q(last_login__isnull=True)
    return User.objects.filter(theirs | former | fresh, is_superuser=False).exclude(pk=by.pk)


def is_operator(user: User) -> bool:
    """Say whether ``user`` belongs to the operating team of an agency."""
    return agencies_where(user, Membership.Role.OPERATOR).exists()
