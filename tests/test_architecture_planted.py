"""Each rule finds a violation planted in a copy of the project."""

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
from tests.support import architecture, row_readers
from tests.test_architecture import tag_libraries

Plant = Callable[[str, str], None]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    for folder in architecture.FOLDERS:
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__", "data"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


@pytest.fixture
def plant(copy: Path) -> Iterator[Plant]:
    """`plant(path, text)` appends `text` to a file of the copy, which is restored afterwards."""
    before: dict[Path, str | None] = {}

    def write(name: str, text: str) -> None:
        path = copy / name
        before.setdefault(path, path.read_text() if path.exists() else None)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((before[path] or "") + text)

    yield write
    for path, text in before.items():
        path.unlink() if text is None else path.write_text(text)


def test_unchanged_copy_has_no_violations(copy: Path) -> None:
    assert architecture.upward_tags(copy, tag_libraries()) == []
    assert architecture.upward_includes(copy) == []
    assert architecture.upward_routes(copy) == []
    assert architecture.upward_receivers(copy) == []
    assert architecture.misplaced_registrations(copy) == []


@pytest.mark.parametrize(
    "load", ["{% load home_tags %}", "{% load i18n home_tags %}", "{%load figures from home_tags%}"]
)
@pytest.mark.parametrize("where", ["search/templates/search/results.html", "templates/components/card.html"])
def test_tag_library_of_a_higher_layer_is_found(copy: Path, plant: Plant, load: str, where: str) -> None:
    plant(where, load)
    assert architecture.upward_tags(copy, tag_libraries()) == [f"{where} loads home_tags"]


def test_template_of_a_higher_layer_is_found(copy: Path, plant: Plant) -> None:
    plant(
        "procedures/templates/procedures/new.html",
        '{% include "home/card.html" %}{% include "core/x.html" %}',
    )
    plant("templates/base.html", "{% extends 'one_stop/queue.html' %}")
    assert architecture.upward_includes(copy) == [
        "templates/base.html names one_stop/",
        "procedures/templates/procedures/new.html names home/",
    ]


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("procedures/templates/procedures/new.html", '{% url "one_stop:queue" %}'),
        ("procedures/views/pages.py", '\nWAY = reverse_lazy("one_stop:queue")\n'),
        ("accounts/views.py", '\n\ndef go():\n    return redirect("one_stop:queue")\n'),
    ],
)
def test_route_of_a_higher_layer_is_found(copy: Path, plant: Plant, where: str, text: str) -> None:
    plant(where, text)
    assert architecture.upward_routes(copy) == [f"{where} links to one_stop:"]


def test_receiver_of_a_higher_layer_is_found(copy: Path, plant: Plant) -> None:
    plant("search/receivers.py", "@receiver(post_save, sender='dossiers.Dossier')\ndef hear(): ...\n")
    plant("one_stop/receivers.py", "post_save.connect(hear, sender='accounts.User')\n")
    assert architecture.upward_receivers(copy) == ["search/receivers.py listens to forms_app.dossiers"]


def test_permission_of_a_higher_layer_is_found(copy: Path, plant: Plant) -> None:
    plant(
        "procedures/permissions.py",
        '\ngrant_permissions(Role.CONTROLLER, "home.add_alert", "core.add_holiday")\n',
    )
    assert architecture.upward_permissions(copy) == ["procedures/permissions.py grants home.add_alert"]


class TestRegistrations:
    def test_registration_from_a_lower_layer_is_found(self, copy: Path, plant: Plant) -> None:
        plant(
            "search/registrations.py", "\nfrom procedures import filing_links\nfiling_links.register(len)\n"
        )
        assert architecture.misplaced_registrations(copy) == [
            "search/registrations.py registers with procedures.filing_links.register, which is above it"
        ]

    def test_registration_in_an_undiscovered_module_is_found(self, copy: Path, plant: Plant) -> None:
        plant("home/views.py", "\nfrom core.outbox import handler\nhandler('home.mail')(len)\n")
        assert architecture.misplaced_registrations(copy) == [
            "home/views.py calls core.outbox.handler: move this to handlers.py"
        ]


@isolate_apps("core", "accounts")
def test_upward_foreign_key_is_found() -> None:
    class User(models.Model):
        class Meta:
            app_label = "accounts"

    class Note(models.Model):
        author = models.ForeignKey(User, on_delete=models.CASCADE)
        readers = models.ManyToManyField(User, related_name="+")

        class Meta:
            app_label = "core"

    User.__module__, Note.__module__ = "accounts.models", "core.models.notes"
    assert architecture.upward_keys([User, Note]) == [
        "Note.author points to User",
        "Note.readers points to User",
    ]
    User.__module__, Note.__module__ = "core.models.users", "accounts.models.notes"
    assert architecture.upward_keys([User, Note]) == []


def test_foreign_key_to_a_sibling_is_found() -> None:
    assert not architecture.may_use("search", "accounts")
    assert not architecture.may_use("accounts", "search")
    assert architecture.may_use("accounts", "accounts")
    assert not architecture.may_use("forms_app.builder", "forms_app.dossiers")


def test_upward_migration_dependency_is_found() -> None:
    needs = {
        ("core", "0002_x"): [("dossiers", "0001_initial")],
        ("dossiers", "0001_initial"): [("core", "0001")],
    }
    assert architecture.upward_migrations(needs) == ["core.0002_x needs dossiers"]


def test_long_files_and_functions_are_found(copy: Path, plant: Plant) -> None:
    plant("core/long.py", "x = 1\n" * 401)
    plant("core/deep.py", "def f():\n" + "    x = 1\n" * 50)
    plant("core/migrations/0099_long.py", "x = 1\n" * 500)
    plant("portal/settings/long.py", "x = 1\n" * 500)
    assert architecture.over(architecture.lines(copy), 400) == {"core/long.py": 401}
    assert architecture.over(architecture.functions(copy), 50) == {"core/deep.py:1 f": 51}


def test_small_files_are_counted(copy: Path, plant: Plant) -> None:
    before = architecture.files_per_thousand_lines(copy)
    for number in range(200):
        plant(f"core/small/module_{number}.py", "x = 1\n")
    plant("core/small/__init__.py", "")
    plant("core/migrations/0099_small.py", "x = 1\n")
    assert architecture.files_per_thousand_lines(copy) > before + 2


def test_test_file_without_a_module_is_found(tmp_path: Path) -> None:
    files = (
        "core/text.py",
        "core/outbox/__init__.py",
        "scripts/lint",
        "static/css/tokens.css",
        "tests/support/clock.py",
    )
    mirrored = (
        "tests/core/test_text.py",
        "tests/core/test_text_offsets.py",
        "tests/core/test_outbox.py",
        "tests/scripts/test_lint.py",
        "tests/static/css/test_tokens.py",
        "tests/support/test_clock.py",
    )
    others = ("tests/core/test_more.py", "tests/core/test_offsets_text.py", "tests/home/test_text.py")
    for name in (*files, *mirrored, *others):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    expected = dict.fromkeys(mirrored, True) | dict.fromkeys(others, False)
    assert architecture.mirrored_tests(tmp_path) == expected


def test_cycle_in_a_graph_is_found() -> None:
    assert architecture.cycle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert architecture.cycle_in({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
    assert architecture.cycle_in({"a": {"a"}}) == ["a", "a"]


@pytest.mark.parametrize(
    ("modules", "cycle"),
    [
        # A package may gather its modules, and these may import each other.
        (
            {
                "box/__init__": "from planted.box.a import x",
                "box/a": "from planted.box import b",
                "box/b": "",
            },
            [],
        ),
        # A task imports the relay of a package, so its __init__ is executed, which imports the task again.
        (
            {
                "box/__init__": "from planted.box.services import x",
                "box/relay": "",
                "box/services": "from planted import tasks",
                "tasks": "from planted.box import relay",
            },
            ["planted.box", "planted.box.services", "planted.tasks", "planted.box"],
        ),
        # A module imports a sibling's name through the package that imports the module itself.
        (
            {
                "box/__init__": "from planted.box.a import x\nfrom planted.box.b import y",
                "box/a": "from planted.box import y",
                "box/b": "",
            },
            ["planted.box", "planted.box.a", "planted.box"],
        ),
        # An import inside a function counts.
        (
            {"a": "def f():\n    from planted import b", "b": "from planted import a"},
            ["planted.a", "planted.b", "planted.a"],
        ),
        # An import for types does not.
        (
            {
                "a": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from planted import b",
                "b": "from planted import a",
            },
            [],
        ),
    ],
)
def test_import_cycle_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, modules: dict[str, str], cycle: list[str]
) -> None:
    for name, text in {"__init__": "", **modules}.items():
        path = tmp_path / "planted" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    assert architecture.cycle_in(architecture.import_graph("planted")) == cycle


def test_every_import_linter_contract_finds_a_violation(copy: Path, plant: Plant) -> None:
    """One run with a violation of each contract: `lint-imports` takes seconds."""
    plant("core/text.py", "\nfrom accounts import models\n")
    plant("search/tasks.py", "\nimport accounts.models\n")
    plant("forms_app/builder/schema.py", "\nfrom one_stop import due\n")
    for app in ("accounts", "procedures", "search", "home", "forms_app/dossiers", "one_stop", "core"):
        name = app.replace("/", ".")
        joined = [f"{app}/{layer}.py" for layer in ("selectors", "views")]
        selectors, views = (
            path if (copy / path).exists() else path.replace(".py", "/planted.py") for path in joined
        )
        plant(selectors, f"\nfrom {name} import views\n")
        plant(views, "")
    plant("search/language/planted.py", "from search import ranking\n")
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    output = " ".join(done.stdout.split())
    assert "Contracts: 0 kept, 3 broken." in output
    for upward in (
        "core is not allowed to import accounts",
        "search is not allowed to import accounts",
        "forms_app.builder is not allowed to import one_stop",
        "accounts.selectors is not allowed to import accounts.views",
        "procedures.selectors is not allowed to import procedures.views",
        "forms_app.dossiers.selectors is not allowed to import forms_app.dossiers.views",
        "one_stop.selectors is not allowed to import one_stop.views",
        "search.selectors is not allowed to import search.views",
        "search.language is not allowed to import search.ranking",
    ):
        assert upward in output


@pytest.mark.parametrize(
    "text",
    [
        'ROWS = Agency.objects.order_by("name")',
        'ROWS = Membership.objects.order_by("-agency__name", "pk")',
        'ROWS = Agency.objects.order_by(F("name").asc())',
        "ROWS = sorted(rows, key=lambda row: (row.count, row.label))",
        "rows.sort(key=lambda row: row.full_name.lower())",
        'class List:\n    ordering = ("code", "title")',
    ],
)
def test_list_sorted_by_the_characters_of_a_text_is_found(copy: Path, plant: Plant, text: str) -> None:
    names = {"name", "label", "full_name", "title"}
    assert architecture.raw_sorts(copy, names) == []
    plant("accounts/selectors.py", f"\n{text}\n")
    assert len(architecture.raw_sorts(copy, names)) == 1


@pytest.mark.parametrize(
    "text",
    [
        'ROWS = Agency.objects.order_by("code", "order_key", "pk")',
        "ROWS = sorted(rows, key=lambda row: (row.code, sort_key(row.name)))",
    ],
)
def test_list_sorted_by_a_sort_key_is_allowed(copy: Path, plant: Plant, text: str) -> None:
    plant("accounts/selectors.py", f"\n{text}\n")
    assert architecture.raw_sorts(copy, {"name", "label", "full_name", "title"}) == []


@pytest.mark.parametrize(
    "where",
    ["one_stop/views/new.py", "core/web/views/new.py", "home/templatetags/new.py", "search/new.py"],
)
def test_query_outside_the_selectors_is_found(copy: Path, plant: Plant, where: str) -> None:
    plant(where, "ROWS = Agency.objects.filter(pk=1)\nCHOICES = Agency.objects.none()\n")
    assert row_readers.misplaced_queries(copy) == [f"{where}:1 filter"]


@isolate_apps("accounts")
def test_model_ordered_by_a_text_is_found() -> None:
    class Planted(models.Model):
        title = models.CharField(max_length=10)

        class Meta:
            app_label = "accounts"
            ordering = ["-title"]

    Planted.__module__ = "accounts.models"
    assert architecture.raw_orderings([Planted], {"title"}) == ["Planted is ordered by -title"]
