"""Generated answers: persons are consistent, and every form accepts their answers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import AdministrativeUnit
from accounts.services.unit_import import UnitRow, import_units
from demo import sources
from demo.answers import DEPENDS_ON, SATURDAY, SKIPPED_ENDINGS, AnswerGenerator
from demo.identities import ADULT, ROLES, YEAR, Identity, Role, citizen_id_number
from forms_app.builder import applicant, conditions
from forms_app.builder.field_types import registry
from forms_app.builder.field_types.citizen_id import problem
from forms_app.builder.schema import FormSchema, StepSpec
from forms_app.builder.step_form import StepForm

DAY = date(2026, 11, 20)
FORMS = {form["procedure"]: form for form in sources.read_folder("forms")}
SAMPLES = sources.read_file("samples")
POOL = sources.people()["pool"]
SEEDS = range(12)


pytestmark = pytest.mark.django_db


@pytest.fixture
def answer():
    """Return a function that answers a form, by procedure code and seed, for a resident of Tân Thành."""
    province = UnitRow("96", "Tỉnh Cà Mau", "tinh", "202/2025/QH15")
    import_units(
        province=province, communes=[UnitRow("32008", "Phường Tân Thành", "Phường", "1655/NQ-UBTVQH15")]
    )
    commune = AdministrativeUnit.objects.select_related("parent").get(gso_code="32008")

    def by_code(code, seed, person=None):
        rng = Random(f"{code}-{seed}")
        schema = applicant.with_applicant(FormSchema.from_json(FORMS[code]))
        return AnswerGenerator(rng, DAY, person or rng.choice(POOL), commune, SAMPLES).answers(schema)

    return by_code


@pytest.fixture
def answers_of_all_seeds(answer):
    return lambda code: [answer(code, seed) for seed in SEEDS]


@given(seed=st.integers(0, 10_000), part=st.sampled_from(sorted(ROLES)))
@settings(max_examples=60, deadline=None)
def test_name_sex_age_and_citizen_id_are_consistent(seed, part):
    role = ROLES[part]
    person = Identity.draw(rng=Random(seed), day=DAY, role=role)
    assert problem(person.citizen_id) is None
    assert person.citizen_id[:3] in {"095", "096"}
    assert person.citizen_id[4:6] == f"{person.born.year % 100:02d}"
    assert int(person.citizen_id[3]) % 2 == (person.sex == "nu")
    assert (int(person.citizen_id[3]) >= 2) == (person.born.year >= 2000)
    assert role.sex in {"", person.sex}
    assert role.age[0] <= (DAY - person.born).days <= role.age[1]


@pytest.mark.parametrize(
    ("sex", "born", "digits"),
    [
        ("nam", date(1999, 12, 31), "099"),
        ("nu", date(1999, 12, 31), "199"),
        ("nam", date(2000, 1, 1), "200"),
        ("nu", date(2000, 1, 1), "300"),
        ("nu", date(1934, 6, 1), "134"),
    ],
)
def test_fourth_digit_encodes_century_and_sex(sex, born, digits):
    assert citizen_id_number(Random(1), sex, born)[3:6] == digits


def test_given_name_is_kept():
    given_person = {"family": "Danh", "middle_given": "Thị Sa Rết", "sex": "nu"}
    person = Identity.draw(rng=Random(3), day=DAY, role=Role(ADULT), who=given_person)
    assert (person.name, person.sex, person.given) == ("Danh Thị Sa Rết", "nu", "Thị Sa Rết")


def test_used_given_names_are_not_drawn_again():
    taken = {one["middle_given"] for one in POOL if one["sex"] == "nam"} - {"Văn Khởi"}
    drawn = {
        Identity.draw(rng=Random(seed), day=DAY, role=Role(sex="nam"), unlike=taken).given for seed in SEEDS
    }
    assert drawn == {"Văn Khởi"}


def test_child_gets_the_family_name():
    rng = Random(5)
    father, child = (Identity.draw(rng=rng, day=DAY, role=ROLES[part]) for part in ("father", "child"))
    named = child.in_family(father)
    assert named.name.split()[0] == father.name.split()[0]
    assert (named.given, named.born, named.citizen_id) == (child.given, child.born, child.citizen_id)


@pytest.mark.parametrize("code", sorted(FORMS))
def test_required_questions_are_answered_except_files(code, answers_of_all_seeds):
    schema = applicant.with_applicant(FormSchema.from_json(FORMS[code]))
    asked = {spec.id for spec in schema.fields.values() if spec.type != "file"}
    needed = [spec for spec in schema.fields.values() if spec.required and spec.type != "file"]
    for answers in answers_of_all_seeds(code):
        required = {spec.id for spec in needed if conditions.applies(spec, answers)}
        assert not any(spec.id in answers for spec in needed if not conditions.applies(spec, answers))
        assert required <= set(answers) | {applicant.EMAIL} <= asked | {applicant.EMAIL}
        assert list(answers) == [name for name in schema.fields if name in answers]


@time_machine.travel(datetime(DAY.year, DAY.month, DAY.day, 2, tzinfo=UTC), tick=False)
@pytest.mark.parametrize("code", sorted(FORMS))
def test_form_accepts_the_answers(code, answers_of_all_seeds):
    """Demo dossiers contain only answers that citizens could have submitted."""
    schema = applicant.with_applicant(FormSchema.from_json(FORMS[code]))
    for answers in answers_of_all_seeds(code)[:8]:
        for step in schema.steps:
            fields = tuple(
                spec for spec in step.fields if spec.type not in {"file", "address", "identity_document"}
            )
            data = {spec.id: typed(spec, answers[spec.id]) for spec in fields if spec.id in answers}
            form = StepForm(StepSpec(step.id, step.title, fields=fields), answers={}, data=data)
            assert form.is_valid(), (step.id, form.errors.as_text())
            kept = form.answers()
            assert {name: kept[name] for name in data if data[name]} == {
                name: answers[name] for name in data if data[name]
            }


def typed(spec, answer):
    """Return the input that gives ``answer``."""
    initial = registry.get(spec.type).to_initial(answer)
    return {True: "yes", False: "no"}.get(initial, initial) if isinstance(initial, bool) else initial


@pytest.mark.parametrize("code", sorted(FORMS))
def test_answers_are_deterministic_by_seed(code, answer):
    assert answer(code, 7) == answer(code, 7)


def test_applicant_on_own_behalf_is_the_subject(answers_of_all_seeds):
    own_requests = [
        answers for answers in answers_of_all_seeds("1.004873") if answers["relation"] == "ban_than"
    ]
    assert len(own_requests) > len(SEEDS) / 2
    for answers in own_requests:
        assert answers["subject_name"] == answers["full_name"]
        assert answers["subject_citizen_id"] == answers["identity"]["number"]


def test_applicant_is_one_of_the_couple(answers_of_all_seeds):
    for answers in answers_of_all_seeds("1.000894"):
        couple = {answers["groom_citizen_id"]: "groom", answers["bride_citizen_id"]: "bride"}
        assert len(couple) == 2
        assert answers[f"{couple[answers['identity']['number']]}_name"] == answers["full_name"]


def test_couple_is_of_age_and_collects_the_result_on_a_working_day(answers_of_all_seeds):
    for answers in answers_of_all_seeds("1.000894"):
        for part, years in (("groom", 20), ("bride", 18)):
            assert (DAY - date.fromisoformat(answers[f"{part}_birth_date"])).days >= years * YEAR
        pickup = date.fromisoformat(answers["pickup_date"])
        assert pickup > DAY
        assert pickup.weekday() < SATURDAY


@pytest.mark.parametrize("person", POOL[:6], ids=lambda person: person["middle_given"])
def test_parent_registering_a_birth_is_father_or_mother_by_sex(person, answer):
    for seed in SEEDS:
        answers = answer("1.001193", seed, person)
        if answers["relation"] in {"cha", "me"}:
            part = {"cha": "father", "me": "mother"}[answers["relation"]]
            assert answers["relation"] == {"nam": "cha", "nu": "me"}[person["sex"]]
            assert answers.get(f"{part}_name", answers["full_name"]) == answers["full_name"]


def test_newborn_gets_the_family_name_of_the_father_or_else_of_the_mother(answers_of_all_seeds):
    married = set()
    for answers in answers_of_all_seeds("1.001193"):
        parent = "father" if answers["parents_married"] else "mother"
        married.add(answers["parents_married"])
        assert answers["child_name"].split()[0] == answers[f"{parent}_name"].split()[0]
        assert ("father_name" in answers) == answers["parents_married"]
    assert married == {True, False}


def test_burial_date_is_after_the_date_of_death(answers_of_all_seeds):
    for answers in answers_of_all_seeds("1.001731"):
        death, burial = (date.fromisoformat(answers[name]) for name in ("death_date", "burial_date"))
        assert DAY - timedelta(days=6) <= death < burial < DAY


def test_spouses_have_different_sexes(answer):
    sexes = {one["middle_given"]: one["sex"] for one in POOL}
    for seed in range(60):
        answers = answer("1.000656", seed)
        if answers["relation"] == "vo_chong":
            given = answers["full_name"].split(maxsplit=1)[1]
            assert answers["deceased_sex"] != sexes[given]


@pytest.mark.parametrize("start", sorted(DEPENDS_ON))
def test_dependent_question_is_answered_only_for_the_matching_answer(start, answer):
    other, wanted = DEPENDS_ON[start]
    code = next(
        code
        for code, form in FORMS.items()
        if other in {field["id"] for step in form["steps"] for field in step["fields"]}
    )
    seen = set()
    for seed in range(70):
        answers = answer(code, seed)
        answered = any(name.startswith(start) for name in answers)
        assert answered == (answers[other] in wanted), answers
        seen.add(answered)
    assert seen == {True, False}


@pytest.mark.parametrize("code", sorted(FORMS))
def test_questions_for_people_without_a_citizen_id_are_skipped(code, answers_of_all_seeds):
    optional = {
        field["id"]
        for step in FORMS[code]["steps"]
        for field in step["fields"]
        if not field["required"] and field["id"].endswith(SKIPPED_ENDINGS)
    }
    for answers in answers_of_all_seeds(code):
        assert not optional & set(answers)


def test_text_matches_the_choice_it_explains(answer):
    by_status = SAMPLES["answers"]["marital_paper"]
    for seed in range(60):
        answers = answer("1.004873", seed)
        if "marital_paper" in answers:
            assert answers["marital_paper"] in by_status[answers["marital_status"]]


@pytest.mark.parametrize("name", sorted(SAMPLES["answers"]))
def test_every_sample_belongs_to_a_question_of_a_form(name):
    questions = {field["id"] for form in FORMS.values() for step in form["steps"] for field in step["fields"]}
    assert name in questions
    samples = SAMPLES["answers"][name]
    if isinstance(samples, dict):
        assert samples["by"] in questions


@pytest.mark.parametrize("action", sorted(SAMPLES["reasons"]))
def test_reasons_are_sentences_for_existing_procedures(action):
    reasons = SAMPLES["reasons"][action]
    assert set(reasons) <= {*FORMS, "else"}
    assert reasons["else"]
    for texts in reasons.values():
        assert all(text.endswith(".") and "!" not in text for text in texts)


def test_every_form_has_its_own_supplement_texts():
    assert set(SAMPLES["supplements"]) == {*FORMS, "else"}
    for wanted in SAMPLES["supplements"].values():
        assert wanted["reason"].endswith(".")
        assert len({item["id"] for item in wanted["items"]}) == len(wanted["items"]) > 0
        assert {item["kind"] for item in wanted["items"]} <= {"file", "text"}
