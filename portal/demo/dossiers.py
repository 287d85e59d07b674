"""Two hundred dossiers of the last year, filed once into an empty register."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from random import Random

from django.utils import timezone

from accounts.models import Agency
from core.worktime import load_calendar
from forms_app.dossiers.models import Dossier
from portal.demo.acting import Players
from portal.demo.filing import Filer
from portal.demo.sources import people, read, read_folder
from portal.demo.stories import Story, Teller

# The commune whose desk the demo accounts work at gets most, so that its queue looks like a working day.
BUSIEST = "ubnd-phuong-tan-thanh"
BUSIEST_SHARE = 12


def load_dossiers(agencies: Mapping[str, Agency]) -> int:
    """File every story unless dossiers are there already; return how many were filed."""
    if Dossier.objects.exists():
        return 0
    samples = read("samples")
    filer, players = Filer(agencies, samples), Players(samples)
    stories = _stories(agencies)
    for story in stories:
        chance = Random(story.key)  # noqa: S311 - invented data
        dossier = filer.file(story, chance)
        for act in story.acts:
            dossier = players.play(dossier, act, story.procedure, chance)
    return len(stories)


def _stories(agencies: Mapping[str, Agency]) -> list[Story]:
    with_form = {form["procedure"] for form in read_folder("forms")}
    return Teller(
        procedures=[record for record in read_folder("procedures") if record["core_code"] in with_form],
        agencies=_receiving(agencies),
        people=people()["pool"],
        calendar=load_calendar(),
        now=timezone.now(),
    ).tell()


def _receiving(agencies: Mapping[str, Agency]) -> dict[str, int]:
    """Return the communes that have staff, weighed by how many."""
    officers = Counter(officer["agency"] for officer in people()["officers"])
    communes = {slug: n for slug, n in officers.items() if agencies[slug].kind == Agency.Kind.COMMUNE}
    return {**communes, BUSIEST: BUSIEST_SHARE}
