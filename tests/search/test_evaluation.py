"""Measures on graded queries: the arithmetic, the files, and the command."""

from __future__ import annotations

import json
import math
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.errors import InvalidInput
from search.evaluation import (
    DEPTH,
    GradedQuery,
    Reply,
    discounted,
    evaluate,
    figures,
    half,
    read_graded_queries,
)
from tests.paths import shared_data
from tests.search.samples import SearchFixture

OWN = Path(__file__).with_name("graded_queries.tsv")
QUERIES = read_graded_queries(OWN)
CITIZENS = read_graded_queries(OWN.with_name("citizen_questions.tsv"))
HEADER = "id\tquery\tcodes_grade2\tcodes_grade1\tkind\n"


def query(best: str = "1.000001", acceptable: str = "", kind: str = "exact", text: str = "q") -> GradedQuery:
    return GradedQuery(text, text, kind, frozenset(best.split()), frozenset(acceptable.split()))


def answer(*codes: str, low_confidence: bool = False, subjects: tuple[tuple[str, ...], ...] = ()) -> Reply:
    return Reply([((code,), f"title of {code}") for code in codes], low_confidence, subjects)


def test_enough_questions_for_a_fit_of_the_likelihood_with_and_without_an_answer():
    questions = read_graded_queries(OWN.with_name("confidence_questions.tsv"))
    assert min(Counter(bool(one.best) for one in questions).values()) >= 300
    assert not {one.query for one in questions} & {one.query for one in [*QUERIES, *CITIZENS]}


class TestMeasures:
    @pytest.mark.parametrize(
        ("hits", "at_1", "at_5", "mrr"),
        [
            (["1.000001"], 1, 1, 1),
            (["1.000009", "1.000001"], 0, 1, 1 / 2),
            (["1.000009"] * 4 + ["1.000001"], 0, 1, 1 / 5),
            (["1.000009"] * 5 + ["1.000001"], 0, 0, 1 / 6),
            (["1.000009"] * DEPTH + ["1.000001"], 0, 0, 0),
            (["1.000002"], 0, 0, 0),
            ([], 0, 0, 0),
        ],
    )
    def test_only_a_best_document_is_a_success(self, hits: list[str], at_1: float, at_5: float, mrr: float):
        found = evaluate([query(acceptable="1.000002")], lambda _text: answer(*hits)).overall
        assert (found.success_at_1, found.success_at_5) == (at_1, at_5)
        assert found.mrr == pytest.approx(mrr)

    def test_acceptable_document_counts_only_towards_the_gain(self):
        found = evaluate([query(acceptable="1.000002")], lambda _text: answer("1.000002", "1.000001")).overall
        ideal = 3 + 1 / math.log2(3)
        assert found.ndcg_at_10 == pytest.approx((1 + 3 / math.log2(3)) / ideal)

    def test_ideal_order_has_an_ndcg_of_one(self):
        asked = query("1.000001 1.000002", "1.000003")
        found = evaluate([asked], lambda _text: answer("1.000002", "1.000001", "1.000003")).overall
        assert found.ndcg_at_10 == pytest.approx(1.0)

    def test_codes_of_every_style_are_graded(self):
        assert [query().grade([code]) for code in ("1.000001.H12", "1.000001.000.00.00.H12", "1.000002")] == [
            2,
            2,
            0,
        ]

    def test_kinds_are_measured_separately_and_misses_reported(self):
        asked = [query(kind="exact", text="good"), query(kind="typo", text="bad")]
        found = evaluate(asked, lambda text: answer("1.000001") if text == "good" else answer("1.000009"))
        assert {kind: one.success_at_1 for kind, one in found.kinds.items()} == {"exact": 1.0, "typo": 0.0}
        assert [(miss.query.id, miss.place, miss.first) for miss in found.failures] == [
            ("bad", 0, "title of 1.000009")
        ]
        assert found.overall.success_at_1 == 0.5

    def test_low_confidence_is_right_for_a_query_without_an_answer_and_wrong_for_others(self):
        asked = [query(best="", text="nothing"), query(text="something")]
        found = evaluate(asked, lambda text: answer("1.000001", low_confidence=text == "nothing"))
        assert found.overall.low_confidence == 0.5
        assert found.failures == []
        missed = evaluate(asked, lambda _text: answer("1.000001")).failures
        assert [miss.query.id for miss in missed] == ["nothing"]

    def test_an_answer_without_hits_says_that_nothing_fits(self):
        assert evaluate([query(best="")], lambda _text: answer()).overall.low_confidence == 1

    def test_each_subject_with_its_best_hit_first_counts(self):
        one, other = frozenset({"1.000001"}), frozenset({"1.000002", "1.000003"})
        asked = GradedQuery("q", "q", "several", one | other, frozenset(), subjects=(one, other))
        whole = evaluate([asked], lambda _text: answer("1.000001", "1.000002")).overall
        parts = evaluate([asked], lambda _text: answer("1.000001", subjects=(("1.000001",), ("1.000003",))))
        assert (whole.subjects_found, parts.overall.subjects_found) == (0.5, 1)

    def test_no_queries_have_no_figures(self):
        assert figures([]).queries == 0
        assert figures([]).mrr == 0
        assert discounted([]) == 0


class TestFile:
    def test_a_missing_column_is_named(self, tmp_path: Path):
        path = tmp_path / "q.tsv"
        path.write_text("id\tquery\nQ1\tkết hôn\n", encoding="utf-8")
        with pytest.raises(InvalidInput, match="codes_grade1, codes_grade2, kind"):
            read_graded_queries(path)

    def test_an_empty_file_is_named(self, tmp_path: Path):
        path = tmp_path / "q.tsv"
        path.write_text("", encoding="utf-8")
        with pytest.raises(InvalidInput):
            read_graded_queries(path)

    def test_codes_may_be_separated_by_spaces_or_commas(self, tmp_path: Path):
        path = tmp_path / "q.tsv"
        path.write_text(HEADER + 'Q1\t"kết" hôn\t1.000001,1.000002 1.000003\t\texact\n', encoding="utf-8")
        (found,) = read_graded_queries(path)
        assert found.query == '"kết" hôn'
        assert found.best == {"1.000001", "1.000002", "1.000003"}
        assert found.acceptable == frozenset()
        assert found.corpus == ""

    def test_semicolons_separate_the_subjects_of_a_question(self, tmp_path: Path):
        path = tmp_path / "q.tsv"
        path.write_text(HEADER + "Q1\tq\t1.000001,1.000002;1.000003\t\tseveral\n", encoding="utf-8")
        (found,) = read_graded_queries(path)
        assert found.subjects == ({"1.000001", "1.000002"}, {"1.000003"})
        assert found.best == {"1.000001", "1.000002", "1.000003"}


class TestCitizenQuestions:
    """Questions as citizens ask them, invented without knowledge of the lexicon (for figures see the bench)."""

    def test_there_are_enough_of_every_kind_in_both_halves(self):
        kinds = Counter((one.kind, half(one)) for one in CITIZENS)
        least = {"long": 50, "spoken": 45, "nothing": 38, "several": 15}
        assert {kind for kind, _half in kinds} == set(least)
        assert all(number >= least[kind] for (kind, _half), number in kinds.items())

    def test_only_questions_without_a_fitting_procedure_have_no_answer(self):
        assert all(bool(one.best) is (one.kind != "nothing") for one in CITIZENS)
        assert all(len(one.subjects) > 1 for one in CITIZENS if one.kind == "several")
        assert (
            len({one.query.lower() for one in CITIZENS}) == len(CITIZENS) == len({one.id for one in CITIZENS})
        )

    def test_every_code_is_in_the_catalogue(self):
        text = shared_data("camau", "DanhSachTTHC_CaMau_capxa.csv").read_text(encoding="utf-8-sig")
        codes = {code for one in CITIZENS for code in one.best | one.acceptable}
        assert not {code for code in codes if code not in text}


class TestOwnQueries:
    """Our own graded file: its structure, not the figures (for those, `make bench NAME=relevance`)."""

    def test_there_are_many_of_every_kind(self):
        kinds = Counter(one.kind for one in QUERIES if one.corpus == "province")
        assert sum(kinds.values()) >= 300
        assert set(kinds) == {
            "abbrev", "code", "colloquial", "english", "exact", "multi", "no-diacritics", "paraphrase", "question",
            "synonym", "typo",
        }  # fmt: skip
        assert min(kinds.values()) >= 8

    def test_each_query_is_unique_and_has_an_answer(self):
        assert len({one.query.lower() for one in QUERIES}) == len(QUERIES) == len({one.id for one in QUERIES})
        assert all(one.best and not one.best & one.acceptable for one in QUERIES)

    def test_tuning_and_held_out_depend_only_on_the_text(self):
        halves = Counter(half(one) for one in QUERIES)
        assert set(halves) == {"tuning", "held-out"}
        assert min(halves.values()) > len(QUERIES) * 0.4
        assert half(query(text="đăng ký khai tử")) == half(query(text="đăng ký khai tử", kind="typo"))

    def test_nothing_is_copied_from_the_evaluation_queries(self):
        dev = {one.query.lower() for one in read_graded_queries(shared_data("search", "queries_dev.tsv"))}
        assert not dev & {one.query.lower() for one in QUERIES}


class TestCommand:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        path = tmp_path / "q.tsv"
        rows = [
            "Q1\tket hon\t1.000894\t\texact",
            "Q2\tkhai tử\t1.000656\t\tno-diacritics",
            "Q3\tđất\t1.000001\t\texact",
        ]
        path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
        return path

    @pytest.fixture
    def filled(self, samples: SearchFixture, monkeypatch: pytest.MonkeyPatch) -> SearchFixture:
        for title, code in (("Đăng ký kết hôn", "1.000894"), ("Đăng ký khai tử", "1.000656")):
            samples.add(title, kind="procedure", codes=(f"{code}.000.00.00.H12",))
        monkeypatch.setattr(samples.source, "kind", "procedure")
        samples.sync()
        return samples

    def run(self, *arguments: Any) -> str:
        out = StringIO()
        call_command("search_eval", *map(str, arguments), stdout=out)
        return out.getvalue()

    def test_it_prints_figures_by_kind_and_what_went_wrong(self, filled: SearchFixture, file: Path):
        text = self.run(file, "--engine", filled.name)
        assert text.startswith(f"engine {filled.name}\n")
        assert "all            n=3    Success@1 0.67" in text
        assert "exact          n=2    Success@1 0.50" in text
        assert "Q3 [-] đất →" in text

    def test_it_prints_them_in_a_machine_readable_form(self, filled: SearchFixture, file: Path):
        report = json.loads(self.run(file, "--engine", filled.name, "--json"))
        assert report["engine"] == filled.name
        assert report["overall"]["success_at_5"] == pytest.approx(2 / 3)
        assert report["failures"][0]["query"]["best"] == ["1.000001"]

    def test_one_half_can_be_measured_alone(self, filled: SearchFixture, file: Path):
        numbers = [
            json.loads(self.run(file, "--json", "--half", name))["overall"]["queries"]
            for name in ("tuning", "held-out")
        ]
        assert numbers == [
            sum(half(one) == name for one in read_graded_queries(file)) for name in ("tuning", "held-out")
        ]

    def test_the_engine_in_use_is_the_default(self, filled: SearchFixture, file: Path):
        assert self.run(file).startswith(f"engine {filled.name}\n")


@pytest.mark.django_db
class TestCommandRefusals:
    @pytest.mark.parametrize(
        ("arguments", "said"),
        [(["nowhere.tsv"], "nowhere"), ([str(OWN), "--engine", "google"], "google"),
         ([str(OWN), "--engine", "elastic"], "ELASTICSEARCH_URL")],
    )  # fmt: skip
    def test_command_reports_invalid_input(self, settings, arguments: list[str], said: str):
        settings.ELASTICSEARCH_URL = ""
        with pytest.raises(CommandError, match=said):
            call_command("search_eval", *arguments)

    @pytest.mark.elasticsearch
    def test_degraded_answer_is_not_measured(self, settings):
        settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"
        with pytest.raises(CommandError, match="did not answer"):
            call_command("search_eval", str(OWN), "--engine", "elastic")
