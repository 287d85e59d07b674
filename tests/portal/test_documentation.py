"""What the documents promise is there: variables, commands, targets, links, and the words on the buttons."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest
from django.core.management import get_commands

from tests.paths import ROOT

SETTINGS = ("base", "development", "demo", "production")
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
MANUALS = sorted((ROOT / "docs" / "manual").glob("*.md"))
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
# Read before any setting, by Django itself.
BEFORE_SETTINGS = {"DJANGO_SETTINGS_MODULE"}
# Words in bold that stand on the tab of the national form, in titles of content, or stress a word of a sentence.
PHRASES = {
    "trước", "sau", "và", "ngày", "mã hồ sơ", "mã tra cứu", "trang quản trị", "không", "Tin:", "Trang thông tin:",
    "Trang của cơ quan:", "Hình và tài liệu:", "Hẹn giờ", "Lịch sử", "khóa", "xem trước", "+", "Áp dụng từ",
}  # fmt: skip


def names_read():
    """The environment variables that the settings ask for."""
    texts = ((ROOT / "portal" / "settings" / f"{name}.py").read_text(encoding="utf-8") for name in SETTINGS)
    return {name for text in texts for name in re.findall(r'\benv\.\w+\(\s*"([A-Z0-9_]+)"', text)}


def names_told():
    """The variables in the one table of the documents."""
    part = OPERATIONS.split("## Environment variables of the portal")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`([A-Z0-9_]+)`", cell)}


def test_every_variable_that_is_read_stands_in_the_table_and_no_other():
    assert names_read() | BEFORE_SETTINGS == names_told()


def test_no_setting_reads_the_environment_past_the_one_reader():
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
def test_the_table_tells_the_default_that_holds(name, default):
    settings = (ROOT / "portal" / "settings" / "base.py").read_text(encoding="utf-8")
    assert f'"{name}", default={default})' in settings
    row = next(line for line in OPERATIONS.splitlines() if line.startswith("| `") and f"`{name}`" in line)
    assert default in row.split("|")[2]


@pytest.mark.parametrize("name", sorted(names_told() - BEFORE_SETTINGS))
def test_what_production_demands_is_marked(name):
    text = (ROOT / "portal" / "settings" / "production.py").read_text(encoding="utf-8")
    demanded = re.search(rf'env\.\w+\("{name}"\)', text) is not None
    row = next(
        line
        for line in OPERATIONS.splitlines()
        if line.startswith("| `") and f"`{name}`" in line.split("|")[1]
    )
    assert ("**required**" in row) == demanded


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_target_and_link_exists(path):
    text = path.read_text(encoding="utf-8")
    assert set(re.findall(r"manage\.py ([a-z_]{4,})", text)) <= set(get_commands())
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (path.parent / link).exists(), link
    for script in re.findall(r"`scripts/([a-z_]+(?:\.py)?)", text):
        assert (ROOT / "scripts" / script).exists(), script


def spoken():
    """Every Vietnamese text of the portal and of the admin, without dots and values."""
    files = [*(ROOT / "locale" / "vi").rglob("*.po"), *(ROOT / "locale_upstream" / "vi").rglob("*.po")]
    texts = {
        text
        for path in files
        for entry in polib.pofile(str(path))
        for text in (entry.msgstr, *entry.msgstr_plural.values())
    }
    sources = [
        *(ROOT / "portal" / "demo" / "data").glob("*.json"),
        ROOT / "home" / "services" / "starting.py",
    ]
    return " | ".join(sorted(texts)) + " ".join(path.read_text(encoding="utf-8") for path in sources)


@pytest.mark.parametrize("path", MANUALS, ids=lambda path: path.stem)
def test_the_manuals_call_buttons_and_places_by_their_names(path):
    """A person looks for exactly these words; a button that was renamed must be renamed here."""
    known = spoken().lower()
    quoted = re.findall(r"\*\*([^*\n]+)\*\*", path.read_text(encoding="utf-8").replace("\n", " "))
    words = {word.strip(" …→") for phrase in quoted for word in phrase.split("→")} - PHRASES
    missing = {word for word in words if len(word) > 1 and word.lower() not in known}
    assert not missing


@pytest.mark.parametrize("path", MANUALS, ids=lambda path: path.stem)
def test_the_manuals_are_in_vietnamese_and_keep_the_voice(path):
    text = path.read_text(encoding="utf-8")
    assert len(re.findall("[À-ỹĐđ]", text)) > len(text) / 10
    prose = re.sub(r"`[^`]*`|```.*?```", "", text, flags=re.DOTALL).lower()
    assert not [word for word in ("vui lòng", "!", "click", "email", "upload", "đồng chí") if word in prose]


def test_there_is_a_manual_for_each_kind_of_reader():
    assert {path.stem for path in MANUALS} == {"citizen", "officer", "editor", "operator"}


def test_pictures_of_the_readme_are_there():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", readme)
    assert len(pictures) >= 2
    assert all(Path(ROOT / picture).stat().st_size > 1000 for picture in pictures)
