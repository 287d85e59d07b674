"""``manage.py search_eval FILE``: measure the search on graded queries."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import InvalidInput
from search import office_evaluation
from search.engines import base as engines
from search.engines.base import EngineUnavailable
from search.evaluation import Evaluation, Figures, Reply, evaluate, read_graded_queries, reply_of
from search.evaluation import half as half_of
from search.requests import SearchRequest
from search.selectors.guidance import guidance
from search.selectors.search import search


class Command(BaseCommand):
    """Print the measures of ``search.evaluation``, over all queries and by kind, and the queries that failed."""

    help = "Measure the search on a tab-separated file of graded queries."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--engine", default="", help="database or elastic; by default the primary one")
        parser.add_argument(
            "--half",
            choices=("tuning", "held-out"),
            help="only the queries for tuning, or only the held-out ones",
        )
        parser.add_argument("--json", action="store_true", dest="as_json")
        parser.add_argument(
            "--offices", action="store_true", help="the file names offices that handle the matter"
        )

    def handle(
        self,
        *args: Any,
        file: Path,
        engine: str,
        as_json: bool,
        offices: bool = False,
        half: str | None = None,
        **options: Any,
    ) -> None:
        try:
            used = engines.engine_or_primary(engine)
            if offices:
                self._offices(file, used.name, as_json)
                return
            queries = [query for query in read_graded_queries(file) if half in (None, half_of(query))]
            found = evaluate(queries, lambda text: self._ask(text, used.name))
        except (InvalidInput, LookupError, OSError, EngineUnavailable) as error:
            raise CommandError(str(error)) from error
        if as_json:
            self.stdout.write(
                json.dumps({"engine": used.name} | asdict(found), ensure_ascii=False, default=sorted)
            )
        else:
            self._print(used.name, found)

    def _offices(self, file: Path, name: str, as_json: bool) -> None:
        def ask(text: str) -> list[str]:
            request = SearchRequest(query=text)
            return [office.slug for office in guidance(request, search(request, engine=name)).offices]

        found = office_evaluation.evaluate(office_evaluation.read_office_queries(file), ask)
        if as_json:
            self.stdout.write(json.dumps({"engine": name} | asdict(found), ensure_ascii=False))
            return
        self.stdout.write(
            f"engine {name}\noffices n={found.queries} found {found.found:.2f} silent {found.silent:.2f}"
        )
        for failure in found.failures:
            self.stdout.write(f"  {failure}")

    def _ask(self, text: str, name: str) -> Reply:
        result = search(SearchRequest(query=text, kinds=("procedure",)), engine=name)
        if result.degraded:
            raise EngineUnavailable(f"the engine {name} did not answer {text!r}")
        return reply_of(result)

    def _print(self, name: str, found: Evaluation) -> None:
        self.stdout.write(f"engine {name}")
        self._line("all", found.overall)
        for kind, figures in found.kinds.items():
            self._line(kind, figures)
        for miss in found.failures:
            place = miss.place or "-"
            self.stdout.write(f"  {miss.query.id} [{place}] {miss.query.query} → {miss.first[:90]}")

    def _line(self, label: str, figures: Figures) -> None:
        self.stdout.write(
            f"{label:<14} n={figures.queries:<4} Success@1 {figures.success_at_1:.2f}  Success@5 "
            f"{figures.success_at_5:.2f}  MRR {figures.mrr:.2f}  nDCG@10 {figures.ndcg_at_10:.2f}  "
            f"Low confidence {figures.low_confidence:.2f}  Subjects found {figures.subjects_found:.2f}"
        )
