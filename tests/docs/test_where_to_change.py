"""docs/where-to-change.md names every module of the apps, so that a newcomer finds the place of any change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest
from django.core.management import get_commands

from tests.paths import ROOT
from tests.support.architecture import mirrored_tests
from tests.support.references import tracked

APPS = (
    "accounts",
    "core",
    "demo",
    "forms_app/builder",
    "forms_app/dossiers",
    "home",
    "one_stop",
    "portal",
    "procedures",
    "search",
)
PAGE = (ROOT / "docs" / "where-to-change.md").read_text(encoding="utf-8")
INTRODUCTION = PAGE.partition("\n## ")[0]
#: Files that every app may have: the introduction says what each is for.
CONVENTIONAL = {
    "apps.py", "handlers.py", "permissions.py", "receivers.py", "registrations.py", "search_documents.py",
    "tasks.py", "urls.py", "wagtail_hooks.py",
}  # fmt: skip


def modules() -> Iterator[PurePosixPath]:
    """Yield the modules of the apps that have code of their own to change."""
    for path in map(PurePosixPath, tracked()):
        if path.suffix != ".py" or not str(path).startswith(tuple(f"{app}/" for app in APPS)):
            continue
        if path.name == "__init__.py" or path.parent.name in {"migrations", "commands"}:
            continue
        if path.name in CONVENTIONAL and str(path.parent) in APPS:
            continue
        yield path


def unnamed(page: str) -> list[str]:
    """Return the modules that ``page`` names neither by path nor by the folder in which they lie."""
    named = set(re.findall(r"`([\w./-]+)`", page)) - set(APPS)
    return [str(path) for path in modules() if not named & {str(path), str(path.parent)}]


def test_every_module_is_on_the_page() -> None:
    assert unnamed(PAGE) == []


def test_module_that_is_missing_on_the_page_is_found() -> None:
    assert unnamed(PAGE.replace("`core/worktime/holidays.py`", "")) == ["core/worktime/holidays.py"]
    assert "core/text.py" in unnamed("`core` has everything, see `core/text.pyi`")


@pytest.mark.parametrize("name", sorted(CONVENTIONAL))
def test_introduction_explains_the_file_that_every_app_may_have(name: str) -> None:
    assert f"`{name}`" in INTRODUCTION


@pytest.mark.parametrize("app", APPS)
def test_every_command_is_on_the_page(app: str) -> None:
    ours = {name for name, owner in get_commands().items() if owner == app.replace("/", ".")}
    assert ours <= set(re.findall(r"`manage\.py (\w+)", PAGE))


#: Names on the page that are not the portal's, or that are the same in many modules.
ELSEWHERE = {
    "ChangesRules", "ContentCheckerItem", "base_form_class", "construct_wagtail_userbar", "get_axe_custom_checks",
    "get_axe_custom_rules", "get_axe_messages", "msgstr", "options",
}  # fmt: skip


def text_of(path: str) -> str:
    """Return the text of a file, or of all files below a folder."""
    below = [name for name in tracked() if name == path or name.startswith(f"{path}/")]
    return "\n".join((ROOT / name).read_text(encoding="utf-8", errors="ignore") for name in below)


def lost_names(page: str) -> list[str]:
    """Return the names in the rows of ``page`` that occur in none of the files named in the same cell."""
    found = []
    for row in (line for line in page.splitlines() if line.startswith("|")):
        for cell in row.strip("| ").split(" | ")[1:]:
            text = "\n".join(map(text_of, re.findall(r"`([\w.-]+/[\w./-]+)`", cell)))
            names = {name.rpartition(".")[2] for name in re.findall(r"`([A-Za-z_][\w.]*)(?:\(\))?`", cell)}
            names -= ELSEWHERE | {"py", "toml", "yml"}
            found += [f"{name}: {row}" for name in sorted(names) if not re.search(rf"\b{name}\b", text)]
    return found


def test_every_name_on_the_page_is_in_a_file_beside_it() -> None:
    assert lost_names(PAGE) == []


def test_name_that_is_in_no_file_beside_it_is_found() -> None:
    assert len(lost_names("| x | `_NO_SUCH` and `fold` in `core/text.py` |")) == 1
    assert len(lost_names("| x | `fold` in `core/outbox.py` |")) == 1


#: Folders of tests that belong to no app.
WHOLE = ("docs", "e2e", "scripts", "security", "bench", "static", "support")


def test_every_test_named_after_a_task_is_on_the_page() -> None:
    tests = [name for name, is_mirrored in mirrored_tests(ROOT).items() if not is_mirrored]
    of_apps = [name for name in tests if name.count("/") > 1 and name.split("/")[1] not in WHOLE]
    assert of_apps
    assert [name for name in of_apps if f"`{name}`" not in PAGE] == []


def test_tests_on_the_page_are_not_named_after_a_module() -> None:
    mirrored = mirrored_tests(ROOT)
    listed = re.findall(r"`(tests/[\w./]+/test_\w+\.py)`", PAGE.partition("\n## Tests named after a task")[2])
    rows = [name for name in listed if name != "tests/core/test_text_parse_pk.py"]
    assert [name for name in rows if mirrored[name]] == []
