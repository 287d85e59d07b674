"""Find references in code and documents that lead nowhere: files, headings, decision records, modules."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.apps import apps

from tests.paths import ROOT

SUFFIXES = {".py", ".html", ".js", ".css", ".md", ".toml", ".yml", ".yaml", ".in", ".sh", ""}
PACKAGES = (
    "accounts",
    "bench",
    "core",
    "demo",
    "forms_app",
    "home",
    "one_stop",
    "portal",
    "procedures",
    "search",
)
# Records of the past mention things that no longer exist; the glossary mentions things not yet built.
NOT_OF_TODAY = {"CHANGELOG.md", "docs/renames.md", "docs/glossary.md"}
# These files contain planted references.
PLANTED = {"tests/support/references.py", "tests/docs/test_references.py"}

_DOCUMENT = re.compile(r"(?<![\w/.])docs/[\w./-]+\.md(?:#[\w-]+)?")
_DECISION = re.compile(r"\bADRs? (\d{1,4})\b|docs/adr/(\d{4})(?!\d|-)")
_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)|!\[[^\]\n]*\]\(([^)\s]+)\)")
_OUTSIDE = re.compile(r"\b(?:DOMAIN|ARCHITECTURE|DESIGN|ROADMAP)\b|(?<!\w)\(FACTS\b|\bFACTS: (?!Final\b)")
_CODE_PATH = re.compile(r"`((?!/)[\w./*-]+\.(?:py|html|css|js|txt|tsv|json|toml|in|yaml|yml))(?:::[\w:]+)?`")
_FOLDER = re.compile(
    rf"`((?:{'|'.join(PACKAGES)}|docs|locale|locale_upstream|scripts|static|templates|tests)/[\w./-]+)`"
)
_DOTTED = re.compile(rf"`((?:{'|'.join(PACKAGES)})(?:\.\w+)+)(?:\(\))?`")
_MEMBER = re.compile(r"(?<!`)`{1,2}([a-z]\w*)\.([A-Za-z_]\w*)(?:\(\))?`{1,2}(?!`)")
# What follows the dot in the name of a file, and Django's own `settings`.
_SUFFIXES = {
    "py",
    "html",
    "js",
    "css",
    "md",
    "txt",
    "tsv",
    "csv",
    "json",
    "toml",
    "yaml",
    "yml",
    "po",
    "mo",
    "typ",
    "pdf",
}
_NO_MODULES = {"settings", *PACKAGES}
_CONSTANT = re.compile(r"`([A-Z][A-Z0-9_]{3,})`")
# Capitals in backticks that are not constants of the portal.
NOT_CONSTANTS = {"UPDATE"}
_CODE = re.compile(r"`([^`]+)`")
_BRACES = re.compile(r"\{([\w,]+)\}")
_ANCHOR = re.compile(r'<a (?:id|name)="([^"]+)"')
_HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~).*?^\1 *$", re.MULTILINE | re.DOTALL)


def slug(heading: str) -> str:
    """Return the anchor that GitHub creates for a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").replace("*", "")
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def anchors_of(text: str) -> set[str]:
    """Return the anchors of a Markdown text: its headings, repeated ones numbered, and explicit ``<a id>``."""
    prose = _FENCE.sub("", text)
    found = set(_ANCHOR.findall(prose))
    for base in map(slug, _HEADING.findall(prose)):
        numbered = (base if count == 0 else f"{base}-{count}" for count in range(1000))
        found.add(next(anchor for anchor in numbered if anchor not in found))
    return found


@cache
def tracked(root: Path = ROOT) -> tuple[str, ...]:
    """Return the names of the files that git tracks or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.splitlines()
    return tuple(name for name in names if (root / name).is_file())


def sources() -> list[str]:
    """Return the names of the files whose references are checked."""
    return [
        name
        for name in tracked()
        if Path(name).suffix in SUFFIXES
        and name not in PLANTED
        and not name.startswith(("docs/images/", "."))
    ]


@cache
def _anchors(path: Path) -> set[str]:
    return anchors_of(path.read_text(encoding="utf-8"))


def _missing(path: Path, anchor: str) -> bool:
    return not path.exists() or bool(anchor and path.suffix == ".md" and anchor not in _anchors(path))


@cache
def _is_a_path(pattern: str) -> bool:
    wanted = re.compile(r"(?:^|.*/)" + re.escape(pattern).replace(r"\*", "[^/]*") + "$")
    return any(wanted.match(name) for name in tracked())


@cache
def _defined_in(path: Path) -> set[str]:
    """Return the names that a module defines or imports at its top level."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found.update(alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


@cache
def _constants() -> set[str]:
    return {
        name
        for path in tracked()
        if path.endswith(".py")
        for name in _defined_in(ROOT / path)
        if name.isupper()
    } | NOT_CONSTANTS


@cache
def _modules_by_name() -> dict[str, list[Path]]:
    """Return the modules of the project by the last part of their name; a package stands for its ``__init__``."""
    found: dict[str, list[Path]] = {}
    for path in (ROOT / name for name in tracked() if name.endswith(".py") and name.startswith(PACKAGES)):
        found.setdefault(path.parent.name if path.stem == "__init__" else path.stem, []).append(path)
    return found


def _lost_members(text: str) -> set[str]:
    """Return the names like ``credentials.identity_hash`` in ``text`` that no module of that name defines."""
    modules = _modules_by_name()
    return {
        f"{module}.{name}"
        for module, name in _MEMBER.findall(text)
        if module in modules and module not in _NO_MODULES and name not in _SUFFIXES
        if not any(name in _defined_in(path) for path in modules[module])
        if not any(path.parent.name == module for path in modules.get(name, ()))
        if f'"{module}.{name}"' not in _literals()
    }


def _is_in_module(dotted: str) -> bool:
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:length])
        rest = parts[length:]
        if (module := place.with_suffix(".py")).is_file() or (module := place / "__init__.py").is_file():
            return not rest or rest[0] in _defined_in(module)
        if place.is_dir():
            return not rest
    return False


def _is_a_model(dotted: str) -> bool:
    try:
        apps.get_model(*dotted.split(".")[:2])
    except LookupError:
        return False
    return True


@cache
def _literals() -> str:
    return "\n".join((ROOT / name).read_text(encoding="utf-8") for name in tracked() if name.endswith(".py"))


@cache
def _is_a_name(dotted: str) -> bool:
    """Return True for a module, something in one, a model by its label, or a registered name (task, check)."""
    return _is_in_module(dotted) or _is_a_model(dotted) or f'"{dotted}"' in _literals()


def problems(name: str, text: str) -> Iterator[str]:
    """Yield what is wrong with the references in ``text`` of the file ``name`` (relative to the project)."""
    if name not in NOT_OF_TODAY:
        yield from _documents(name, text)
    if name.endswith(".md"):
        yield from _in_markdown(name, text)
    if name.endswith((".md", ".py")) and name not in NOT_OF_TODAY:
        dotted = {
            found for found in _DOTTED.findall(text) if not Path(found).suffix.endswith((".py", ".html"))
        }
        yield from (f"{name}: `{found}`" for found in sorted(dotted) if not _is_a_name(found))
    if name.startswith(("docs/features/", "docs/where-to-change.md")) or (
        name.endswith(".py") and name.startswith(PACKAGES)
    ):
        yield from (f"{name}: `{found}`" for found in sorted(_lost_members(text)))


def _documents(name: str, text: str) -> Iterator[str]:
    for found in _DOCUMENT.findall(text):
        path, _, anchor = found.partition("#")
        if _missing(ROOT / path, anchor):
            yield f"{name}: {found}"
    for numbers in _DECISION.findall(text):
        number = int(next(filter(None, numbers)))
        if not list((ROOT / "docs" / "adr").glob(f"{number:04d}-*.md")):
            yield f"{name}: ADR {number}"
    yield from (f"{name}: {found} is not a document here" for found in _OUTSIDE.findall(text))


def _in_markdown(name: str, text: str) -> Iterator[str]:
    prose = _FENCE.sub("", text)
    for targets in _LINK.findall(prose):
        target = next(filter(None, targets))
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        if _missing((ROOT / name).parent / path if path else ROOT / name, anchor):
            yield f"{name}: {target}"
    if name not in NOT_OF_TODAY:
        yield from (f"{name}: `{found}`" for found in _CODE_PATH.findall(prose) if not _is_a_path(found))
        if name == "docs/where-to-change.md" or name.startswith("docs/features/"):
            constants = _CONSTANT.findall(prose)
            # Any environment variable may be given as a file: NAME_FILE.
            missing = (found for found in constants if found.removesuffix("_FILE") not in _constants())
            yield from (f"{name}: `{found}`" for found in missing)
        folders = (found for found in _FOLDER.findall(prose) if not Path(found).suffix)
        yield from (f"{name}: `{found}`" for found in folders if not (ROOT / found).exists())


def unresolved_new_names(text: str) -> Iterator[str]:
    """Yield the dotted names in the last column of the tables in ``text`` (docs/renames.md) that do not exist."""
    for row in (line for line in text.splitlines() if line.startswith("| `")):
        for found in _CODE.findall(row.rsplit(" | ", 1)[-1]):
            for dotted in _expanded(found.removesuffix("()")):
                if _DOTTED.fullmatch(f"`{dotted}`") and not _is_a_name(dotted):
                    yield dotted


def _expanded(text: str) -> list[str]:
    """Return ``a.{b,c}`` as ``a.b`` and ``a.c``."""
    braces = _BRACES.search(text)
    if braces is None:
        return [text]
    return [text.replace(braces[0], part, 1) for part in braces[1].split(",")]
