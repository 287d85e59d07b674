"""The scenario of the security tests, created once for a module."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation

from tests.security.scenario import Scenario, make_scenario
from tests.support.inspection import inspect_here


@pytest.fixture(scope="module")
def _scenario_of_the_module(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scenario]:
    """Keep a transaction open in which each test has its own; creating the scenario takes longer than most tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        with pytest.MonkeyPatch.context() as patch, translation.override("vi"):
            inspect_here(patch)
            scenario = make_scenario()
        with django_db_blocker.block():
            yield scenario
        transaction.set_rollback(True)


@pytest.fixture
def scenario(_scenario_of_the_module: Scenario, db: None) -> Scenario:
    """Two agencies, content and people.

    Changes that a test makes to it or to the database are invisible to the next one.
    """
    return deepcopy(_scenario_of_the_module)
