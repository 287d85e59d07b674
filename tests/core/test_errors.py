"""Errors of the domain carry what a person may read and what a program can rely on."""

from __future__ import annotations

import pytest

from core.errors import Conflict, InvalidInput, NotAllowed, PortalError


@pytest.mark.parametrize(
    ("kind", "code"),
    [(PortalError, "error"), (NotAllowed, "not_allowed"), (Conflict, "conflict"), (InvalidInput, "invalid")],
)
def test_each_kind_has_a_code_of_its_own_and_may_be_told_a_finer_one(kind, code):
    assert kind("Không được").code == code
    assert kind("Không được", code="finer").code == "finer"
    assert kind().code == code, "the finer code of one error is not that of the next"


@pytest.mark.parametrize("kind", [NotAllowed, Conflict, InvalidInput])
def test_every_kind_is_caught_as_an_error_of_the_portal(kind):
    with pytest.raises(PortalError) as caught:
        raise kind("Hồ sơ đã đổi")
    assert caught.value.message == str(caught.value) == "Hồ sơ đã đổi"


def test_without_words_there_is_nothing_to_show():
    assert NotAllowed().message == ""
    assert str(NotAllowed()) == ""


def test_what_is_wrong_is_told_by_field_and_not_shared():
    error = InvalidInput("Sai", fields={"reason": "Nêu lý do."})
    assert error.fields == {"reason": "Nêu lý do."}
    InvalidInput("Sai").fields["other"] = "x"
    assert InvalidInput("Sai").fields == {}
