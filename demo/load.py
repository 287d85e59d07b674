"""Load the whole demo province in the order of dependence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from time import monotonic
from typing import Final

from django.db import transaction
from django.utils import timezone

from core.models import OutboxMessage
from core.worktime.holidays import load_public_holidays
from demo.english import load_english
from demo.organisation import load_agencies, load_people
from demo.pages import load_alerts, load_front, load_information, load_news, load_sites
from demo.playback import load_dossiers
from demo.sources import DATA, read_folder
from forms_app.builder import services as builder
from procedures.choices import Level
from procedures.imports.apply import ImportContext, import_records
from procedures.imports.plan import Outcome
from procedures.models import ProcedureSectionPage
from search.services import indexing
from search.services.lexicon import load_lexicon

# First day of the two-tier province; the demo dossiers of the last year need a version in force.
IN_FORCE_FROM: Final = date(2025, 7, 1)
SOURCE: Final = "load_demo"
COMMUNES_AGENCY: Final = "ubnd-cap-xa"
#: Synonyms with names of the province, in addition to those shipped with the search.
LEXICON: Final = DATA / "lexicon.tsv"


class BrokenDemoData(RuntimeError):
    """A data file of the demo that the importer rejects."""


def load_procedures() -> str:
    """Import the procedures and return the importer's summary line."""
    context = ImportContext(source=SOURCE, valid_from=IN_FORCE_FROM)
    report = import_records(read_folder("procedures"), context=context)
    refused = report.with_outcome(Outcome.REFUSED)
    if refused:
        raise BrokenDemoData("; ".join(f"{row.code} {row.detail}" for row in refused))
    _mark_communes_section()
    return report.summary()


def _mark_communes_section() -> None:
    """Direct later imports of commune procedures into the section of all communes."""
    for section in ProcedureSectionPage.objects.filter(agency__slug=COMMUNES_AGENCY, government_level=""):
        section.government_level = Level.COMMUNE
        section.save_revision().publish()


def load_forms() -> int:
    """Publish the online forms; unchanged ones keep their version. Return their number."""
    forms = read_folder("forms")
    for data in forms:
        builder.publish(definition=builder.import_form(data=data))
    return len(forms)


Report = Callable[[str], object]
HOLIDAYS = (2024, 2030)


def load_province(say: Report) -> None:
    """Load everything or nothing, and rebuild the search index; a second run changes nothing."""
    with transaction.atomic():
        _load(say)
        # The rebuild below covers all messages waiting for the index.
        waiting = OutboxMessage.objects.filter(kind=indexing.OUTBOX_KIND, delivered_at=None, failed_at=None)
        waiting.update(delivered_at=timezone.now())
    with _timed(say, "search index"):
        indexing.rebuild()


def _load(say: Report) -> None:
    with _timed(say, "holidays"):
        load_public_holidays(first_year=HOLIDAYS[0], last_year=HOLIDAYS[1])
    with _timed(say, "agencies and their sites"):
        agencies = load_agencies()
        home = load_front()
        load_sites(home, agencies)
    with _timed(say, "texts"):
        load_information(home)
        load_news(home, agencies)
        load_alerts(home, agencies)
    with _timed(say, "accounts"):
        load_people(agencies)
    with _timed(say, "procedures"):
        say(load_procedures())
        load_forms()
        load_lexicon(path=LEXICON)
    with _timed(say, "English pages"):
        load_english(home)
    with _timed(say, "dossiers"):
        load_dossiers(agencies)


@contextmanager
def _timed(say: Report, what: str) -> Iterator[None]:
    began = monotonic()
    yield
    say(f"{what}: {monotonic() - began:.1f} s")
