"""A deployment whose limits are laxer than the law allows is reported."""

from __future__ import annotations

import pytest

from accounts.checks import LIMITS, check_limits, check_second_factor


def test_defaults_are_within_the_law():
    assert check_limits() == []


@pytest.mark.parametrize(("name", "lowest", "highest"), LIMITS)
def test_laxer_limit_is_a_warning(settings, name, lowest, highest):
    for value in (lowest - 1, highest + 1):
        setattr(settings, name, value)
        (warning,) = check_limits()
        assert name in warning.msg


@pytest.mark.parametrize(("required", "warnings"), [(True, []), (False, ["accounts.W002"])])
def test_deployment_without_a_second_factor_is_a_warning(settings, required, warnings):
    settings.SECOND_FACTOR_REQUIRED = required
    assert [warning.id for warning in check_second_factor()] == warnings
