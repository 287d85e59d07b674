"""The Vietnamese of the libraries: whole, true to what is installed, and the check that holds it notices each lapse."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest
import upstream_catalogues as upstream


@pytest.mark.parametrize("domain", upstream.DOMAINS)
def test_the_catalogue_is_whole_and_fits_the_installed_libraries(domain: str) -> None:
    assert list(upstream.problems(domain)) == []


@pytest.mark.parametrize("domain", upstream.DOMAINS)
def test_a_rebuild_changes_nothing(domain: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = upstream.path_of(domain).read_text(encoding="utf-8")
    folder = tmp_path / "vi" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / f"{domain}.po").write_text(kept, encoding="utf-8")
    monkeypatch.setattr(upstream, "OURS", tmp_path)
    upstream.rebuild(domain)
    assert (folder / f"{domain}.po").read_text(encoding="utf-8") == kept


def lapse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, drop: str = "", **changed: str) -> list[str]:
    """What the check says of our catalogue after one text is dropped or said otherwise."""
    messages = polib.pofile(str(upstream.path_of("django")), encoding="utf-8")
    for entry in [entry for entry in messages if entry.msgid == drop]:
        messages.remove(entry)
    for entry in messages:
        entry.msgstr = changed.get(entry.msgid, entry.msgstr)
    monkeypatch.setattr(upstream, "OURS", tmp_path)
    upstream.path_of("django").parent.mkdir(parents=True)
    messages.save(str(upstream.path_of("django")))
    return list(upstream.problems("django"))


def test_a_text_that_is_missing_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lapse(tmp_path, monkeypatch, drop="Workflows") == ["django: new in the packages: 'Workflows'"]


def test_a_text_without_a_translation_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lapse(tmp_path, monkeypatch, Workflows="") == ["django: untranslated: 'Workflows'"]


def test_a_text_of_no_library_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    english = upstream.source("django", upstream.WHOLE)
    english.pop(("", "Workflows"))
    monkeypatch.setattr(upstream, "source", lambda *_args: english)
    assert "django: no longer in the packages: 'Workflows'" in list(upstream.problems("django"))


@pytest.mark.parametrize(
    ("english", "vietnamese", "right"),
    [
        ("Page '%(title)s' deleted.", "Đã xóa trang '%(title)s'.", True),
        ("Page '%(title)s' deleted.", "Đã xóa trang.", False),
        ("Page '%(title)s' deleted.", "Đã xóa trang '%(tite)s'.", False),
        ("Translated with {tool_name}", "Dịch bằng {tool_name}", True),
        ("Translated with {tool_name}", "Dịch bằng {}", False),
        ("by <b>%(who)s</b>", "bởi <b>%(who)s</b>", True),
        ("by <b>%(who)s</b>", "bởi %(who)s", False),
        ('<a href="%(url)s">add one</a>', '<a href="%(url)s">thêm</a>', True),
        ('<a href="%(url)s">add one</a>', '<a href="%(link)s">thêm</a>', False),
        ("Locale: ", "Ngôn ngữ: ", True),
        ("Locale: ", "Ngôn ngữ:", False),
        ("Delete", " Xóa", False),
    ],
)
def test_a_translation_keeps_values_tags_and_space(english: str, vietnamese: str, right: bool) -> None:
    entry = polib.POEntry(msgid=english)
    assert (list(upstream.unlike("django", entry, vietnamese)) == []) is right


def test_of_two_forms_one_is_enough() -> None:
    entry = polib.POEntry(msgid="Delete 1 page", msgid_plural="Delete %(counter)s pages")
    assert list(upstream.unlike("django", entry, "Xóa %(counter)s trang")) == []
    assert list(upstream.unlike("django", entry, "Xóa %(count)s trang")) != []


@pytest.mark.parametrize("domain", upstream.DOMAINS)
def test_the_voice_of_the_house(domain: str) -> None:
    """No exclamation marks, no "vui lòng", none of the words we do not use, one way to write hóa, xóa, thỏa."""
    for entry in upstream.ours(domain).values():
        text = upstream.said(entry)
        assert "!" not in text, text
        assert not any(
            word in text.lower() for word in ("vui lòng", "xoá", "khoá", "click", "email", "online")
        ), text


def test_a_package_that_is_not_there_is_named() -> None:
    with pytest.raises(LookupError, match="no_such_package"):
        upstream.catalogue("no_such_package", "en", "django")
