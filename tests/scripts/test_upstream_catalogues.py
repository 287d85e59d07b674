"""The Vietnamese catalogues for the libraries are complete and fit the installed versions."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest
import upstream_catalogues as upstream


@pytest.mark.parametrize("domain", upstream.DOMAINS)
def test_catalogue_is_complete_and_fits_the_installed_libraries(domain: str) -> None:
    assert list(upstream.problems(domain)) == []


@pytest.mark.parametrize("domain", upstream.DOMAINS)
def test_rebuild_changes_nothing(domain: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = upstream.path_of(domain).read_text(encoding="utf-8")
    folder = tmp_path / "vi" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / f"{domain}.po").write_text(kept, encoding="utf-8")
    monkeypatch.setattr(upstream, "CATALOGUES", tmp_path)
    upstream.rebuild(domain)
    assert (folder / f"{domain}.po").read_text(encoding="utf-8") == kept


def problems_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, drop: str = "", **changed: str
) -> list[str]:
    """Return the problems found after a text is dropped or its translations are changed."""
    messages = polib.pofile(str(upstream.path_of("django")), encoding="utf-8")
    for entry in [entry for entry in messages if entry.msgid == drop]:
        messages.remove(entry)
    for entry in messages:
        entry.msgstr = changed.get(entry.msgid, entry.msgstr)
    monkeypatch.setattr(upstream, "CATALOGUES", tmp_path)
    upstream.path_of("django").parent.mkdir(parents=True)
    messages.save(str(upstream.path_of("django")))
    return list(upstream.problems("django"))


def test_missing_text_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert problems_after(tmp_path, monkeypatch, drop="Workflows") == [
        "django: new in the packages: 'Workflows'"
    ]


def test_untranslated_text_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert problems_after(tmp_path, monkeypatch, Workflows="") == ["django: untranslated: 'Workflows'"]


def test_text_that_no_library_has_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    english = upstream.source("django", upstream.COMPLETE)
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
def test_translation_must_keep_placeholders_tags_and_spaces(
    english: str, vietnamese: str, right: bool
) -> None:
    entry = polib.POEntry(msgid=english)
    assert (list(upstream.mismatches("django", entry, vietnamese)) == []) is right


def test_translation_of_a_plural_may_match_either_form() -> None:
    entry = polib.POEntry(msgid="Delete 1 page", msgid_plural="Delete %(counter)s pages")
    assert list(upstream.mismatches("django", entry, "Xóa %(counter)s trang")) == []
    assert list(upstream.mismatches("django", entry, "Xóa %(count)s trang")) != []


@pytest.mark.parametrize("domain", upstream.DOMAINS)
def test_translations_follow_the_style_guide(domain: str) -> None:
    """No exclamation marks, no "vui lòng" and other avoided words, one spelling of hóa, xóa, thỏa."""
    for entry in upstream.own_entries(domain).values():
        text = upstream.translation(entry)
        assert "!" not in text, text
        assert not any(
            word in text.lower() for word in ("vui lòng", "xoá", "khoá", "click", "email", "online")
        ), text


def test_missing_package_is_named() -> None:
    with pytest.raises(LookupError, match="no_such_package"):
        upstream.catalogue("no_such_package", "en", "django")


#: Texts that mean the same in the portal and in the libraries, though worded differently.
SAME_SENSE = {
    "Cancel", "Changes", "Code", "Enter a valid email address.", "Field", "ID", "Image", "Next", "Previous", "Section",
    "One or more references to this %(model_name)s prevent it from being deleted.", "Skip to main content", "Warnings",
    "content type", "finished at", "image", "images", "slug", "status",
}  # fmt: skip


def test_no_text_of_the_portal_changes_the_meaning_of_a_library_text() -> None:
    """They share one catalogue: if "Show" meant "make public", every list in the admin would have that button."""
    root = Path(__file__).resolve().parents[2]
    own, upstream = (
        {(entry.msgctxt, entry.msgid): entry.msgstr for entry in polib.pofile(root / folder / "django.po")}
        for folder in ("locale/vi/LC_MESSAGES", "locale_upstream/vi/LC_MESSAGES")
    )
    displaced = {key[1] for key in own.keys() & upstream.keys() if own[key] != upstream[key]}
    assert displaced <= SAME_SENSE
