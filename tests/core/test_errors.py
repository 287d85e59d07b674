"""Domain errors have a message for the user and a code for programs."""

from __future__ import annotations

import pytest

from core.errors import Conflict, InvalidInput, NotAllowed, PortalError


@pytest.mark.parametrize(
    ("kind", "code"),
    [(PortalError, "error"), (NotAllowed, "not_allowed"), (Conflict, "conflict"), (InvalidInput, "invalid")],
)
def test_each_error_has_a_default_code_that_can_be_overridden(kind, code):
    assert kind("Không được").code == code
    assert kind("Không được", code="finer").code == "finer"
    assert kind().code == code, "the finer code of one error is not that of the next"


@pytest.mark.parametrize("kind", [NotAllowed, Conflict, InvalidInput])
def test_every_error_is_a_portal_error(kind):
    with pytest.raises(PortalError) as caught:
        raise kind("Hồ sơ đã đổi")
    assert caught.value.message == str(caught.value) == "Hồ sơ đã đổi"


def test_message_is_empty_by_default():
    assert NotAllowed().message == ""
    assert str(NotAllowed()) == ""


def test_field_messages_are_not_shared_between_errors():
    error = InvalidInput("Sai", fields={"reason": "Nêu lý do."})
    assert error.fields == {"reason": "Nêu lý do."}
    InvalidInput("Sai").fields["other"] = "x"
    assert InvalidInput("Sai").fields == {}
