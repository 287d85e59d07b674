"""The layers, in everything that import-linter does not check.

Imports have their contracts in pyproject.toml (`lint-imports`); here: cycles between modules, foreign keys, migrations,
template tags, references to templates and routes, registrations, receivers. tests/test_architecture_planted.py proves
that each rule can fail.
"""

from __future__ import annotations

from functools import cache

import grimp
import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django.template import engines

from portal.apps import REGISTRATION_MODULES
from tests.paths import ROOT
from tests.support import architecture, row_readers


@cache
def imports() -> grimp.ImportGraph:
    return grimp.build_graph(*architecture.PACKAGES, cache_dir=None, exclude_type_checking_imports=True)


def test_every_app_has_a_layer() -> None:
    installed = {app.name for app in apps.get_app_configs() if (ROOT / app.name.split(".")[0]).is_dir()}
    assert installed == set(architecture.HEIGHT)


def test_apps_import_downwards_only() -> None:
    graph = imports()
    upward = []
    for module in sorted(graph.modules):
        for imported in graph.find_modules_directly_imported_by(module):
            user, used = architecture.package_of(module), architecture.package_of(imported)
            if user and used and not architecture.may_use(user, used):
                upward.append(f"{module} imports {imported}")
    assert upward == []


def test_modules_do_not_import_each_other_in_a_cycle() -> None:
    assert architecture.cycle_in(architecture.import_graph(*architecture.PACKAGES)) == []


def test_foreign_keys_point_downwards_only() -> None:
    models = [
        model
        for model in apps.get_models(include_auto_created=True)
        if architecture.package_of(model.__module__)
    ]
    assert len(models) > 30
    assert architecture.upward_keys(models) == []


def test_texts_are_sorted_by_their_sort_key() -> None:
    """An `OrderKeyField` in the database, `sort_key` in Python: Đ comes after D, whatever the collation."""
    names = architecture.texts(apps.get_models())
    assert {"name", "title", "full_name", "label"} <= names
    assert architecture.raw_orderings(apps.get_models(), names) == []
    assert architecture.raw_sorts(ROOT, names) == []


@pytest.mark.django_db
def test_migrations_depend_downwards_only() -> None:
    graph = MigrationLoader(None, ignore_no_migrations=True)
    needs = {key: migration.dependencies for key, migration in graph.disk_migrations.items()}
    assert architecture.upward_migrations(needs) == []


def tag_libraries() -> dict[str, str]:
    found = engines["django"].engine.libraries.items()  # type: ignore[attr-defined]
    return {name: package for name, module in found if (package := architecture.package_of(module))}


def test_templates_load_tags_of_their_own_or_a_lower_layer() -> None:
    assert {"ui_tags", "home_tags"} <= tag_libraries().keys()
    assert architecture.upward_tags(ROOT, tag_libraries()) == []


def test_templates_name_templates_of_their_own_or_a_lower_layer() -> None:
    assert architecture.upward_includes(ROOT) == []


def test_no_link_to_a_route_of_a_higher_layer() -> None:
    assert architecture.upward_routes(ROOT) == []


def test_receivers_listen_to_models_of_their_own_or_a_lower_layer() -> None:
    """Signals go upwards: a receiver must be in a layer above the sender."""
    assert architecture.upward_receivers(ROOT) == []


def test_permissions_are_granted_on_models_of_the_own_or_a_lower_layer() -> None:
    assert architecture.upward_permissions(ROOT) == []


def test_registrations_come_from_above_and_are_discovered() -> None:
    used = {name for _path, name in architecture.registrations(ROOT)}
    assert used == architecture.REGISTRIES.keys()
    assert set(architecture.REGISTRIES.values()) <= set(REGISTRATION_MODULES)
    assert architecture.misplaced_registrations(ROOT) == []


def test_rows_are_read_in_selectors_and_below() -> None:
    """Views and templates ask a selector, which is responsible for prefetching and has the tests of the counts."""
    assert row_readers.misplaced_queries(ROOT) == []
    assert row_readers.unused_exceptions(ROOT) == []


def test_locale_is_not_a_package() -> None:
    assert not (ROOT / "locale" / "__init__.py").exists()


def test_no_module_is_longer_than_400_lines() -> None:
    """Settings and migrations aside.

    Short modules are not a goal in themselves: what belongs on one page stays together.
    """
    assert architecture.over(architecture.lines(ROOT), 400) == {}


def test_no_function_is_longer_than_50_lines() -> None:
    assert architecture.over(architecture.functions(ROOT), 50) == {}


def test_code_is_not_scattered_over_small_files() -> None:
    assert architecture.files_per_thousand_lines(ROOT) <= 11


def test_most_test_files_are_named_after_what_they_test() -> None:
    mirrored = architecture.mirrored_tests(ROOT)
    others = [name for name, is_mirrored in mirrored.items() if not is_mirrored]
    assert len(others) <= 0.3 * len(mirrored), others
