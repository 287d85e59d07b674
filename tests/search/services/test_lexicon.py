"""The shipped lexicon and fillers are well-formed: these tests check the files and run no search."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter

import pytest
from django.conf import settings

from core.text import fold
from tests.paths import ROOT

DATA = ROOT / "search" / "data"


COLUMNS = ["slug", "area", "mode", "terms", "official", "codes", "note"]


SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


CODE = re.compile(r"\d\.\d{6}")


# A folded Vietnamese syllable alone can mean several words (vat: vật, vạt, VAT).
SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?"
    r"(?:uye|uya|uyu|ieu|yeu|oai|oao|oay|oeo|uao|uay|uoi|uou|uai|ia|ie|ye|ua|uo|uu|uy|ue|ui|oa|oe|oi|oo"
    r"|ai|ao|au|ay|eo|eu|iu|[aeiouy])(?:ch|ng|nh|[cmnpt])?"
)


# Checked one by one: in public administration no other word folds to these.
UNAMBIGUOUS = {"ghe"}


LONGEST = {"oneway": 6, "equal": 8}


def rows() -> list[dict[str, str]]:
    with (DATA / "lexicon.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def parts(cell: str) -> list[str]:
    return [part for part in cell.split("|") if part]


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", fold(text))


def key(text: str) -> str:
    return " ".join(words(text))


def filler_lines() -> list[str]:
    lines = (line.split("#")[0].strip() for line in (DATA / "stopwords.txt").read_text("utf-8").splitlines())
    return [line for line in lines if line]


@pytest.mark.parametrize("name", ["lexicon.tsv", "stopwords.txt"])
def test_file_is_nfc_and_has_unix_line_ends(name: str):
    raw = (DATA / name).read_bytes()
    text = raw.decode("utf-8")
    assert text == unicodedata.normalize("NFC", text)
    assert b"\r" not in raw
    assert text.endswith("\n")


def test_shipped_groups_name_no_places_of_a_single_province():
    # "hòa bình" is also peace. With diacritics: "đâm đổi" is not Đầm Dơi.
    places = {settings.PORTAL_PROVINCE.removeprefix("Tỉnh "), *settings.PORTAL_PLACE_NAMES} - {"Hòa Bình"}
    names = re.compile(rf"\b({'|'.join(places)})\b", re.IGNORECASE)
    found = [row["slug"] for row in rows() if names.search(f"{row['terms']} {row['official']}")]
    assert found == []


def test_every_line_has_the_columns_of_the_header():
    lines = (DATA / "lexicon.tsv").read_text("utf-8").splitlines()
    assert lines[0].split("\t") == COLUMNS
    assert [number for number, line in enumerate(lines, 1) if line.count("\t") != len(COLUMNS) - 1] == []


def test_groups_are_many_and_cover_many_areas_of_life():
    groups = rows()
    assert len(groups) >= 1300
    assert len({group["area"] for group in groups}) >= 30


def test_slugs_are_ascii_kebab_and_unique():
    slugs = [row["slug"] for row in rows()]
    assert [slug for slug, count in Counter(slugs).items() if count > 1] == []
    assert [slug for slug in slugs if not SLUG.fullmatch(slug)] == []


def test_area_and_mode_are_known_words():
    assert [row["slug"] for row in rows() if not SLUG.fullmatch(row["area"])] == []
    assert {row["mode"] for row in rows()} == {"equal", "oneway"}


def test_every_group_has_terms_and_a_target():
    assert [row["slug"] for row in rows() if not parts(row["terms"])] == []
    assert [row["slug"] for row in rows() if not (parts(row["official"]) or row["codes"])] == []


def test_no_item_is_empty_or_padded():
    pieces = [
        (row["slug"], piece)
        for row in rows()
        for cell in ("terms", "official")
        for piece in row[cell].split("|")
    ]
    assert [found for found in pieces if found[1] != found[1].strip() or not words(found[1])] == []


def test_each_term_is_in_one_group_only():
    where: dict[str, list[str]] = {}
    for row in rows():
        for term in parts(row["terms"]):
            where.setdefault(key(term), []).append(row["slug"])
    assert {term: slugs for term, slugs in where.items() if len(slugs) > 1} == {}


def test_a_term_differs_from_the_official_words_of_its_group():
    same = [
        (row["slug"], term)
        for row in rows()
        for term in parts(row["terms"])
        if key(term) in map(key, parts(row["official"]))
    ]
    assert same == []


def test_no_group_depends_on_one_ambiguous_syllable():
    single = {
        (row["slug"], piece)
        for row in rows()
        for piece in parts(row["terms"]) + parts(row["official"])
        if len(words(piece)) == 1 and SYLLABLE.fullmatch(key(piece)) and key(piece) not in UNAMBIGUOUS
    }
    assert single == set()


def test_official_words_are_short_enough_to_occur_in_titles():
    too_long = [
        (row["slug"], official)
        for row in rows()
        for official in parts(row["official"])
        if len(words(official)) > LONGEST[row["mode"]]
    ]
    assert too_long == []


def test_codes_are_bare_national_codes():
    assert [row["slug"] for row in rows() if not all(map(CODE.fullmatch, row["codes"].split()))] == []


def test_stop_phrases_are_unique_and_not_lexicon_terms():
    fillers = filler_lines()
    assert [line for line, count in Counter(fillers).items() if count > 1] == []
    terms = {key(term) for row in rows() for term in parts(row["terms"])}
    assert [line for line in fillers if key(line) in terms] == []
