"""The invented answers: each person agrees with itself, and every form takes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.importing import UnitRow, import_units
from accounts.models import AdminUnit
from forms_app.builder import applicant
from forms_app.builder.compiling import StepForm
from forms_app.builder.field_types import registry
from forms_app.builder.field_types.citizen_id import problem
from forms_app.builder.schema import FormSchema, StepSpec
from portal.demo import sources
from portal.demo.answers import ASKED_AFTER, LEFT_OUT, SATURDAY, Answerer
from portal.demo.persona import ADULT, ROLES, YEAR, Persona, Role, number

DAY = date(2026, 11, 20)
FORMS = {form["procedure"]: form for form in sources.read_folder("forms")}
SAMPLES = sources.read("samples")
POOL = sources.people()["pool"]
SEEDS = range(12)


pytestmark = pytest.mark.django_db


@pytest.fixture
def answer():
    """Answers to a form by its procedure's code and a seed, given by somebody of Tân Thành."""
    province = UnitRow("96", "Tỉnh Cà Mau", "tinh", "202/2025/QH15")
    import_units(
        province=province, communes=[UnitRow("32008", "Phường Tân Thành", "Phường", "1655/NQ-UBTVQH15")]
    )
    commune = AdminUnit.objects.select_related("parent").get(gso_code="32008")

    def by_code(code, seed, person=None):
        chance = Random(f"{code}-{seed}")
        schema = applicant.with_applicant(FormSchema.from_json(FORMS[code]))
        return Answerer(chance, DAY, person or chance.choice(POOL), commune, SAMPLES).answers(schema)

    return by_code


@pytest.fixture
def every(answer):
    return lambda code: [answer(code, seed) for seed in SEEDS]


@given(seed=st.integers(0, 10_000), part=st.sampled_from(sorted(ROLES)))
@settings(max_examples=60, deadline=None)
def test_name_sex_age_and_number_of_a_person_agree(seed, part):
    role = ROLES[part]
    person = Persona.draw(chance=Random(seed), day=DAY, role=role)
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
def test_the_fourth_digit_tells_century_and_sex(sex, born, digits):
    assert number(Random(1), sex, born)[3:6] == digits


def test_a_person_known_by_name_keeps_it():
    known = {"family": "Danh", "middle_given": "Thị Sa Rết", "sex": "nu"}
    person = Persona.draw(chance=Random(3), day=DAY, role=Role(ADULT), who=known)
    assert (person.name, person.sex, person.given) == ("Danh Thị Sa Rết", "nu", "Thị Sa Rết")


def test_a_given_name_that_is_taken_is_not_drawn_again():
    taken = {one["middle_given"] for one in POOL if one["sex"] == "nam"} - {"Văn Khởi"}
    drawn = {
        Persona.draw(chance=Random(seed), day=DAY, role=Role(sex="nam"), unlike=taken).given for seed in SEEDS
    }
    assert drawn == {"Văn Khởi"}


def test_a_child_bears_the_family_name():
    chance = Random(5)
    father, child = (Persona.draw(chance=chance, day=DAY, role=ROLES[part]) for part in ("father", "child"))
    named = child.in_family(father)
    assert named.name.split()[0] == father.name.split()[0]
    assert (named.given, named.born, named.citizen_id) == (child.given, child.born, child.citizen_id)


@pytest.mark.parametrize("code", sorted(FORMS))
def test_every_required_question_is_answered_and_no_file_is(code, every):
    schema = applicant.with_applicant(FormSchema.from_json(FORMS[code]))
    asked = {spec.id for spec in schema.fields.values() if spec.type != "file"}
    required = {spec.id for spec in schema.fields.values() if spec.required and spec.type != "file"}
    for answers in every(code):
        assert required <= set(answers) | {applicant.EMAIL} <= asked | {applicant.EMAIL}
        assert list(answers) == [name for name in schema.fields if name in answers]


@time_machine.travel(datetime(DAY.year, DAY.month, DAY.day, 2, tzinfo=UTC), tick=False)
@pytest.mark.parametrize("code", sorted(FORMS))
def test_the_form_itself_takes_the_answers(code, every):
    """What a citizen could not have sent makes no believable dossier."""
    schema = applicant.with_applicant(FormSchema.from_json(FORMS[code]))
    for answers in every(code)[:8]:
        for step in schema.steps:
            fields = tuple(spec for spec in step.fields if spec.type not in {"file", "address"})
            data = {spec.id: typed(spec, answers[spec.id]) for spec in fields if spec.id in answers}
            form = StepForm(StepSpec(step.id, step.title, fields=fields), answers={}, data=data)
            assert form.is_valid(), (step.id, form.errors.as_text())
            kept = form.answers()
            assert {name: kept[name] for name in data if data[name]} == {
                name: answers[name] for name in data if data[name]
            }


def typed(spec, answer):
    """What a person would have typed or ticked."""
    initial = registry.get(spec.type).to_initial(answer)
    return {True: "yes", False: "no"}.get(initial, initial) if isinstance(initial, bool) else initial


@pytest.mark.parametrize("code", sorted(FORMS))
def test_the_same_seed_gives_the_same_answers(code, answer):
    assert answer(code, 7) == answer(code, 7)


def test_who_asks_for_oneself_is_the_person_asked_about(every):
    papers = [answers for answers in every("1.004873") if answers["relation"] == "ban_than"]
    assert len(papers) > len(SEEDS) / 2
    for answers in papers:
        assert answers["subject_name"] == answers["full_name"]
        assert answers["subject_citizen_id"] == answers["citizen_id"]


def test_one_of_the_couple_files(every):
    for answers in every("1.000894"):
        couple = {answers["groom_citizen_id"]: "groom", answers["bride_citizen_id"]: "bride"}
        assert len(couple) == 2
        assert answers[f"{couple[answers['citizen_id']]}_name"] == answers["full_name"]


def test_bride_and_groom_are_of_age_and_come_on_a_working_day(every):
    for answers in every("1.000894"):
        for part, years in (("groom", 20), ("bride", 18)):
            assert (DAY - date.fromisoformat(answers[f"{part}_birth_date"])).days >= years * YEAR
        pickup = date.fromisoformat(answers["pickup_date"])
        assert pickup > DAY
        assert pickup.weekday() < SATURDAY


@pytest.mark.parametrize("person", POOL[:6], ids=lambda person: person["middle_given"])
def test_a_parent_who_registers_a_birth_is_father_or_mother_by_sex(person, answer):
    for seed in SEEDS:
        answers = answer("1.001193", seed, person)
        if answers["relation"] in {"cha", "me"}:
            part = {"cha": "father", "me": "mother"}[answers["relation"]]
            assert answers["relation"] == {"nam": "cha", "nu": "me"}[person["sex"]]
            assert answers.get(f"{part}_name", answers["full_name"]) == answers["full_name"]


def test_a_newborn_bears_the_name_of_the_father_or_else_of_the_mother(every):
    married = set()
    for answers in every("1.001193"):
        parent = "father" if answers["parents_married"] else "mother"
        married.add(answers["parents_married"])
        assert answers["child_name"].split()[0] == answers[f"{parent}_name"].split()[0]
        assert ("father_name" in answers) == answers["parents_married"]
    assert married == {True, False}


def test_the_dead_are_buried_after_they_died(every):
    for answers in every("1.001731"):
        death, burial = (date.fromisoformat(answers[name]) for name in ("death_date", "burial_date"))
        assert DAY - timedelta(days=6) <= death < burial < DAY


def test_nobody_is_the_spouse_of_somebody_of_the_same_sex(answer):
    sexes = {one["middle_given"]: one["sex"] for one in POOL}
    for seed in range(60):
        answers = answer("1.000656", seed)
        if answers["relation"] == "vo_chong":
            given = answers["full_name"].split(maxsplit=1)[1]
            assert answers["deceased_sex"] != sexes[given]


@pytest.mark.parametrize("start", sorted(ASKED_AFTER))
def test_a_question_that_hangs_on_another_is_answered_exactly_then(start, answer):
    other, wanted = ASKED_AFTER[start]
    code = next(
        code
        for code, form in FORMS.items()
        if other in {field["id"] for step in form["steps"] for field in step["fields"]}
    )
    seen = set()
    for seed in range(70):
        answers = answer(code, seed)
        told = any(name.startswith(start) for name in answers)
        assert told == (answers[other] in wanted), answers
        seen.add(told)
    assert seen == {True, False}


@pytest.mark.parametrize("code", sorted(FORMS))
def test_what_only_people_without_a_number_write_is_left_out(code, every):
    optional = {
        field["id"]
        for step in FORMS[code]["steps"]
        for field in step["fields"]
        if not field["required"] and field["id"].endswith(LEFT_OUT)
    }
    for answers in every(code):
        assert not optional & set(answers)


def test_the_text_fits_the_choice_it_explains(answer):
    by_status = SAMPLES["answers"]["marital_paper"]
    for seed in range(60):
        answers = answer("1.004873", seed)
        if "marital_paper" in answers:
            assert answers["marital_paper"] in by_status[answers["marital_status"]]


@pytest.mark.parametrize("name", sorted(SAMPLES["answers"]))
def test_every_sample_belongs_to_a_question(name):
    questions = {field["id"] for form in FORMS.values() for step in form["steps"] for field in step["fields"]}
    assert name in questions
    samples = SAMPLES["answers"][name]
    if isinstance(samples, dict):
        assert samples["by"] in questions


@pytest.mark.parametrize("action", sorted(SAMPLES["reasons"]))
def test_reasons_are_given_by_procedure_and_end_as_sentences(action):
    reasons = SAMPLES["reasons"][action]
    assert set(reasons) <= {*FORMS, "else"}
    assert reasons["else"]
    for texts in reasons.values():
        assert all(text.endswith(".") and "!" not in text for text in texts)


def test_every_form_has_its_own_supplement_with_texts_to_send():
    assert set(SAMPLES["supplements"]) == {*FORMS, "else"}
    for wanted in SAMPLES["supplements"].values():
        assert wanted["reason"].endswith(".")
        assert len({item["id"] for item in wanted["items"]}) == len(wanted["items"]) > 0
        assert {item["kind"] for item in wanted["items"]} <= {"file", "text"}
