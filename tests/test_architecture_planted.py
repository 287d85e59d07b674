"""Each rule of the house turns red: a copy of the house with one thing planted in it, looked at by the same rule."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import models
from django.test.utils import isolate_apps

from tests.paths import ROOT
from tests.support import house
from tests.test_architecture import tag_libraries

Plant = Callable[[str, str], None]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("house")
    for folder in house.FOLDERS:
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__", "data"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


@pytest.fixture
def plant(copy: Path) -> Iterator[Plant]:
    """`plant(path, text)` appends `text` to a file of the copy, which is put back afterwards."""
    before: dict[Path, str | None] = {}

    def write(name: str, text: str) -> None:
        path = copy / name
        before.setdefault(path, path.read_text() if path.exists() else None)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((before[path] or "") + text)

    yield write
    for path, text in before.items():
        path.unlink() if text is None else path.write_text(text)


def test_the_copy_itself_is_clean(copy: Path) -> None:
    assert house.upward_tags(copy, tag_libraries()) == []
    assert house.upward_includes(copy) == []
    assert house.upward_routes(copy) == []
    assert house.upward_receivers(copy) == []
    assert house.Hooks.below(copy).faults() == []


@pytest.mark.parametrize(
    "load", ["{% load home_tags %}", "{% load i18n home_tags %}", "{%load figures from home_tags%}"]
)
@pytest.mark.parametrize("where", ["templates/search/results.html", "templates/components/card.html"])
def test_a_tag_library_from_above_is_found(copy: Path, plant: Plant, load: str, where: str) -> None:
    plant(where, load)
    assert house.upward_tags(copy, tag_libraries()) == [f"{where} loads home_tags"]


def test_a_template_from_above_is_found(copy: Path, plant: Plant) -> None:
    plant("templates/procedures/new.html", '{% include "home/card.html" %}{% include "core/x.html" %}')
    plant("templates/base.html", "{% extends 'desk/queue.html' %}")
    assert house.upward_includes(copy) == [
        "templates/base.html names desk/",
        "templates/procedures/new.html names home/",
    ]


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("templates/procedures/new.html", '{% url "desk:queue" %}'),
        ("procedures/views/pages.py", '\nWAY = reverse_lazy("desk:queue")\n'),
        ("accounts/views/sign_in.py", '\n\ndef go():\n    return redirect("desk:queue")\n'),
    ],
)
def test_a_route_from_above_is_found(copy: Path, plant: Plant, where: str, text: str) -> None:
    plant(where, text)
    assert house.upward_routes(copy) == [f"{where} links to desk:"]


def test_a_receiver_of_a_model_above_is_found(copy: Path, plant: Plant) -> None:
    plant("search/receivers.py", "@receiver(post_save, sender='dossiers.Dossier')\ndef hear(): ...\n")
    plant("forms_app/desk/receivers.py", "post_save.connect(hear, sender='accounts.User')\n")
    assert house.upward_receivers(copy) == ["search/receivers.py listens to forms_app.dossiers"]


class TestHooks:
    def test_a_question_nobody_answers_is_found(self, copy: Path, plant: Plant) -> None:
        plant("core/health.py", '\nhooks.call("procedure_actoins")\n')
        assert house.Hooks.below(copy).faults() == ["nobody answers procedure_actoins"]

    def test_an_answer_nobody_asks_for_is_found(self, copy: Path, plant: Plant) -> None:
        plant("home/hook_answers.py", '\nhooks.register("menu")(len)\n')
        assert house.Hooks.below(copy).faults() == ["nobody asks menu"]

    def test_an_answer_from_below_is_found(self, copy: Path, plant: Plant) -> None:
        plant("search/outbox_handlers.py", '\nhooks.register("procedure_actions")(len)\n')
        assert house.Hooks.below(copy).faults() == [
            "search answers procedure_actions of procedures, which is above it"
        ]


@isolate_apps("core", "accounts")
def test_a_foreign_key_upwards_is_found() -> None:
    class User(models.Model):
        class Meta:
            app_label = "accounts"

    class Note(models.Model):
        author = models.ForeignKey(User, on_delete=models.CASCADE)
        readers = models.ManyToManyField(User, related_name="+")

        class Meta:
            app_label = "core"

    User.__module__, Note.__module__ = "accounts.models.users", "core.models.notes"
    assert house.upward_keys([User, Note]) == ["Note.author points to User", "Note.readers points to User"]
    User.__module__, Note.__module__ = "core.models.users", "accounts.models.notes"
    assert house.upward_keys([User, Note]) == []


def test_a_foreign_key_to_a_sibling_is_found() -> None:
    assert not house.may_use("search", "accounts")
    assert not house.may_use("accounts", "search")
    assert house.may_use("accounts", "accounts")
    assert not house.may_use("forms_app.builder", "forms_app.dossiers")


def test_a_migration_that_needs_one_above_is_found() -> None:
    needs = {
        ("core", "0002_x"): [("dossiers", "0001_initial")],
        ("dossiers", "0001_initial"): [("core", "0001")],
    }
    assert house.upward_migrations(needs) == ["core.0002_x needs dossiers"]


def test_long_files_and_functions_are_found(copy: Path, plant: Plant) -> None:
    plant("core/long.py", "x = 1\n" * 401)
    plant("core/deep.py", "def f():\n" + "    x = 1\n" * 50)
    plant("core/migrations/0099_long.py", "x = 1\n" * 500)
    plant("portal/settings/long.py", "x = 1\n" * 500)
    assert house.over(house.lines(copy), 400) == {"core/long.py": 401}
    assert house.over(house.functions(copy), 50) == {"core/deep.py:1 f": 51}


def test_a_house_of_long_files_is_seen_by_its_median() -> None:
    assert house.median({"a": 10, "b": 300, "c": 80}) == 80


def test_the_search_for_cycles_finds_one() -> None:
    assert house.cycle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert house.cycle_in({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
    assert house.cycle_in({"a": {"a"}}) == ["a", "a"]


def test_the_contracts_of_import_linter_turn_red(copy: Path, plant: Plant) -> None:
    """One run with a violation of each contract: `lint-imports` takes seconds."""
    plant("core/text.py", "\nfrom accounts import models\n")
    plant("search/tasks.py", "\nimport accounts.models.users\n")
    plant("forms_app/builder/schema.py", "\nfrom forms_app.desk import due\n")
    for app in ("accounts", "procedures", "search", "home", "forms_app/dossiers", "forms_app/desk", "core"):
        name = app.replace("/", ".")
        plant(f"{app}/selectors/planted.py", f"from {name}.views import planted\n")
        plant(f"{app}/views/planted.py", "")
    plant("core/worktime/selectors.py", "\nfrom core.worktime import services\n")
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    told = " ".join(done.stdout.split())
    assert "Contracts: 0 kept, 3 broken." in told
    for upward in (
        "core is not allowed to import accounts",
        "search is not allowed to import accounts",
        "forms_app.builder is not allowed to import forms_app.desk",
        "accounts.selectors is not allowed to import accounts.views",
        "procedures.selectors is not allowed to import procedures.views",
        "forms_app.dossiers.selectors is not allowed to import forms_app.dossiers.views",
        "forms_app.desk.selectors is not allowed to import forms_app.desk.views",
        "search.selectors is not allowed to import search.views",
        "core.worktime.selectors is not allowed to import core.worktime.services",
    ):
        assert upward in told
