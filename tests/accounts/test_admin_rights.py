"""Permissions of roles in the admin apart from pages: own media, catalogue snippets, alerts."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.documents.permissions import permission_policy as documents
from wagtail.images import get_image_model
from wagtail.images.permissions import permission_policy as images
from wagtail.images.tests.utils import get_test_image_file

from accounts.models import Agency, Membership
from accounts.services import create_user, grant, revoke

pytestmark = pytest.mark.django_db
Role = Membership.Role
MEDIA_ROLES = [Role.EDITOR, Role.COMMUNICATION, Role.CONTROLLER]


@pytest.fixture
def agency():
    return Agency.objects.create(
        slug="so-thu", name="Sở Thử", code="H12.990", kind=Agency.Kind.DEPARTMENT, valid_from="2025-07-01"
    )


def person(agency, role, name="nguoi"):
    user = create_user(
        username=f"{name}-{role}", full_name="Trần Thử", email="thu@demo.example", password=None
    )
    grant(user=user, agency=agency, role=role)
    return user


def can_open(user, address):
    client = Client()
    client.force_login(user)
    return client.get(reverse(address)).status_code == 200


def picture(owner):
    return get_image_model().objects.create(
        title="Cầu", alt_text="Cây cầu", file=get_test_image_file(), uploaded_by_user=owner
    )


@pytest.mark.parametrize("role", MEDIA_ROLES)
def test_page_writing_roles_can_add_and_choose_media(agency, role):
    user = person(agency, role)
    for policy in (images, documents):
        assert policy.user_has_permission(user, "add")
        assert policy.user_has_permission(user, "choose")
    assert can_open(user, "wagtailimages:index")
    assert can_open(user, "wagtaildocs:add")


@pytest.mark.parametrize("role", [Role.RECEIVER, Role.HANDLER, Role.HEAD, Role.INSPECTOR, Role.OPERATOR])
def test_other_roles_have_no_access_to_media(agency, role):
    user = person(agency, role)
    assert not images.user_has_any_permission(user, ["add", "change", "delete", "choose"])
    assert not documents.user_has_any_permission(user, ["add", "change", "delete", "choose"])


@pytest.mark.parametrize("role", MEDIA_ROLES)
def test_images_of_others_can_be_chosen_but_not_changed(agency, role):
    mine, other = person(agency, role), person(agency, role, name="khac")
    own, foreign = picture(mine), picture(other)
    assert images.user_has_permission_for_instance(mine, "change", own)
    assert images.user_has_permission_for_instance(mine, "delete", own)
    assert images.user_has_permission_for_instance(mine, "choose", foreign)
    assert not images.user_has_permission_for_instance(mine, "change", foreign)
    assert not images.user_has_permission_for_instance(mine, "delete", foreign)


def test_media_permissions_end_with_the_membership(agency):
    user = person(agency, Role.EDITOR)
    revoke(membership=user.memberships.get())
    fresh = type(user).objects.get(pk=user.pk)
    assert not images.user_has_any_permission(fresh, ["add", "choose"])


def test_procedure_controller_manages_decisions_fields_and_blank_forms(agency):
    user = person(agency, Role.CONTROLLER)
    for model in ("publicationdecision", "field", "blankform"):
        assert can_open(user, f"wagtailsnippets_procedures_{model}:list")
        assert can_open(user, f"wagtailsnippets_procedures_{model}:add")
        assert not user.has_perm(f"procedures.delete_{model}")
    assert user.has_perm("procedures.view_procedure")
    assert not user.has_perm("procedures.change_procedure")


@pytest.mark.parametrize("role", [Role.EDITOR, Role.COMMUNICATION, Role.OPERATOR])
def test_other_roles_cannot_add_catalogue_snippets(agency, role):
    user = person(agency, role)
    for model in ("publicationdecision", "field", "blankform"):
        assert not can_open(user, f"wagtailsnippets_procedures_{model}:add")


@pytest.mark.parametrize(
    ("role", "may"), [(Role.COMMUNICATION, True), (Role.EDITOR, False), (Role.CONTROLLER, False)]
)
def test_alerts_are_created_by_communications_staff_only(agency, role, may):
    assert can_open(person(agency, role), "alerts:add") is may
