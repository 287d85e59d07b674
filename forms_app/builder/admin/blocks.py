"""Form schemas as Wagtail blocks, which the admin can add, reorder and remove. Blocks are never stored."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from core.text import slugify
from forms_app.builder import validation
from forms_app.builder.field_types import registry
from forms_app.builder.field_types.base import FieldType, Option

OPTION_BLOCKS: Final = {
    int: blocks.IntegerBlock,
    str: blocks.CharBlock,
    bool: blocks.BooleanBlock,
    list: blocks.CharBlock,  # separated by commas
}
OPTION: Final = "option_"
IDENTIFIER_LENGTH: Final = 40
ID_HELP: Final = _("Cannot be changed later. Leave empty to derive it from the label.")


class ChoiceBlock(blocks.StructBlock):
    """One choice of a question."""

    label = blocks.CharBlock(label=_("Label"), max_length=200)
    value = blocks.CharBlock(label=_("Stored value"), required=False, max_length=60, help_text=ID_HELP)


def question_block(field_type: FieldType) -> blocks.StructBlock:
    """Return the block for a question of ``field_type``."""
    parts: list[tuple[str, blocks.Block]] = [
        ("label", blocks.CharBlock(label=_("Question"), max_length=300)),
        ("help", blocks.CharBlock(label=_("Help text"), required=False, max_length=500)),
        ("required", blocks.BooleanBlock(label=_("Answer required"), required=False, default=True)),
    ]
    if field_type.has_choices:
        parts.append(("choices", blocks.ListBlock(ChoiceBlock(), label=_("Choices"))))
    for name, option in field_type.offered_options().items():
        parts.append((OPTION + name, _option_block(option)))
    parts.append(("id", blocks.CharBlock(label=_("ID"), required=False, max_length=60, help_text=ID_HELP)))
    return blocks.StructBlock(parts, label=field_type.label, icon="form")


def _option_block(option: Option) -> blocks.Block:
    if option.values:
        return blocks.ChoiceBlock(
            choices=list(option.values.items()), label=capfirst(str(option.label)), required=False
        )
    return OPTION_BLOCKS[option.value_type](label=capfirst(str(option.label)), required=False)


def steps_block() -> blocks.StreamBlock:
    """Return the block for all steps of a form with their questions."""
    questions = blocks.StreamBlock(
        [(field_type.code, question_block(field_type)) for field_type in registry.installed()],
        label=_("Questions"),
        required=False,
    )
    step = blocks.StructBlock(
        [
            ("title", blocks.CharBlock(label=_("Title"), max_length=200)),
            ("intro", blocks.TextBlock(label=_("Introduction"), required=False, rows=2)),
            ("fields", questions),
            ("id", blocks.CharBlock(label=_("ID"), required=False, max_length=60, help_text=ID_HELP)),
        ],
        label=_("Step"), icon="list-ol",
    )  # fmt: skip
    return blocks.StreamBlock([("step", step)], required=False)


def to_blocks(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the steps of a schema as the raw data of ``steps_block``."""
    return [
        {
            "type": "step",
            "value": {
                **{name: step.get(name, "") for name in ("id", "title", "intro")},
                "fields": [
                    {"type": field["type"], "value": _question_to_block(field)} for field in step["fields"]
                ],
            },
        }
        for step in steps
    ]


def _question_to_block(field: dict[str, Any]) -> dict[str, Any]:
    options = {
        OPTION + name: ", ".join(value) if isinstance(value, list) else value
        for name, value in field.get("options", {}).items()
    }
    plain = {name: field.get(name, "") for name in ("id", "label", "help")}
    choices = [dict(choice) for choice in field.get("choices", [])]
    return {**plain, "required": field.get("required", True), "choices": choices, **options}


def from_blocks(value: blocks.StreamValue) -> list[dict[str, Any]]:
    """Return the steps of a schema from the submitted blocks."""
    return [
        {
            **{name: step.value[name] or "" for name in ("id", "title", "intro")},
            "fields": [_question_from_block(question) for question in step.value["fields"]],
        }
        for step in value
    ]


def _is_given(value: Any) -> bool:
    """Return True if an option was filled in; 0 counts as filled in."""
    return value is not None and value is not False and value != ""


def _question_from_block(question: Any) -> dict[str, Any]:
    value, offered = question.value, registry.get(question.block_type).offered_options()
    options = {
        name: option.parse(given)
        for name, option in offered.items()
        if _is_given(given := value[OPTION + name])
    }
    return {
        "id": value["id"] or "",
        "type": question.block_type,
        "label": value["label"],
        "help": value["help"] or "",
        "required": bool(value["required"]),
        "choices": [
            {"value": item["value"] or "", "label": item["label"]} for item in value.get("choices", [])
        ],
        "options": options,
    }


def fill_identifiers(steps: list[dict[str, Any]], used: Collection[str] = ()) -> list[dict[str, Any]]:
    """Give every step and question without an id, and every choice without a value, one derived from its label.

    ``used`` are the ids of published versions, which new questions never take. A step or question duplicated with the
    admin's button counts as new.
    """
    fields = [field for step in steps for field in step["fields"]]
    _fill_empty(steps, "id", "title", set(validation.RESERVED))
    _fill_empty(fields, "id", "label", validation.RESERVED | set(used))
    for field in fields:
        _fill_empty(field.get("choices", []), "value", "label", set())
    return steps


def _fill_empty(items: list[dict[str, Any]], key: str, source: str, reserved: Collection[str]) -> None:
    taken = {item[key] for item in items} | set(reserved)
    seen: set[str] = set()
    for item in items:
        # Two choices with the same value are reported to the editor: only a person knows which of them old answers
        # mean.
        if not item[key] or (key == "id" and item[key] in seen):
            item[key] = _free_identifier(str(item[source]), taken)
            taken.add(item[key])
        seen.add(item[key])


def _free_identifier(label: str, taken: Collection[str]) -> str:
    base = slugify(label, max_length=IDENTIFIER_LENGTH).replace("-", "_")
    base = base if base[:1].isalpha() else f"q_{base}".rstrip("_")
    number, candidate = 2, base
    while candidate in taken:
        candidate, number = f"{base}_{number}", number + 1
    return candidate
