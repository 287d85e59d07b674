"""The floors of the house, for everything that import-linter does not see.

Imports have their contracts in pyproject.toml (`lint-imports`); here: cycles between modules, foreign keys, migrations,
template tags, templates and routes that are named, hooks, and who listens to whom. That each rule turns red is held
by tests/test_architecture_planted.py.
"""

from __future__ import annotations

from functools import cache

import grimp
import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django.template import engines

from tests.paths import ROOT
from tests.support import house


@cache
def imports() -> grimp.ImportGraph:
    return grimp.build_graph(*house.PACKAGES, cache_dir=None, exclude_type_checking_imports=True)


def test_every_app_of_ours_has_its_floor() -> None:
    installed = {app.name for app in apps.get_app_configs() if (ROOT / app.name.split(".")[0]).is_dir()}
    assert installed == set(house.HEIGHT)


def test_apps_import_downwards_only() -> None:
    graph = imports()
    upward = []
    for module in sorted(graph.modules):
        for imported in graph.find_modules_directly_imported_by(module):
            user, used = house.package_of(module), house.package_of(imported)
            if user and used and not house.may_use(user, used):
                upward.append(f"{module} imports {imported}")
    assert upward == []


@pytest.mark.parametrize("package", sorted(house.HEIGHT))
def test_no_two_modules_of_an_app_need_each_other(package: str) -> None:
    """Cycles inside an app, between modules (a package's __init__ that gathers its modules is no partner)."""
    graph = imports()
    members = {module for module in graph.modules if house.package_of(module) == package}
    needs = {
        module: {
            imported
            for imported in graph.find_modules_directly_imported_by(module)
            if imported in members and not module.startswith(f"{imported}.")
        }
        for module in members
    }
    assert house.cycle_in(needs) == []


def test_foreign_keys_point_downwards_only() -> None:
    models = [
        model for model in apps.get_models(include_auto_created=True) if house.package_of(model.__module__)
    ]
    assert len(models) > 30
    assert house.upward_keys(models) == []


@pytest.mark.django_db
def test_migrations_depend_downwards_only() -> None:
    graph = MigrationLoader(None, ignore_no_migrations=True)
    needs = {key: migration.dependencies for key, migration in graph.disk_migrations.items()}
    assert house.upward_migrations(needs) == []


def tag_libraries() -> dict[str, str]:
    found = engines["django"].engine.libraries.items()  # type: ignore[attr-defined]
    return {name: package for name, module in found if (package := house.package_of(module))}


def test_templates_load_tags_of_their_own_or_a_lower_floor() -> None:
    assert {"ui_tags", "home_tags"} <= tag_libraries().keys()
    assert house.upward_tags(ROOT, tag_libraries()) == []


def test_templates_name_templates_of_their_own_or_a_lower_floor() -> None:
    assert house.upward_includes(ROOT) == []


def test_nobody_names_a_route_of_a_higher_floor() -> None:
    assert house.upward_routes(ROOT) == []


def test_receivers_listen_to_models_of_their_own_or_a_lower_floor() -> None:
    """Announcements go up: whoever connects a receiver must be above the one who sends."""
    assert house.upward_receivers(ROOT) == []


def test_hooks_are_asked_below_and_answered_above() -> None:
    hooks = house.Hooks.below(ROOT)
    assert {"menus", "procedure_actions"} <= hooks.asked.keys()
    assert hooks.faults() == []


def test_locale_is_no_package() -> None:
    assert not (ROOT / "locale" / "__init__.py").exists()


def test_modules_are_short() -> None:
    """No module over 400 lines; half of them under 70 (settings and migrations aside)."""
    assert house.over(house.lines(ROOT), 400) == {}
    assert house.median(house.lines(ROOT)) < 70


def test_functions_are_short() -> None:
    """Half of the functions under 10 lines, none over 50."""
    assert house.over(house.functions(ROOT), 50) == {}
    assert house.median(house.functions(ROOT)) < 10
