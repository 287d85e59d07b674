"""Documents match the code: variables, commands, targets, decision records, and the words on the buttons."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import polib
import pytest
import yaml
from django.core.management import get_commands

from tests.paths import ROOT
from tests.support.references import tracked

SETTINGS = ("base", "development", "demo", "production")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CURRENT_DOCUMENTS = [
    path for path in DOCUMENTS if path.name not in {"CHANGELOG.md", "renames.md"}
]  # these name removed things
DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
DECISION_PARTS = ["Context", "Decision", "Alternatives", "Consequences"]
MANUALS = sorted((ROOT / "docs" / "manual").glob("*.md"))
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
# Read before any setting, by Django itself.
BEFORE_SETTINGS = {"DJANGO_SETTINGS_MODULE"}
# Words in bold that are on the tab of the national form, in titles of content, or emphasise a word in a sentence.
PHRASES = {
    "trước", "sau", "và", "ngày", "mã hồ sơ", "mã tra cứu", "trang quản trị", "không", "Tin:", "Trang thông tin:",
    "Trang của cơ quan:", "Hình và tài liệu:", "Hẹn giờ", "Lịch sử", "khóa", "xem trước", "+", "Áp dụng từ",
}  # fmt: skip


def names_read():
    """Return the environment variables that the settings read."""
    texts = ((ROOT / "portal" / "settings" / f"{name}.py").read_text(encoding="utf-8") for name in SETTINGS)
    return {name for text in texts for name in re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z0-9_]+)"', text)}


def names_documented():
    """Return the variables in the table of docs/operations.md."""
    part = OPERATIONS.split("## Environment variables of the portal")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`([A-Z0-9_]+)`", cell)}


def test_environment_table_lists_exactly_the_variables_that_settings_read():
    assert names_read() | BEFORE_SETTINGS == names_documented()


def test_settings_read_the_environment_only_through_the_reader():
    for path in (ROOT / "portal" / "settings").glob("*.py"):
        assert path.name == "reader.py" or "os.environ" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("CONN_MAX_AGE", "60"),
        ("TRUSTED_PROXIES", "0"),
        ("UPLOAD_MAX_FILES_PER_DOSSIER", "20"),
        ("THROTTLE_FACTOR", "1"),
    ],
)
def test_environment_table_states_the_real_default(name, default):
    settings = (ROOT / "portal" / "settings" / "base.py").read_text(encoding="utf-8")
    assert f'"{name}", default={default})' in settings
    row = next(line for line in OPERATIONS.splitlines() if line.startswith("| `") and f"`{name}`" in line)
    assert default in row.split("|")[2]


@pytest.mark.parametrize("name", sorted(names_documented() - BEFORE_SETTINGS))
def test_environment_table_marks_what_production_requires(name):
    text = (ROOT / "portal" / "settings" / "production.py").read_text(encoding="utf-8")
    demanded = re.search(rf'env\.\w+\("{name}"\)', text) is not None
    row = next(
        line
        for line in OPERATIONS.splitlines()
        if line.startswith("| `") and f"`{name}`" in line.split("|")[1]
    )
    assert ("**required**" in row) == demanded


@pytest.mark.parametrize("path", CURRENT_DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_targets_and_scripts_exist(path):
    text = path.read_text(encoding="utf-8")
    assert set(re.findall(r"manage\.py ([a-z_]{4,})", text)) <= set(get_commands())
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets
    for script in re.findall(r"`scripts/([a-z_]+(?:\.py)?)", text):
        assert (ROOT / "scripts" / script).exists(), script


def vietnamese_texts():
    """Return every Vietnamese text of the portal and of the admin."""
    files = [*(ROOT / "locale" / "vi").rglob("*.po"), *(ROOT / "locale_upstream" / "vi").rglob("*.po")]
    texts = {
        text
        for path in files
        for entry in polib.pofile(str(path))
        for text in (entry.msgstr, *entry.msgstr_plural.values())
    }
    demo = list((ROOT / "demo" / "data").glob("*.json"))
    assert demo
    sources = [*demo, ROOT / "home" / "services.py"]
    return " | ".join(sorted(texts)) + " ".join(path.read_text(encoding="utf-8") for path in sources)


@pytest.mark.parametrize("path", MANUALS, ids=lambda path: path.stem)
def test_manuals_use_texts_of_the_interface(path):
    known = vietnamese_texts().lower()
    quoted = re.findall(r"\*\*([^*\n]+)\*\*", path.read_text(encoding="utf-8").replace("\n", " "))
    words = {word.strip(" …→") for phrase in quoted for word in phrase.split("→")} - PHRASES
    missing = {word for word in words if len(word) > 1 and word.lower() not in known}
    assert not missing


@pytest.mark.parametrize("path", MANUALS, ids=lambda path: path.stem)
def test_manuals_are_vietnamese_and_follow_the_style_guide(path):
    text = path.read_text(encoding="utf-8")
    assert len(re.findall("[À-ỹĐđ]", text)) > len(text) / 10
    prose = re.sub(r"`[^`]*`|```.*?```", "", text, flags=re.DOTALL).lower()
    assert not [word for word in ("vui lòng", "!", "click", "email", "upload", "đồng chí") if word in prose]


def test_each_role_has_a_manual():
    assert {path.stem for path in MANUALS} == {"citizen", "officer", "editor", "operator"}


def test_readme_pictures_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", readme)
    assert len(pictures) >= 2
    assert all(Path(ROOT / picture).stat().st_size > 1000 for picture in pictures)


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_decision_record_has_all_parts(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# {path.name[:4]}. ")
    assert re.search(r"^\* Date: 20\d\d-\d\d-\d\d\b", text, re.MULTILINE)
    assert re.search(
        r"^\* Status: (proposed|accepted|rejected|superseded by \[ADR \d+\])", text, re.MULTILINE
    )
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == DECISION_PARTS


def test_index_lists_every_decision_record():
    rows = re.findall(
        r"^\| \[(\d{4})\]\(([\w.-]+)\) \| (.+) \| (.+) \| (.+) \|$",
        (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    wanted = []
    for path in DECISIONS:
        text = path.read_text(encoding="utf-8")
        date = re.search(r"^\* Date: (.+)$", text, re.MULTILINE)[1]
        status = re.search(r"^\* Status: (.+)$", text, re.MULTILINE)[1]
        wanted.append((path.name[:4], path.name, text.splitlines()[0][8:], date, status))
    assert rows == wanted


def test_publiccode_has_what_the_standard_requires():
    data = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    required = {
        "publiccodeYmlVersion", "name", "url", "platforms", "categories", "developmentStatus", "softwareType",
        "description", "legal", "maintenance", "localisation",
    }  # fmt: skip
    assert required <= set(data)
    assert data["legal"]["license"] == "BSD-3-Clause"
    assert all(contact["name"] for contact in data["maintenance"]["contacts"])
    assert set(data["description"]) == set(data["localisation"]["availableLanguages"]) == {"vi", "en"}
    for texts in data["description"].values():
        assert len(texts["shortDescription"]) <= 150
        assert 500 <= len(texts["longDescription"]) <= 10_000
        assert texts["features"]


# Attributes that production code sets on objects of a library.
SET_ON_LIBRARIES = {
    "_errors", "_state", "_wagtail_site", "_wagtail_route_for_request", "_allowed_content_type_ids", "_csp_config",
}  # fmt: skip
NOT_PRIVATE = {"_meta", "_default_manager", "_replace"}


def private_attributes():
    """Return (file, name) of the private attributes of libraries that production code uses."""
    names = [
        name for name in tracked() if name.endswith(".py") and not name.startswith(("tests/", "scripts/"))
    ]
    trees = {
        name: ast.parse((ROOT / name).read_text(encoding="utf-8"))
        for name in names
        if "/migrations/" not in name
    }
    nodes = [(name, node) for name, tree in trees.items() for node in ast.walk(tree)]
    own = {node.name for _, node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    own |= {node.id for _, node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {
        node.attr for _, node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    private = {
        (name, node.attr)
        for name, node in nodes
        if isinstance(node, ast.Attribute) and re.match("_[a-z]", node.attr)
    }
    known = (own - SET_ON_LIBRARIES) | NOT_PRIVATE
    return sorted((name, attribute) for name, attribute in private if attribute not in known)


APPS = ("accounts", "core", "demo", "forms_app", "home", "one_stop", "portal", "procedures", "search")


def replaced_attributes():
    """Return (file, name) of every attribute that production code replaces on an imported library class or module."""
    found = set()
    for name in tracked():
        if not name.endswith(".py") or not name.startswith(APPS) or "/migrations/" in name:
            continue
        nodes = list(ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))))
        imported = {
            alias.asname or alias.name.partition(".")[0]
            for node in nodes
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
            if not (getattr(node, "module", None) or alias.name).startswith(APPS)
        }
        found |= {
            (name, node.attr)
            for node in nodes
            if isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and ast.unparse(node).partition(".")[0] in imported
        }
    return sorted(found)


def test_known_patches_are_found():
    found = replaced_attributes()
    assert ("core/wagtail/list_order.py", "order_queryset") in found
    assert ("accounts/group_names.py", "__str__") in found


def test_private_interfaces_are_listed_for_upgrades():
    rows = (ROOT / "docs" / "upgrade-checks.md").read_text(encoding="utf-8").splitlines()
    found = private_attributes() + replaced_attributes()
    assert found
    assert [
        (module, attribute)
        for module, attribute in found
        if not any(f"`{module}`" in row and attribute in row for row in rows)
    ] == []


def glossary_names():
    """Yield the code names in the glossary, except those that are reserved (†)."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").partition("## Software")[0]
    for row in text.splitlines():
        cells = row.split("|")
        if len(cells) == 6:
            yield from re.findall(r"`([\w.]+)`(?!†)", cells[3])


def test_names_of_the_glossary_exist():
    code = "\n".join(
        (ROOT / name).read_text(encoding="utf-8")
        for name in tracked()
        if name.endswith(".py") and not name.startswith("tests/")
    )
    words = set(re.findall(r"\w+", code))
    assert not [name for name in glossary_names() if not set(name.split(".")) <= words]


#: English words of earlier texts that the glossary rules out (docs/glossary.md#plain-english).
EXCLUDED_WORDS = re.compile(r"\b(told|nought|whoever|in hand of|stands? still|one a line)\b", re.IGNORECASE)


def test_english_texts_have_no_word_that_the_glossary_rules_out():
    catalogue = polib.pofile(str(ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"))
    texts = [text for entry in catalogue for text in (entry.msgid, entry.msgid_plural, entry.msgstr)]
    assert len(texts) > 3000
    assert [text for text in texts if EXCLUDED_WORDS.search(text)] == []
    assert EXCLUDED_WORDS.search("The citizen is told.")
