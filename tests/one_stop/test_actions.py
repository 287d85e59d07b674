"""The description of the actions of the desk: complete, and consistent with the transition table."""

from __future__ import annotations

import inspect

import pytest

from accounts.models import Membership
from forms_app.dossiers.transitions import TRANSITIONS, Action
from one_stop.actions import DESK_ACTIONS, DeskAction, describe_action
from one_stop.forms.actions import ActionForm

# Performed by the citizen; replaced on a page of its own (``one_stop.views.lookup_key``).
ELSEWHERE = {Action.SUBMIT, Action.REPLACE_KEY}


def test_each_action_of_officers_is_described_once() -> None:
    roles = set(Membership.Role.values)
    open_to_officers = {row.action for row in TRANSITIONS if row.roles & roles}
    assert sorted(entry.action for entry in DESK_ACTIONS) == sorted(open_to_officers - ELSEWHERE)


@pytest.mark.parametrize("entry", DESK_ACTIONS, ids=lambda entry: entry.action.value)
def test_button_without_a_form_needs_no_input(entry: DeskAction) -> None:
    needs_reason = any(row.needs_reason for row in TRANSITIONS if row.action == entry.action)
    assert not (entry.direct and needs_reason)
    assert not entry.direct or entry.form is ActionForm
    assert entry.direct or str(entry.label).endswith("…")


@pytest.mark.parametrize(
    "entry", [entry for entry in DESK_ACTIONS if entry.service], ids=lambda entry: entry.action.value
)
def test_service_of_an_action_accepts_what_every_form_provides(entry: DeskAction) -> None:
    assert entry.service is not None
    taken = inspect.signature(entry.service).parameters
    assert {"dossier_id", "expected_version", "actor", "reason"} <= taken.keys()


def test_action_without_a_button_has_the_label_of_the_table() -> None:
    assert describe_action(Action.SUBMIT).title == str(Action.SUBMIT.label)
