"""Where rows may be read: a query elsewhere is not found by those who look for it in the selectors."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.support.architecture import python_files

#: Layers and modules that the framework or a registry calls with rows, by a part of their path.
READERS: Final = {
    *("models", "querysets", "selectors", "services", "forms", "management", "migrations", "portal", "demo"),
    *("admin", "wagtail_hooks", "dependants", "handlers", "receivers", "registrations", "search_documents", "tasks"),
    *("permissions", "policies"),
}  # fmt: skip
#: Packages that work on rows, and single modules that selectors or libraries use, with the reason.
OTHER_READERS: Final = {
    "accounts/adapters.py": "called by allauth",
    "accounts/group_names.py": "called by Wagtail with a group",
    "accounts/passwords.py": "called by Django's password validation",
    "accounts/places.py": "lists cached for all forms",
    "accounts/second_factor.py": "called by allauth and the middleware",
    "core": "its modules are what selectors and services use",
    "forms_app/dossiers/rules.py": "the rules in force, cached for models and services",
    "procedures/control.py": "what a controller manages, for permissions and selectors",
    "procedures/decision_chooser.py": "a form and the views of Wagtail's chooser",
    "procedures/imports": "a service in stages",
    "procedures/periods.py": "used by selectors",
    "procedures/texts_in_force.py": "used by selectors",
    "search/candidates.py": "a stage of the search, used by selectors",
    "search/engines": "they keep the rows of the index",
    "search/ranking": "reads and caches the rows of the index, used by selectors",
    "search/results.py": "a stage of the search, used by selectors",
}
#: No module with one of these names reads rows, in no app.
NEVER: Final = {"views", "templatetags", "context_processors", "middleware", "urls", "sitemaps"}
MANAGERS: Final = {"objects", "_default_manager", "_base_manager"}
#: A form field needs a queryset of its model before its form is limited to what the user may choose.
CHOICES: Final = {"all", "none"}


def misplaced_queries(root: Path) -> list[str]:
    """Return the queries of modules that may not read rows, as `path:line method`."""
    return [
        f"{name}:{line} {method}"
        for path in python_files(root)
        if not _may_read(name := path.relative_to(root).as_posix())
        for line, method in _queries(path)
        if method not in CHOICES
    ]


def unused_exceptions(root: Path) -> list[str]:
    """Return entries of `OTHER_READERS` that no longer have a query."""
    return [
        name
        for name in OTHER_READERS
        if not any(
            True
            for path in python_files(root)
            if path.relative_to(root).as_posix().startswith(name)
            for _query in _queries(path)
        )
    ]


def _may_read(name: str) -> bool:
    parts = {*Path(name).with_suffix("").parts}
    listed = any(name == other or name.startswith(f"{other}/") for other in OTHER_READERS)
    return not parts & NEVER and (listed or bool(parts & READERS))


def _queries(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the method of each call on a manager of a model."""
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Attribute)
            and node.value.attr in MANAGERS
        ):
            yield node.lineno, node.attr
