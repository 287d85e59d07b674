"""The floors of the house, for everything that import-linter does not see.

Imports have their contracts in pyproject.toml (`lint-imports`); here: cycles between modules, foreign keys, migrations,
template tags, templates that name templates, and who listens to whom.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django.template import engines

from tests.paths import ROOT

FLOORS = (
    ("portal",),
    ("home",),
    ("forms_app.desk",),
    ("forms_app.dossiers",),
    ("forms_app.builder",),
    ("procedures",),
    ("search", "accounts"),
    ("core",),
)
HEIGHT = {package: len(FLOORS) - number for number, floor in enumerate(FLOORS) for package in floor}
LABELS = {package.rsplit(".", 1)[-1]: package for package in HEIGHT}
PACKAGES = ("portal", "home", "forms_app", "procedures", "search", "accounts", "core")


def may_use(user: str, used: str) -> bool:
    """May something on the floor of `user` know something of `used`? Siblings are strangers."""
    return user == used or HEIGHT[user] > HEIGHT[used]


def package_of(module: str) -> str | None:
    """The app that a dotted name belongs to; None for what is not ours."""
    return next((name for name in HEIGHT if module == name or module.startswith(f"{name}.")), None)


def own_models() -> Iterator[type]:
    return (model for model in apps.get_models(include_auto_created=True) if package_of(model.__module__))


def python_files() -> Iterator[Path]:
    return (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


@cache
def imports() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, cache_dir=None, exclude_type_checking_imports=True)


def test_every_app_of_ours_has_its_floor() -> None:
    installed = {app.name for app in apps.get_app_configs() if (ROOT / app.name.split(".")[0]).is_dir()}
    assert installed == set(HEIGHT)


def test_apps_import_downwards_only() -> None:
    graph = imports()
    upward = []
    for module in sorted(graph.modules):
        for imported in graph.find_modules_directly_imported_by(module):
            user, used = package_of(module), package_of(imported)
            if user and used and not may_use(user, used):
                upward.append(f"{module} imports {imported}")
    assert upward == []


@pytest.mark.parametrize("package", sorted(HEIGHT))
def test_no_two_modules_of_an_app_need_each_other(package: str) -> None:
    """Cycles inside an app, between modules (a package's __init__ that gathers its modules is no partner)."""
    graph = imports()
    members = {module for module in graph.modules if package_of(module) == package}
    needs = {
        module: {
            imported
            for imported in graph.find_modules_directly_imported_by(module)
            if imported in members and not module.startswith(f"{imported}.")
        }
        for module in members
    }
    assert cycle_in(needs) == []


def cycle_in(needs: dict[str, set[str]]) -> list[str]:
    """One cycle of a graph as the list of its members, empty when there is none."""
    done: set[str] = set()

    def walk(module: str, trail: list[str]) -> list[str]:
        if module in trail:
            return [*trail[trail.index(module) :], module]
        if module in done:
            return []
        for needed in sorted(needs[module]):
            if found := walk(needed, [*trail, module]):
                return found
        done.add(module)
        return []

    return next((found for module in sorted(needs) if (found := walk(module, []))), [])


def test_the_search_for_cycles_finds_one() -> None:
    assert cycle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert cycle_in({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_foreign_keys_point_downwards_only() -> None:
    upward = []
    for model in own_models():
        user = package_of(model.__module__)
        for field in model._meta.get_fields(include_parents=False):  # type: ignore[attr-defined]
            target = getattr(field, "related_model", None) if not field.auto_created else None
            used = package_of(target.__module__) if isinstance(target, type) else None
            if user and used and not may_use(user, used):
                upward.append(f"{model.__name__}.{field.name} points to {target}")
    assert upward == []


@pytest.mark.django_db
def test_migrations_depend_downwards_only() -> None:
    graph = MigrationLoader(None, ignore_no_migrations=True)
    upward = []
    for (label, name), migration in graph.disk_migrations.items():
        for needed, _ in migration.dependencies:
            if label in LABELS and needed in LABELS and not may_use(LABELS[label], LABELS[needed]):
                upward.append(f"{label}.{name} needs {needed}")
    assert upward == []


def templates() -> Iterator[tuple[Path, str]]:
    """Template files of an app's folder with that app; what all apps share belongs to the lowest floor."""
    for path in (ROOT / "templates").rglob("*.html"):
        folder = path.relative_to(ROOT / "templates").parts[0]
        if folder in LABELS:
            yield path, LABELS[folder]


def tag_libraries() -> dict[str, str]:
    found = engines["django"].engine.libraries.items()  # type: ignore[attr-defined]
    return {name: package for name, module in found if (package := package_of(module))}


def test_templates_load_tags_of_their_own_or_a_lower_floor() -> None:
    libraries = tag_libraries()
    upward = []
    for path, user in templates():
        for loaded in re.findall(r"{% load (.*?) %}", path.read_text()):
            for name in loaded.split():
                if name in libraries and not may_use(user, libraries[name]):
                    upward.append(f"{path.relative_to(ROOT)} loads {name}")
    assert {"ui_tags", "home_tags"} <= libraries.keys()
    assert upward == []


def test_templates_name_templates_of_their_own_or_a_lower_floor() -> None:
    upward = []
    for path, user in templates():
        for folder in re.findall(r"{% (?:extends|include) [\"'](\w+)/", path.read_text()):
            if folder in LABELS and not may_use(user, LABELS[folder]):
                upward.append(f"{path.relative_to(ROOT)} names {folder}/")
    assert upward == []


def test_receivers_listen_to_models_of_their_own_or_a_lower_floor() -> None:
    """Announcements go up: whoever connects a receiver must be above the one who sends."""
    upward = []
    for path in python_files():
        user = package_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for sender in senders_named_in(path):
            if user and not may_use(user, sender):
                upward.append(f"{path.relative_to(ROOT)} listens to {sender}")
    assert upward == []


def senders_named_in(path: Path) -> Iterator[str]:
    """Apps named as text, `sender="label.Model"`: imports are checked above, names would slip through."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.keyword) and node.arg == "sender" and isinstance(node.value, ast.Constant):
            label = str(node.value.value).partition(".")[0]
            if label in LABELS:
                yield LABELS[label]


def test_a_sender_named_as_text_is_found(tmp_path: Path) -> None:
    module = tmp_path / "receivers.py"
    module.write_text("@receiver(post_save, sender='desk.Queue')\ndef hear(): ...")
    assert list(senders_named_in(module)) == ["forms_app.desk"]


def test_locale_is_no_package() -> None:
    assert not (ROOT / "locale" / "__init__.py").exists()


def test_modules_are_short() -> None:
    """No module over 400 lines; half of them under 70 (settings and migrations aside)."""
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines())
        for path in python_files()
        if "migrations" not in path.parts and "settings" not in path.parts and path.name != "__init__.py"
    }
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}
    assert sorted(lengths.values())[len(lengths) // 2] < 70
