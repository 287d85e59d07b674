"""The schema as Wagtail blocks: reordering, adding and removing come with the admin. Nothing of it is stored."""

from __future__ import annotations

from typing import Any, Final

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from forms_app.builder.field_types import registry
from forms_app.builder.field_types.base import FieldType, Option

OPTION_BLOCKS: Final = {
    int: blocks.IntegerBlock,
    str: blocks.CharBlock,
    bool: blocks.BooleanBlock,
    list: blocks.CharBlock,  # parted by commas
}
OPTION: Final = "option_"
ID_HELP: Final = _("Stays for ever; empty: made from the label.")


class ChoiceBlock(blocks.StructBlock):
    """One answer to choose."""

    label = blocks.CharBlock(label=_("Label"), max_length=200)
    value = blocks.CharBlock(label=_("Stored value"), required=False, max_length=60, help_text=ID_HELP)


def question_block(field_type: FieldType) -> blocks.StructBlock:
    """Return the block in which an editor writes one question of a type."""
    parts: list[tuple[str, blocks.Block]] = [
        ("label", blocks.CharBlock(label=_("Question"), max_length=300)),
        ("help", blocks.CharBlock(label=_("Hint"), required=False, max_length=500)),
        ("required", blocks.BooleanBlock(label=_("Must be answered"), required=False, default=True)),
    ]
    if field_type.has_choices:
        parts.append(("choices", blocks.ListBlock(ChoiceBlock(), label=_("Choices"))))
    for name, option in field_type.options.items():
        parts.append((OPTION + name, _option_block(option)))
    parts.append(("id", blocks.CharBlock(label=_("Id"), required=False, max_length=60, help_text=ID_HELP)))
    return blocks.StructBlock(parts, label=field_type.label, icon="form")


def _option_block(option: Option) -> blocks.Block:
    if option.values:
        return blocks.ChoiceBlock(
            choices=list(option.values.items()), label=capfirst(str(option.label)), required=False
        )
    return OPTION_BLOCKS[option.kind](label=capfirst(str(option.label)), required=False)


def steps_block() -> blocks.StreamBlock:
    """Return the block of a whole form: steps with their questions."""
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
            ("id", blocks.CharBlock(label=_("Id"), required=False, max_length=60, help_text=ID_HELP)),
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
    """Return the steps of a schema from what the editor sent."""
    return [
        {
            **{name: step.value[name] or "" for name in ("id", "title", "intro")},
            "fields": [_question_from_block(question) for question in step.value["fields"]],
        }
        for step in value
    ]


def _listed(text: str) -> list[str]:
    """Read “PDF, .jpg” as people write kinds of files."""
    parts = (part.strip().lstrip(".").lower() for part in text.split(","))
    return list(dict.fromkeys(part for part in parts if part))


def _given(value: Any) -> bool:
    """Say whether an option was filled in; the number 0 was."""
    return value is not None and value is not False and value != ""


def _question_from_block(question: Any) -> dict[str, Any]:
    value, offered = question.value, registry.get(question.block_type).options
    options = {
        name: _listed(given) if option.kind is list else given
        for name, option in offered.items()
        if _given(given := value[OPTION + name])
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
