"""Vietnamese for the texts of Wagtail and other libraries: rebuild `locale_upstream/`, or check it with `--check`.

Wagtail ships about a fifth of its texts in Vietnamese. The catalogues here hold the missing translations and better
ones; `LOCALE_PATHS` puts them after `locale` and before the libraries' own. After an upgrade of a library a rebuild
drops removed texts and adds new ones without a translation; the check fails until they are translated.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import polib
from catalogues import LINE_WIDTH

ROOT = Path(__file__).resolve().parents[1]
CATALOGUES = ROOT / "locale_upstream"
LANGUAGE = "vi"
DOMAINS = ("django", "djangojs")
# Applications that editors use: COMPLETE must have every text in Vietnamese, PARTIAL need not.
COMPLETE = (
    "wagtail", "wagtail.admin", "wagtail.images", "wagtail.documents", "wagtail.users", "wagtail.snippets",
    "wagtail.locales", "wagtail.sites", "wagtail.embeds", "wagtail.search", "wagtail.contrib.redirects",
    "wagtail.contrib.settings", "wagtail_localize", "wagtail_localize.locales", "taggit",
)  # fmt: skip
PARTIAL = ("django", "django.contrib.auth")
LOCALE_FOLDERS = {"django": "conf/locale"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|<[^>]*>")
METADATA = {
    "Project-Id-Version": "portal",
    "Language": LANGUAGE,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
MAX_SHOWN = 20

Key = tuple[str, str]


def key(entry: polib.POEntry) -> Key:
    return entry.msgctxt or "", entry.msgid


def catalogue(package: str, language: str, domain: str) -> list[polib.POEntry]:
    """Return the texts of an installed package from its .po or its .mo file, or an empty list."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise LookupError(f"{package} is not installed")
    folder = Path(spec.origin).parent / LOCALE_FOLDERS.get(package, "locale") / language / "LC_MESSAGES"
    for suffix, read in ((".po", polib.pofile), (".mo", polib.mofile)):
        path = folder / f"{domain}{suffix}"
        if path.exists():
            return [entry for entry in read(str(path), encoding="utf-8") if not entry.obsolete]
    return []


def source(domain: str, packages: tuple[str, ...]) -> dict[Key, polib.POEntry]:
    """Return the English texts of the packages; the first of two equal ones counts."""
    found: dict[Key, polib.POEntry] = {}
    for package in packages:
        for entry in catalogue(package, "en", domain):
            found.setdefault(key(entry), entry)
    return found


def translated_upstream(domain: str) -> set[Key]:
    """Return the texts that the packages translate into Vietnamese themselves."""
    return {
        key(entry)
        for package in COMPLETE
        for entry in catalogue(package, LANGUAGE, domain)
        if entry.translated() and not entry.fuzzy
    }


def path_of(domain: str) -> Path:
    return CATALOGUES / LANGUAGE / "LC_MESSAGES" / f"{domain}.po"


def own_entries(domain: str) -> dict[Key, polib.POEntry]:
    """Return the entries of the catalogue in `locale_upstream/`."""
    path = path_of(domain)
    return {key(entry): entry for entry in polib.pofile(str(path), encoding="utf-8")} if path.exists() else {}


def translation(entry: polib.POEntry) -> str:
    """Return the translation; Vietnamese has one form for any number."""
    return str(entry.msgstr_plural.get(0, "")) if entry.msgid_plural else str(entry.msgstr)


def rebuild(domain: str) -> None:
    """Write the catalogue again, without texts that were removed upstream and with new ones untranslated."""
    existing, english = own_entries(domain), source(domain, (*COMPLETE, *PARTIAL))
    missing = source(domain, COMPLETE).keys() - translated_upstream(domain)
    messages = polib.POFile(wrapwidth=LINE_WIDTH)
    messages.metadata = METADATA
    for text_key in sorted((existing.keys() & english.keys()) | missing, key=lambda pair: (pair[1], pair[0])):
        messages.append(
            new_entry(english[text_key], translation(existing[text_key]) if text_key in existing else "")
        )
    path_of(domain).parent.mkdir(parents=True, exist_ok=True)
    messages.save(str(path_of(domain)))


def new_entry(english: polib.POEntry, text: str) -> polib.POEntry:
    """Return an entry for the English text with this translation, which may be empty."""
    flags = [flag for flag in english.flags if flag.endswith("-format")]
    entry = polib.POEntry(msgid=english.msgid, msgctxt=english.msgctxt, flags=flags)
    if english.msgid_plural:
        entry.msgid_plural, entry.msgstr_plural = english.msgid_plural, {0: text}
    else:
        entry.msgstr = text
    return entry


def problems(domain: str) -> Iterator[str]:
    """Yield the ways in which the catalogue falls short of the installed packages."""
    existing, english = own_entries(domain), source(domain, (*COMPLETE, *PARTIAL))
    for text_key in sorted(existing.keys() - english.keys()):
        yield f"{domain}: no longer in the packages: {text_key[1]!r}"
    for text_key in sorted(source(domain, COMPLETE).keys() - translated_upstream(domain) - existing.keys()):
        yield f"{domain}: new in the packages: {text_key[1]!r}"
    for text_key in sorted(existing.keys() & english.keys()):
        if not translation(existing[text_key]):
            yield f"{domain}: untranslated: {text_key[1]!r}"
        else:
            yield from mismatches(domain, english[text_key], translation(existing[text_key]))


def mismatches(domain: str, english: polib.POEntry, text: str) -> Iterator[str]:
    """Yield differences in placeholders, tags, or spaces at the ends."""
    forms = [english.msgid_plural or english.msgid, english.msgid]
    if not any(sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(form)) for form in forms):
        yield f"{domain}: placeholders or tags differ from {english.msgid!r}"
    if (text[:1].isspace(), text[-1:].isspace()) != (
        english.msgid[:1].isspace(),
        english.msgid[-1:].isspace(),
    ):
        yield f"{domain}: space at an end differs from {english.msgid!r}"


def main(arguments: list[str]) -> int:
    if arguments != ["--check"]:
        for domain in DOMAINS:
            rebuild(domain)
        return 0
    found = [problem for domain in DOMAINS for problem in problems(domain)]
    for problem in found[:MAX_SHOWN]:
        print(f"  {problem}")
    if found:
        print(f"  {len(found)} in all; `make messages` updates the texts, then translate them by hand")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
