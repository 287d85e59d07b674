"""What the rules of the house look at: files below a root, so that a planted violation is looked at the same way."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
FOLDERS = (*PACKAGES, "templates")

# The front page gathers what the floors below have; they know the name and the kernel's Figure, not the page.
GATHERED_FROM_BELOW = {"home_figures"}


def may_use(user: str, used: str) -> bool:
    """May something on the floor of `user` know something of `used`? Siblings are strangers."""
    return user == used or HEIGHT[user] > HEIGHT[used]


def package_of(module: str) -> str | None:
    """The app that a dotted name belongs to; None for what is not ours."""
    return next((name for name in HEIGHT if module == name or module.startswith(f"{name}.")), None)


def python_files(root: Path) -> Iterator[Path]:
    return (path for package in PACKAGES for path in sorted((root / package).rglob("*.py")))


def app_of(path: Path, root: Path) -> str | None:
    return package_of(".".join(path.relative_to(root).with_suffix("").parts))


def upward_keys(models: Iterable[Any]) -> list[str]:
    """Relations of models that point to a higher floor or to a stranger."""
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
    """Migrations (label, name) that depend on one of a higher floor."""
    return [
        f"{label}.{name} needs {needed}"
        for (label, name), dependencies in needs.items()
        for needed, _name in dependencies
        if label in LABELS and needed in LABELS and not may_use(LABELS[label], LABELS[needed])
    ]


def templates(root: Path) -> Iterator[tuple[Path, str]]:
    """Templates with the app whose folder they are in; what all apps share belongs to the lowest floor."""
    for path in sorted((root / "templates").rglob("*.html")):
        parts = path.relative_to(root / "templates").parts
        yield path, LABELS.get(parts[0], "core")


def upward_tags(root: Path, libraries: Mapping[str, str]) -> list[str]:
    """Templates that load a tag library of a higher floor; `libraries` maps names to apps."""
    return [
        f"{path.relative_to(root)} loads {name}"
        for path, user in templates(root)
        for loaded in re.findall(r"{%-? *load (.*?) *-?%}", path.read_text())
        for name in loaded.partition(" from ")[2].split() or loaded.split()
        if name in libraries and not may_use(user, libraries[name])
    ]


def upward_includes(root: Path) -> list[str]:
    """Templates that name a template of a higher floor."""
    return [
        f"{path.relative_to(root)} names {folder}/"
        for path, user in templates(root)
        for folder in re.findall(r"{% *(?:extends|include) +[\"'](\w+)/", path.read_text())
        if folder in LABELS and not may_use(user, LABELS[folder])
    ]


def upward_routes(root: Path) -> list[str]:
    """Templates and modules that name a route of a higher floor (`{% url "desk:queue" %}`, `reverse("desk:queue")`)."""
    named = re.compile(r"(?:{% *url +|reverse(?:_lazy)?\(|redirect\()[\"'](\w+):")
    files = [*templates(root), *((path, app_of(path, root)) for path in python_files(root))]
    return [
        f"{path.relative_to(root)} links to {label}:"
        for path, user in files
        for label in named.findall(path.read_text())
        if user and label in LABELS and not may_use(user, LABELS[label])
    ]


def upward_receivers(root: Path) -> list[str]:
    """Receivers of a model named as text, `sender="label.Model"`, on a higher floor: imports are checked elsewhere."""
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


@dataclass(frozen=True)
class Hooks:
    """Who asks and who answers, by the name of the hook."""

    asked: dict[str, set[str]]
    answered: dict[str, set[str]]

    @classmethod
    def below(cls, root: Path) -> Hooks:
        found = cls({}, {})
        for path in python_files(root):
            app = app_of(path, root)
            for kind, name in re.findall(r"\bhooks\.(call|first|register)\(\s*\"(\w+)\"", path.read_text()):
                table = found.answered if kind == "register" else found.asked
                if app and "wagtail_hooks" not in path.name:
                    table.setdefault(name, set()).add(app)
        return found

    def faults(self) -> list[str]:
        """Names that only one side knows, and answers from below the asker."""
        found = [f"nobody asks {name}" for name in sorted(self.answered.keys() - self.asked.keys())]
        found += [f"nobody answers {name}" for name in sorted(self.asked.keys() - self.answered.keys())]
        for name in sorted(self.answered.keys() & self.asked.keys() - GATHERED_FROM_BELOW):
            found += [
                f"{answer} answers {name} of {ask}, which is above it"
                for answer in sorted(self.answered[name])
                for ask in sorted(self.asked[name])
                if not may_use(answer, ask)
            ]
        return found


def lines(root: Path) -> dict[str, int]:
    """Lengths of the modules people write (settings, migrations and gathering `__init__`s aside)."""
    return {
        path.relative_to(root).as_posix(): len(path.read_text().splitlines())
        for path in python_files(root)
        if "migrations" not in path.parts and "settings" not in path.parts and path.name != "__init__.py"
    }


def functions(root: Path) -> dict[str, int]:
    """Lengths of the functions, from `def` to the last line."""
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
    return {name: length for name, length in lengths.items() if length > longest}


def median(lengths: Mapping[str, int]) -> int:
    return sorted(lengths.values())[len(lengths) // 2]


def cycle_in(needs: Mapping[str, set[str]]) -> list[str]:
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
