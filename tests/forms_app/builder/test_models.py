"""Form versions: immutable, numbered without gaps, safe against concurrent publication."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.deletion import ProtectedError

from core.errors import InvalidInput
from forms_app.builder import services
from forms_app.builder.models import FormDefinition, FormVersion
from forms_app.builder.schema import FormSchema
from forms_app.builder.selectors import form_in_force, latest_version, used_types
from tests.accounts.factories import UserFactory
from tests.forms_app.dossiers.factories import SCHEMA, at, make_version
from tests.support.threads import together


def schema_of(*questions: dict[str, Any], title: str = "Bước") -> dict[str, Any]:
    """A form of one step."""
    return {"steps": [{"id": "s", "title": title, "fields": list(questions)}]}


def question(identifier: str, kind: str = "short_text", **values: Any) -> dict[str, Any]:
    return {"id": identifier, "type": kind, "label": identifier.capitalize(), **values}


def make_definition() -> FormDefinition:
    procedure = make_version().procedure
    slug = f"to-khai-{procedure.core_code.replace('.', '-')}"
    return FormDefinition.objects.create(procedure=procedure, title="Tờ khai", slug=slug)


@pytest.fixture
def definition(db: None) -> FormDefinition:
    return make_definition()


def raw(statement: str) -> Callable[[FormVersion], object]:
    def run(version: FormVersion) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement.replace("{table}", FormVersion._meta.db_table), [version.pk])

    return run


def _saved(version: FormVersion) -> None:
    version.schema = {"steps": []}
    version.save()


def _bulk(version: FormVersion) -> None:
    version.number = 99
    FormVersion.objects.bulk_update([version], ["number"])


def _replaced(version: FormVersion) -> None:
    FormVersion.objects.bulk_create(
        [version], update_conflicts=True, unique_fields=["definition", "number"], update_fields=["digest"]
    )


CHANGES: dict[str, Callable[[FormVersion], object]] = {
    "save": _saved,
    "save one column": lambda version: version.save(update_fields=["published_at"]),
    "update": lambda version: FormVersion.objects.filter(pk=version.pk).update(digest="x"),
    "update all": lambda _version: FormVersion.objects.update(number=F("number") + 1),
    "bulk_update": _bulk,
    "upsert": _replaced,
    "delete": lambda version: version.delete(),
    "delete many": lambda version: FormVersion.objects.filter(pk=version.pk).delete(),
    "raw delete": lambda version: FormVersion.objects.filter(pk=version.pk)._raw_delete(using="default"),
    "sql update": raw("UPDATE {table} SET schema = '{}' WHERE id = %s"),
    "sql update of who": raw("UPDATE {table} SET published_by_id = NULL WHERE id = %s"),
    "sql delete": raw("DELETE FROM {table} WHERE id = %s"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_database_rejects_every_change_to_a_version(definition: FormDefinition, change: str) -> None:
    version = services.publish(definition=definition, schema=SCHEMA, by=None, now=at("2026-11-23 09:00"))
    before = FormVersion.objects.filter(pk=version.pk).values().get()
    with pytest.raises(IntegrityError), transaction.atomic():
        CHANGES[change](FormVersion.objects.get(pk=version.pk))
    assert FormVersion.objects.filter(pk=version.pk).values().get() == before


def test_forms_with_versions_and_their_publishers_cannot_be_deleted(definition: FormDefinition) -> None:
    editor = UserFactory(is_superuser=True)
    services.publish(definition=definition, schema=SCHEMA, by=editor)
    for row in (definition, editor, definition.procedure):
        with pytest.raises(ProtectedError):
            row.delete()


def test_version_number_is_unique_per_form(definition: FormDefinition) -> None:
    first = services.publish(definition=definition, schema=SCHEMA)
    with pytest.raises(IntegrityError), transaction.atomic():
        FormVersion.objects.create(
            definition=definition, number=1, schema={}, digest="", published_at=first.published_at
        )


def test_version_numbers_are_gapless_per_form(definition: FormDefinition) -> None:
    other = make_definition()
    for number in range(1, 5):
        for form in (definition, other):
            version = services.publish(
                definition=form, schema=schema_of(question("a"), title=f"Lần {number}")
            )
            assert version.number == number


def test_version_records_publisher_and_time(definition: FormDefinition) -> None:
    moment: datetime = at("2026-11-23 16:59")
    editor = UserFactory(is_superuser=True)
    version = services.publish(definition=definition, schema=SCHEMA, by=editor, now=moment)
    assert (version.published_by, version.published_at) == (editor, moment)


def test_reverting_to_an_old_schema_creates_a_new_version(definition: FormDefinition) -> None:
    """Only the latest version is compared."""
    one, two = schema_of(question("a")), schema_of(question("a", label="Khác"))
    numbers = [services.publish(definition=definition, schema=schema).number for schema in (one, two, one)]
    assert numbers == [1, 2, 3]
    digests = list(definition.versions.order_by("number").values_list("digest", flat=True))
    assert digests[0] == digests[2] != digests[1]


def test_published_version_does_not_change_with_the_working_copy(definition: FormDefinition) -> None:
    version = services.publish(definition=definition, schema=SCHEMA)
    services.save_working_copy(definition=definition, schema=schema_of(question("other")), by=None)
    version.refresh_from_db()
    assert "child_name" in FormSchema.from_json(version.schema).fields
    assert form_in_force(definition.procedure) == version
    assert latest_version(definition) == version


def test_failed_publication_keeps_the_working_copy(definition: FormDefinition) -> None:
    services.save_working_copy(definition=definition, schema=schema_of(question("a")), by=None)
    with pytest.raises(InvalidInput):
        services.publish(definition=definition, schema=schema_of())
    definition.refresh_from_db()
    assert list(FormSchema.from_json(definition.working_copy).fields) == ["a"]


class TestStableIds:
    """Label, position and limits of a question may change under the same id, but its type may not."""

    @pytest.mark.parametrize(
        "changed",
        [
            question("a", label="Hoàn toàn khác"),
            question("a", help="Mới", required=False),
            question("a", options={"max_length": 3}),
        ],
    )
    def test_published_question_may_change_its_label(
        self, definition: FormDefinition, changed: dict[str, Any]
    ) -> None:
        services.publish(definition=definition, schema=schema_of(question("a")))
        assert services.publish(definition=definition, schema=schema_of(changed)).number == 2

    def test_question_may_move_to_another_step(self, definition: FormDefinition) -> None:
        services.publish(definition=definition, schema=schema_of(question("a"), question("b")))
        steps = [{"id": "t", "title": "Mới", "fields": [question("b")]}, *schema_of(question("a"))["steps"]]
        moved = services.publish(definition=definition, schema={"steps": steps})
        assert list(FormSchema.from_json(moved.schema).fields)[-2:] == ["b", "a"]

    @pytest.mark.parametrize("kind", ["long_text", "number", "date", "yes_no", "file", "address"])
    def test_published_question_cannot_change_its_type(self, definition: FormDefinition, kind: str) -> None:
        services.publish(definition=definition, schema=schema_of(question("a"), question("b")))
        services.publish(definition=definition, schema=schema_of(question("b")))
        with pytest.raises(InvalidInput, match="loại khác"):
            services.publish(definition=definition, schema=schema_of(question("b"), question("a", kind)))
        back = services.publish(definition=definition, schema=schema_of(question("b"), question("a")))
        assert back.number == 3

    def test_used_types_include_all_versions(self, definition: FormDefinition) -> None:
        for schema in (
            schema_of(question("a")),
            schema_of(question("b", "date")),
            schema_of(question("c", "yes_no")),
        ):
            services.publish(definition=definition, schema=schema)
        used = used_types(definition)
        assert (used["a"], used["b"], used["c"]) == ("short_text", "date", "yes_no")
        assert used["full_name"] == "short_text"

    def test_same_id_may_have_another_type_in_another_form(self, definition: FormDefinition) -> None:
        services.publish(definition=definition, schema=schema_of(question("a")))
        assert (
            services.publish(definition=make_definition(), schema=schema_of(question("a", "date"))).number
            == 1
        )

    def test_changed_type_is_allowed_in_the_working_copy_but_not_published(
        self, definition: FormDefinition
    ) -> None:
        services.publish(definition=definition, schema=schema_of(question("a")))
        services.save_working_copy(definition=definition, schema=schema_of(question("a", "date")), by=None)
        with pytest.raises(InvalidInput):
            services.publish(definition=definition)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestConcurrentPublication:
    """Several editors publish at the same time."""

    def test_different_schemas_get_different_numbers(self) -> None:
        definition = make_definition()
        schemas = [schema_of(question("a"), title=f"Lần {number}") for number in range(6)]
        found = together(
            *(
                lambda schema=schema: services.publish(definition=definition, schema=schema)
                for schema in schemas
            )
        )
        assert sorted(version.number for version in found) == [1, 2, 3, 4, 5, 6]

    def test_same_schema_is_published_once(self) -> None:
        definition = make_definition()
        found = together(lambda: services.publish(definition=definition, schema=SCHEMA), times=6)
        assert len(found) == 6
        assert {version.pk for version in found} == {definition.versions.get().pk}
