"""Our Vietnamese for the texts of Wagtail and its kin: rebuild `locale_upstream/`, or check it with `--check`.

Wagtail ships about a fifth of its texts in Vietnamese. The catalogues here hold what is missing there and what we say
better; `LOCALE_PATHS` puts them behind our own and before the libraries'. After an upgrade of a library a rebuild drops
the texts that went and adds the new ones without a translation; the check fails until somebody translates them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
OURS = ROOT / "locale_upstream"
LANGUAGE = "vi"
DOMAINS = ("django", "djangojs")
# The installed applications that editors meet, and those of them whose every text must be there in Vietnamese.
WHOLE = (
    "wagtail", "wagtail.admin", "wagtail.images", "wagtail.documents", "wagtail.users", "wagtail.snippets",
    "wagtail.locales", "wagtail.sites", "wagtail.embeds", "wagtail.search", "wagtail.contrib.redirects",
    "wagtail.contrib.settings", "wagtail_localize", "wagtail_localize.locales", "taggit",
)  # fmt: skip
IN_PART = ("django", "django.contrib.auth")
PLACES = {"django": "conf/locale"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|<[^>]*>")
METADATA = {
    "Project-Id-Version": "portal",
    "Language": LANGUAGE,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
SHOWN = 20

Key = tuple[str, str]


def key(entry: polib.POEntry) -> Key:
    return entry.msgctxt or "", entry.msgid


def catalogue(package: str, language: str, domain: str) -> list[polib.POEntry]:
    """The texts of an installed package, from its .po or else its .mo; none where it ships neither."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise LookupError(f"{package} is not installed")
    folder = Path(spec.origin).parent / PLACES.get(package, "locale") / language / "LC_MESSAGES"
    for suffix, read in ((".po", polib.pofile), (".mo", polib.mofile)):
        path = folder / f"{domain}{suffix}"
        if path.exists():
            return [entry for entry in read(str(path), encoding="utf-8") if not entry.obsolete]
    return []


def source(domain: str, packages: tuple[str, ...]) -> dict[Key, polib.POEntry]:
    """The English texts of these packages; the first of two equal ones counts."""
    found: dict[Key, polib.POEntry] = {}
    for package in packages:
        for entry in catalogue(package, "en", domain):
            found.setdefault(key(entry), entry)
    return found


def theirs(domain: str) -> set[Key]:
    """The texts that the packages say in Vietnamese themselves."""
    return {
        key(entry)
        for package in WHOLE
        for entry in catalogue(package, LANGUAGE, domain)
        if entry.translated() and not entry.fuzzy
    }


def path_of(domain: str) -> Path:
    return OURS / LANGUAGE / "LC_MESSAGES" / f"{domain}.po"


def ours(domain: str) -> dict[Key, polib.POEntry]:
    path = path_of(domain)
    return {key(entry): entry for entry in polib.pofile(str(path), encoding="utf-8")} if path.exists() else {}


def said(entry: polib.POEntry) -> str:
    """The translation; Vietnamese has one form for any number."""
    return str(entry.msgstr_plural.get(0, "")) if entry.msgid_plural else str(entry.msgstr)


def rebuild(domain: str) -> None:
    """Write the catalogue again: what is upstream no more goes, what is new comes without a translation."""
    known, english = ours(domain), source(domain, (*WHOLE, *IN_PART))
    missing = source(domain, WHOLE).keys() - theirs(domain)
    messages = polib.POFile(wrapwidth=110)
    messages.metadata = METADATA
    for at in sorted((known.keys() & english.keys()) | missing, key=lambda at: (at[1], at[0])):
        messages.append(written(english[at], said(known[at]) if at in known else ""))
    path_of(domain).parent.mkdir(parents=True, exist_ok=True)
    messages.save(str(path_of(domain)))


def written(english: polib.POEntry, text: str) -> polib.POEntry:
    flags = [flag for flag in english.flags if flag.endswith("-format")]
    entry = polib.POEntry(msgid=english.msgid, msgctxt=english.msgctxt, flags=flags)
    if english.msgid_plural:
        entry.msgid_plural, entry.msgstr_plural = english.msgid_plural, {0: text}
    else:
        entry.msgstr = text
    return entry


def problems(domain: str) -> Iterator[str]:
    """What keeps the catalogue from being whole and true to the installed packages."""
    known, english = ours(domain), source(domain, (*WHOLE, *IN_PART))
    for at in sorted(known.keys() - english.keys()):
        yield f"{domain}: no longer in the packages: {at[1]!r}"
    for at in sorted(source(domain, WHOLE).keys() - theirs(domain) - known.keys()):
        yield f"{domain}: new in the packages: {at[1]!r}"
    for at in sorted(known.keys() & english.keys()):
        if not said(known[at]):
            yield f"{domain}: untranslated: {at[1]!r}"
        else:
            yield from unlike(domain, english[at], said(known[at]))


def unlike(domain: str, english: polib.POEntry, text: str) -> Iterator[str]:
    """What a translation must have in common with its text: the values put in, the tags, the space at its ends."""
    forms = [english.msgid_plural or english.msgid, english.msgid]
    if not any(sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(form)) for form in forms):
        yield f"{domain}: other values or tags than in {english.msgid!r}"
    if (text[:1].isspace(), text[-1:].isspace()) != (
        english.msgid[:1].isspace(),
        english.msgid[-1:].isspace(),
    ):
        yield f"{domain}: other space at an end than in {english.msgid!r}"


def main(arguments: list[str]) -> int:
    if arguments != ["--check"]:
        for domain in DOMAINS:
            rebuild(domain)
        return 0
    found = [problem for domain in DOMAINS for problem in problems(domain)]
    for problem in found[:SHOWN]:
        print(f"  {problem}")
    if found:
        print(f"  {len(found)} in all; `make messages` brings the texts up to date, people translate them")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
