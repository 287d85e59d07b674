"""File uploads: the input and its limits. Storing and inspecting files is up to ``forms_app.dossiers``."""

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

SUPPORTED_EXTENSIONS: Final = ("pdf", "jpg", "jpeg", "png", "heic", "webp", "docx", "xlsx")
DEFAULT_EXTENSIONS: Final = ("pdf", "jpg", "jpeg", "png", "heic", "docx")
JPEG: Final = {"jpg", "jpeg"}
# Other extensions that programs use for a kind, offered in the browser's dialog.
OTHER_ENDINGS: Final = {"jpg": ("jfif",), "heic": ("heif", "hif")}
DEFAULT_MAX_FILES: Final = 5
MEGABYTE: Final = 1024 * 1024


class LocalisedFileInput(forms.FileInput):
    """A file input with a button in the language of the page, not of the browser; works without JavaScript.

    CSS hides the native button. The ``required`` attribute only lets CSS (``:valid``) recognise that a file was chosen:
    the forms are ``novalidate``, and ``aria-required`` says whether an answer is required.
    """

    template_name = "builder/widgets/file.html"
    # True if files were uploaded earlier to which another one is added.
    has_files = False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"] |= {"required": True}
        context["widget"]["prompt"] = _("Add a file") if self.has_files else _("Choose a file")
        return context


class MultipleFileInput(LocalisedFileInput):
    """A file input that accepts several files at once."""

    allow_multiple_selected = True


class MultipleFileField(forms.FileField):
    """Cleans to a list of uploaded files; their number and kinds are checked where they are stored.

    ``answer_required``: the question needs a file, uploaded now or earlier; ``stored``: files uploaded earlier.
    """

    answer_required = False
    stored: Sequence[Any] = ()

    def set_stored(self, stored: Sequence[Any]) -> None:
        """Set the files that were uploaded earlier."""
        self.stored = stored
        self.widget.has_files = bool(stored)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [file for file in (data if isinstance(data, list) else [data]) if file]


def parse_extension(text: str) -> str:
    """Return an extension such as “ .JPG ” in lower case without its dot."""
    return text.strip().lstrip(".").lower()


def allowed_extensions(spec: FieldSpec) -> Sequence[str]:
    """Return the extensions that ``spec`` allows, without the dot; JPG and JPEG always go together."""
    listed = dict.fromkeys(spec.options.get("extensions", DEFAULT_EXTENSIONS))
    if JPEG & listed.keys():
        listed |= dict.fromkeys(sorted(JPEG, reverse=True))
    return tuple(listed)


def max_files(spec: FieldSpec) -> int:
    """Return how many files ``spec`` allows."""
    return int(spec.options.get("max_files", DEFAULT_MAX_FILES))


def max_bytes(spec: FieldSpec) -> int:
    """Return the largest size of a file in bytes: the limit of ``spec``, but at most that of the portal."""
    own = spec.options.get("max_size_mb")
    return min(int(own) * MEGABYTE, settings.UPLOAD_MAX_BYTES) if own else settings.UPLOAD_MAX_BYTES


@register
class File(FieldType):
    """``options``: ``extensions`` (list), ``max_files``, ``max_size_mb``, ``document``.

    ``document`` is the name of the document of the procedure that the question collects (``builder.documents``).
    """

    code = "file"
    typed_inputs = ()
    label = gettext_lazy("File")
    options = {
        "extensions": Option(
            list, gettext_lazy("allowed file types, separated by commas"), parse_item=parse_extension
        ),
        "max_files": Option(int, gettext_lazy("maximum number of files"), 1, 20),
        "max_size_mb": Option(int, gettext_lazy("maximum file size, in MB"), 1, 100),
        "document": Option(
            str, gettext_lazy("document of the procedure that this question collects, by its name there")
        ),
    }
    stores_files = True
    template_name = "builder/file_field.html"

    def form_field(self, spec: FieldSpec) -> forms.Field:
        allowed = allowed_extensions(spec)
        more = [ending for kind, endings in OTHER_ENDINGS.items() if kind in allowed for ending in endings]
        accepted = ",".join(f".{extension}" for extension in [*allowed, *more])
        arguments = self.common_arguments(spec, hint=self.limits(spec))
        # StepForm checks that there is a file, since only it knows the files uploaded earlier.
        field = MultipleFileField(
            widget=MultipleFileInput(
                {
                    "accept": accepted,
                    "multiple": max_files(spec) > 1,
                    "aria-required": "true" if spec.required else "false",
                }
            ),
            **{**arguments, "required": False},
        )
        field.answer_required = spec.required
        return field

    def limits(self, spec: FieldSpec) -> str:
        """Return the limits in words."""
        kinds = ", ".join(extension.upper() for extension in allowed_extensions(spec) if extension != "jpeg")
        text = _("%(kinds)s; at most %(size)d MB per file, %(count)d files.")
        return text % {"kinds": kinds, "size": max_bytes(spec) // MEGABYTE, "count": max_files(spec)}

    def problems(self, spec: FieldSpec) -> Iterable[str]:
        yield from super().problems(spec)
        listed = spec.options.get("extensions", DEFAULT_EXTENSIONS)
        if not listed:
            yield _("Allow at least one file type.")
        if unknown := [extension for extension in listed if extension not in SUPPORTED_EXTENSIONS]:
            yield _("These file types are not supported: %(types)s.") % {"types": ", ".join(unknown)}
