"""Editors get the catalogue sections of their own agency, and no other's."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.models import Membership
from accounts.services import grant
from tests.accounts.factories import UserFactory
from tests.procedures.factories import make_agency, make_page, make_section

pytestmark = pytest.mark.django_db


def test_an_editor_may_edit_the_procedures_of_the_own_agency_only() -> None:
    own, other = make_agency(), make_agency()
    mine, foreign = make_page(make_section(own)), make_page(make_section(other))
    editor = UserFactory()
    grant(user=editor, agency=own, role=Membership.Role.EDITOR, by=None, valid_from=date(2025, 7, 1))
    editor = type(editor).objects.get(pk=editor.pk)

    assert mine.permissions_for_user(editor).can_edit()
    assert not foreign.permissions_for_user(editor).can_edit()
    assert not foreign.permissions_for_user(editor).can_publish()
