"""Files. The bytes are the dossiers' business; here is what the form says and accepts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forms_app.builder.field_types.base import FieldType, Option
from forms_app.builder.field_types.registry import register
from forms_app.builder.schema import FieldSpec

KNOWN: Final = ("pdf", "jpg", "jpeg", "png", "heic", "webp", "docx", "xlsx")
DEFAULT_EXTENSIONS: Final = ("pdf", "jpg", "jpeg", "png", "heic", "docx")
JPEG: Final = {"jpg", "jpeg"}
DEFAULT_FILES: Final = 5
MEGABYTE: Final = 1024 * 1024


class PickFileInput(forms.FileInput):
    """A file input whose button speaks the page's language, not the browser's; works without JavaScript.

    The native button is hidden by CSS. ``required`` is only what lets CSS tell a chosen file (``:valid``) from none:
    forms are ``novalidate``, and ``aria-required`` says what is really wanted.
    """

    template_name = "builder/widgets/file.html"
    # Another file is added to those kept before.
    adds = False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"] |= {"required": True}
        context["widget"]["prompt"] = _("Add a file") if self.adds else _("Choose a file")
        return context


class ManyFilesInput(PickFileInput):
    """A file input that takes several files at once."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Cleans to a list of uploaded files; how many and which is checked where they are stored.

    ``needed``: the question must be answered, by this upload or an earlier one; ``stored``: the earlier ones.
    """

    needed = False
    stored: Sequence[Any] = ()

    def keep(self, stored: Sequence[Any]) -> None:
        """Tell the field which files are there already."""
        self.stored = stored
        self.widget.adds = bool(stored)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [file for file in (data if isinstance(data, list) else [data]) if file]


def extensions(spec: FieldSpec) -> Sequence[str]:
    """Return the file name extensions that ``spec`` takes, without the dot; who takes one name of JPEG takes both."""
    listed = dict.fromkeys(spec.options.get("extensions", DEFAULT_EXTENSIONS))
    if JPEG & listed.keys():
        listed |= dict.fromkeys(sorted(JPEG, reverse=True))
    return tuple(listed)


def most_files(spec: FieldSpec) -> int:
    """Return how many files ``spec`` takes."""
    return int(spec.options.get("max_files", DEFAULT_FILES))


def most_bytes(spec: FieldSpec) -> int:
    """Return the size that a file of ``spec`` may have: its own limit below that of the portal."""
    own = spec.options.get("max_size_mb")
    return min(int(own) * MEGABYTE, settings.UPLOAD_MAX_BYTES) if own else settings.UPLOAD_MAX_BYTES


@register
class File(FieldType):
    """``options``: ``extensions`` (list), ``max_files``, ``max_size_mb``."""

    code = "file"
    label = gettext_lazy("File")
    options = {
        "extensions": Option(list, gettext_lazy("kinds of files, parted by commas")),
        "max_files": Option(int, gettext_lazy("most files"), 1, 20),
        "max_size_mb": Option(int, gettext_lazy("largest file, in MB"), 1, 100),
    }
    stores_files = True
    template_name = "builder/file_field.html"

    def form_field(self, spec: FieldSpec) -> forms.Field:
        accepted = ",".join(f".{extension}" for extension in extensions(spec))
        arguments = self.common(spec, hint=self.limits(spec))
        # Whether a file is there is known only with those stored before; the filing step checks it.
        field = ManyFilesField(
            widget=ManyFilesInput(
                {
                    "accept": accepted,
                    "multiple": most_files(spec) > 1,
                    "aria-required": "true" if spec.required else "false",
                }
            ),
            **{**arguments, "required": False},
        )
        field.needed = spec.required
        return field

    def limits(self, spec: FieldSpec) -> str:
        """Return what may be sent, in words."""
        kinds = ", ".join(extension.upper() for extension in extensions(spec) if extension != "jpeg")
        text = _("%(kinds)s; at most %(size)d MB a file, %(count)d files.")
        return text % {"kinds": kinds, "size": most_bytes(spec) // MEGABYTE, "count": most_files(spec)}

    def problems(self, spec: FieldSpec) -> Iterable[str]:
        yield from super().problems(spec)
        listed = spec.options.get("extensions", DEFAULT_EXTENSIONS)
        if not listed:
            yield _("Name at least one kind of file.")
        if unknown := [extension for extension in listed if extension not in KNOWN]:
            yield _("These file types cannot be taken: %(types)s.") % {"types": ", ".join(unknown)}
