"""Load the shipped lexicon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from core.errors import InvalidInput
from search.language.tokenizer import codes_in
from search.models import LexiconEntry
from search.services.shipped_rows import LoadReport, load_rows, read_table

FILE: Final = Path(__file__).resolve().parents[1] / "data" / "lexicon.tsv"
_TEXTS: Final = ("area", "mode", "terms", "official", "codes", "note")
COLUMNS: Final = ("slug", *_TEXTS)


def read_lexicon(path: Path = FILE) -> Iterator[dict[str, str]]:
    """Yield the rows of a lexicon file, terms one per line; raise ``InvalidInput`` naming the first invalid row."""
    for place, values in read_table(path, COLUMNS, ("terms", "official")):
        if not values["slug"] or values["mode"] not in LexiconEntry.Mode.values or not values["terms"]:
            raise InvalidInput(f"{place}: slug, mode and terms are needed")
        if len(codes_in(values["codes"])) != len(values["codes"].split()):
            raise InvalidInput(f"{place}: {values['codes']!r} are not national codes")
        if not (values["official"] or values["codes"]):
            raise InvalidInput(f"{place}: official words or codes are needed")
        yield values


def load_lexicon(*, path: Path = FILE) -> LoadReport:
    """Load the rows of ``path``, or none if one is invalid."""
    return load_rows(LexiconEntry, read_lexicon(path), _TEXTS)
