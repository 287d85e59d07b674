"""The forms of the editors' library: files are inspected before they are stored (ADR 220)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from core.errors import InvalidInput
from core.foreign_files.library import check_library_file


class InspectedFileMixin:
    """Refuse a file whose content is not what its ending says, or has active parts."""

    cleaned_data: dict[str, Any]

    def clean_file(self) -> Any:
        """Inspect a file that was sent; one that was stored before is left alone."""
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile):
            try:
                check_library_file(file.file, name=file.name or "", size=file.size or 0)  # type: ignore[arg-type]
            except InvalidInput as error:
                raise forms.ValidationError(error.message) from error
        return file


class DocumentForm(InspectedFileMixin, BaseDocumentForm):
    """A document."""


class ImageForm(InspectedFileMixin, BaseImageForm):
    """An image."""
