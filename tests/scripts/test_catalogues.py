"""Message catalogues: their normalised form, and what the check finds."""

from __future__ import annotations

from pathlib import Path

import catalogues
import polib


def write_catalogue(folder: Path, language: str, texts: dict[str, str]) -> Path:
    path = catalogues.catalogue(folder, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    messages = polib.POFile()
    messages.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    messages.extend(polib.POEntry(msgid=key, msgstr=value) for key, value in texts.items())
    messages.save(str(path))
    return path


def two_entries(folder: Path, **fields: object) -> Path:
    """Write a catalogue with a date and two entries; `fields` change the second one, "Ant"."""
    path = folder / "vi.po"
    messages = polib.POFile()
    messages.metadata = {"Content-Type": "text/plain; charset=UTF-8", "POT-Creation-Date": "2026-01-01"}
    messages.append(polib.POEntry(msgid="Zebra", msgstr="Ngựa vằn"))
    messages.append(polib.POEntry(**{"msgid": "Ant", "msgstr": "Kiến", **fields}))
    messages.save(str(path))
    return path


def add_entry(path: Path, **fields: object) -> None:
    messages = polib.pofile(str(path))
    messages.append(polib.POEntry(**fields))
    messages.save(str(path))


class TestNormalise:
    def test_catalogue_has_no_dates_and_is_sorted(self, tmp_path: Path) -> None:
        path = two_entries(tmp_path)
        catalogues.normalise(path, "vi")
        text = path.read_text()
        assert "2026" not in text
        assert text.index("Ant") < text.index("Zebra")
        catalogues.normalise(path, "vi")
        assert path.read_text() == text

    def test_english_text_is_its_own_translation(self, tmp_path: Path) -> None:
        path = write_catalogue(tmp_path, "en", {"Search": ""})
        add_entry(path, msgid="Find", msgstr="Guess", flags=["fuzzy"])
        add_entry(path, msgid="%(n)s page", msgid_plural="%(n)s pages", msgstr_plural={0: "", 1: ""})
        catalogues.normalise(path, "en")
        entries = catalogues.entries(path)
        assert entries["", "Search", ""].msgstr == "Search"
        assert entries["", "Find", ""].msgstr == "Find"
        assert entries["", "%(n)s page", "%(n)s pages"].msgstr_plural == {0: "%(n)s page", 1: "%(n)s pages"}

    def test_fuzzy_translation_is_removed(self, tmp_path: Path) -> None:
        path = write_catalogue(tmp_path, "vi", {})
        add_entry(path, msgid="Find", msgstr="Đoán", flags=["fuzzy"])
        catalogues.normalise(path, "vi")
        assert catalogues.entries(path)["", "Find", ""].msgstr == ""


class TestEntries:
    def test_missing_catalogue_is_empty(self, tmp_path: Path) -> None:
        assert catalogues.entries(tmp_path / "nothing.po") == {}

    def test_context_is_part_of_the_key(self, tmp_path: Path) -> None:
        path = two_entries(tmp_path, msgctxt="animal")
        assert ("animal", "Ant", "") in catalogues.entries(path)
        assert ("", "Ant", "") not in catalogues.entries(path)

    def test_obsolete_entry_is_ignored(self, tmp_path: Path) -> None:
        path = two_entries(tmp_path, obsolete=True)
        assert set(catalogues.entries(path)) == {("", "Zebra", "")}


class TestCompare:
    def test_drift_and_missing_translations_are_found(self, tmp_path: Path) -> None:
        kept = write_catalogue(tmp_path / "kept", "vi", {"Old": "Cũ", "Same": "Giống", "Empty": ""})
        fresh = write_catalogue(tmp_path / "fresh", "vi", {"New": "", "Same": "", "Empty": ""})
        assert catalogues.compare(kept, fresh, "vi") == [
            "vi: no longer in the sources: 'Old'",
            "vi: not in the catalogue: 'New'",
            "vi: untranslated: 'Empty'",
        ]

    def test_untranslated_plural_is_found(self, tmp_path: Path) -> None:
        path = two_entries(tmp_path, msgid_plural="Ants", msgstr="", msgstr_plural={0: ""})
        assert catalogues.compare(path, path, "vi") == ["vi: untranslated: 'Ant'"]
