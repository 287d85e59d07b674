"""The rules of the architecture, as functions of a root folder, so that tests can plant violations in a copy."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import grimp

LAYERS = (
    ("portal", "demo"),
    ("home",),
    ("one_stop",),
    ("forms_app.dossiers",),
    ("forms_app.builder",),
    ("procedures",),
    ("search", "accounts"),
    ("core",),
)
HEIGHT = {package: len(LAYERS) - number for number, layer in enumerate(LAYERS) for package in layer}
LABELS = {package.rsplit(".", 1)[-1]: package for package in HEIGHT}
PACKAGES = ("portal", "demo", "home", "one_stop", "forms_app", "procedures", "search", "accounts", "core")
FOLDERS = (*PACKAGES, "templates")


def may_use(user: str, used: str) -> bool:
    """Return True if app `user` may import app `used`: itself or one in a lower layer, never a sibling."""
    return user == used or HEIGHT[user] > HEIGHT[used]


def package_of(module: str) -> str | None:
    """Return the app that a dotted name belongs to, None for third-party modules."""
    return next((name for name in HEIGHT if module == name or module.startswith(f"{name}.")), None)


def python_files(root: Path) -> Iterator[Path]:
    return (path for package in PACKAGES for path in sorted((root / package).rglob("*.py")))


def app_of(path: Path, root: Path) -> str | None:
    return package_of(".".join(path.relative_to(root).with_suffix("").parts))


def upward_keys(models: Iterable[Any]) -> list[str]:
    """Return relations of models that point to a higher layer or to a sibling app."""
    found = []
    for model in models:
        user = package_of(model.__module__)
        for field in model._meta.get_fields(include_parents=False):
            target = getattr(field, "related_model", None) if not field.auto_created else None
            used = package_of(target.__module__) if isinstance(target, type) else None
            if user and used and not may_use(user, used):
                found.append(f"{model.__name__}.{field.name} points to {target.__name__}")
    return found


def upward_migrations(needs: Mapping[tuple[str, str], Iterable[tuple[str, str]]]) -> list[str]:
    """Return migrations (label, name) that depend on one of a higher layer."""
    return [
        f"{label}.{name} needs {needed}"
        for (label, name), dependencies in needs.items()
        for needed, _name in dependencies
        if label in LABELS and needed in LABELS and not may_use(LABELS[label], LABELS[needed])
    ]


def templates(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield every template with its app; the shared ones in the top-level folder count as core's."""
    for path in sorted((root / "templates").rglob("*.html")):
        yield path, "core"
    for package in HEIGHT:
        for path in sorted((root / package.replace(".", "/") / "templates").rglob("*.html")):
            yield path, package


def upward_tags(root: Path, libraries: Mapping[str, str]) -> list[str]:
    """Return templates that load a tag library of a higher layer; `libraries` maps names to apps."""
    return [
        f"{path.relative_to(root)} loads {name}"
        for path, user in templates(root)
        for loaded in re.findall(r"{%-? *load (.*?) *-?%}", path.read_text())
        for name in loaded.partition(" from ")[2].split() or loaded.split()
        if name in libraries and not may_use(user, libraries[name])
    ]


def upward_includes(root: Path) -> list[str]:
    """Return templates that extend or include a template of a higher layer."""
    return [
        f"{path.relative_to(root)} names {folder}/"
        for path, user in templates(root)
        for folder in re.findall(r"{% *(?:extends|include) +[\"'](\w+)/", path.read_text())
        if folder in LABELS and not may_use(user, LABELS[folder])
    ]


def upward_routes(root: Path) -> list[str]:
    """Return templates and modules that link to a route of a higher layer (`reverse("one_stop:queue")`)."""
    named = re.compile(r"(?:{% *url +|reverse(?:_lazy)?\(|redirect\()[\"'](\w+):")
    files = [*templates(root), *((path, app_of(path, root)) for path in python_files(root))]
    return [
        f"{path.relative_to(root)} links to {label}:"
        for path, user in files
        for label in named.findall(path.read_text())
        if user and label in LABELS and not may_use(user, LABELS[label])
    ]


def upward_receivers(root: Path) -> list[str]:
    """Return receivers whose `sender="label.Model"` lies in a higher layer; imports are checked elsewhere."""
    found = []
    for path in python_files(root):
        user = app_of(path, root)
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.keyword)
                and node.arg == "sender"
                and isinstance(node.value, ast.Constant)
            ):
                label = str(node.value.value).partition(".")[0]
                if user and label in LABELS and not may_use(user, LABELS[label]):
                    found.append(f"{path.relative_to(root)} listens to {LABELS[label]}")
    return found


def upward_permissions(root: Path) -> list[str]:
    """Return permissions on models of a higher layer or a sibling that a `permissions.py` grants."""
    return [
        f"{path.relative_to(root)} grants {label}.{codename}"
        for path in python_files(root)
        if path.name == "permissions.py"
        for label, codename in re.findall(r"[\"'](\w+)\.(\w+)[\"']", path.read_text())
        if (user := app_of(path, root)) and label in LABELS and not may_use(user, LABELS[label])
    ]


# Fields with natural-language text have names that end like this; fields with identifiers sort by character.
WORDS = ("name", "title", "label", "text")
IDENTIFIERS = {"username", "codename", "hostname", "provider_name", "tool_name"}
SORT_KEYS = {"sort_key", "order_key", "fold"}


def texts(models: Iterable[Any]) -> set[str]:
    """Return the names of the natural-language text fields, by which no list is sorted without a sort key."""
    return {
        field.name
        for model in models
        for field in model._meta.get_fields()
        if field.__class__.__name__ in {"CharField", "TextField"} and field.name.endswith(WORDS)
    } - IDENTIFIERS


def raw_orderings(models: Iterable[Any], names: set[str]) -> list[str]:
    """Return the models ordered by a text by default: PostgreSQL and SQLite sort Đ in different places."""
    return [
        f"{model.__name__} is ordered by {name}"
        for model in models
        if package_of(model.__module__)
        for name in model._meta.ordering
        if isinstance(name, str) and _last_part(name) in names
    ]


def raw_sorts(root: Path, names: set[str]) -> list[str]:
    """Return `order_by("name")`, `ordering = ["name"]` and `key=lambda row: row.name` outside the migrations."""
    return [
        f"{path.relative_to(root)}:{node.lineno} sorts by {name}"
        for path in python_files(root)
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _sorted_by(node)
        if _last_part(name) in names
    ]


def _last_part(name: str) -> str:
    return name.removeprefix("-").rsplit("__", maxsplit=1)[-1]


def _sorted_by(node: ast.AST) -> Iterator[str]:
    """Yield the names by which a call to `order_by` or `sorted`, or an assignment to `ordering`, sorts."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "order_by":
            yield from (text for arg in node.args for text in _strings(arg))
        for keyword in node.keywords:
            if keyword.arg == "key" and isinstance(keyword.value, ast.Lambda):
                yield from _attributes(keyword.value.body)
    elif isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "ordering" for target in node.targets
    ):
        yield from _strings(node.value)


def _strings(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _attributes(node: ast.AST) -> Iterator[str]:
    """Yield the attributes of an expression that are not inside a call of a sort key."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SORT_KEYS:
        return
    if isinstance(node, ast.Attribute):
        yield node.attr
    for child in ast.iter_child_nodes(node):
        yield from _attributes(child)


# The functions of the registries, with the name of the module from which an app calls them (portal.apps finds it).
REGISTRIES = {
    "accounts.roles.grant_collection_permissions": "permissions",
    "accounts.roles.grant_media_permissions": "permissions",
    "accounts.roles.grant_page_permissions": "permissions",
    "accounts.roles.grant_permissions": "permissions",
    "accounts.roles.register_landing_page": "registrations",
    "core.health.register": "registrations",
    "core.wagtail.dependants.register": "registrations",
    "core.outbox.handler": "handlers",
    "forms_app.builder.obstacles.register": "registrations",
    "procedures.filing_links.register": "registrations",
    "search.documents.register": "search_documents",
}


def registrations(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield the modules that call a function of a registry, with its dotted name."""
    for path in python_files(root):
        tree = ast.parse(path.read_text())
        imported = {
            alias.asname or alias.name: f"{node.module}.{alias.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and imported.get(node.id) in REGISTRIES:
                yield path, imported[node.id]
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                name = f"{imported.get(node.value.id, '')}.{node.attr}"
                if name in REGISTRIES:
                    yield path, name


def misplaced_registrations(root: Path) -> list[str]:
    """Return registrations from a layer below the registry, and those in modules that are not discovered."""
    found = []
    for path, name in registrations(root):
        user, owner = app_of(path, root), package_of(name)
        place = path.relative_to(root)
        if user and owner and not may_use(user, owner):
            found.append(f"{place} registers with {name}, which is above it")
        elif path.stem != REGISTRIES[name]:
            found.append(f"{place} calls {name}: move this to {REGISTRIES[name]}.py")
    return found


def lines(root: Path) -> dict[str, int]:
    """Return the lengths of the modules, without settings, migrations and `__init__`."""
    return {
        path.relative_to(root).as_posix(): len(path.read_text().splitlines())
        for path in python_files(root)
        if "migrations" not in path.parts and "settings" not in path.parts and path.name != "__init__.py"
    }


def functions(root: Path) -> dict[str, int]:
    """Return the lengths of the functions, from `def` to the last line."""
    return {
        f"{path.relative_to(root)}:{node.lineno} {node.name}": (node.end_lineno or node.lineno)
        - node.lineno
        + 1
        for path in python_files(root)
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def over(lengths: Mapping[str, int], longest: int) -> dict[str, int]:
    """Return the lengths that exceed the limit."""
    return {name: length for name, length in lengths.items() if length > longest}


def files_per_thousand_lines(root: Path) -> float:
    """Return how many files the apps have per 1,000 lines, without migrations and empty files."""
    texts = [path.read_text() for path in python_files(root) if "migrations" not in path.parts]
    lengths = [len(text.splitlines()) for text in texts if text.strip()]
    return 1000 * len(lengths) / sum(lengths)


def mirrored_tests(root: Path) -> dict[str, bool]:
    """Return, for each test file, whether its path and name match what it tests.

    `tests/a/test_b.py` tests the module, package, script or other file `a/b`, `tests/a/test_b_part.py` a part of it;
    tools of the tests lie in `tests`.
    """
    found = {}
    for path in sorted((root / "tests").rglob("test_*.py")):
        folder, words = path.parent.relative_to(root / "tests"), path.stem.split("_")[1:]
        names = ["_".join(words[:length]) for length in range(1, len(words) + 1)]
        found[path.relative_to(root).as_posix()] = any(
            (place / name).exists() or any(place.glob(f"{name}.*"))
            for place in (root / folder, root / "tests" / folder)
            for name in names
        )
    return found


def import_graph(*packages: str) -> dict[str, set[str]]:
    """Return, for each module of the packages, the modules that are executed before it because it imports them.

    Nodes are modules and packages (a package represents its ``__init__``). Importing ``a.b.c`` also executes the
    ``__init__`` of ``a`` and ``a.b``, so those also count as imported, except for the packages that contain the
    importing module: they are being executed already. A module that imports a name from its own package's
    ``__init__`` depends on it as on any other module. Imports inside functions count; those under ``TYPE_CHECKING``
    do not.
    """
    graph = grimp.build_graph(*packages, cache_dir=None, exclude_type_checking_imports=True)
    return {
        module: {
            needed
            for imported in graph.find_modules_directly_imported_by(module)
            for needed in (imported, *_parents(imported))
            if needed == imported or not f"{module}.".startswith(f"{needed}.")
        }
        for module in graph.modules
    }


def _parents(module: str) -> Iterator[str]:
    """Yield the packages that contain the module, the innermost first."""
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def cycle_in(needs: Mapping[str, set[str]]) -> list[str]:
    """Return one cycle of the graph as a list of its members, or an empty list."""
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
