"""The forms of the editors' library: files are inspected before they are stored (ADR 220)."""

from __future__ import annotations

from typing import Any, BinaryIO

from django import forms
from django.core.files.uploadedfile import UploadedFile
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from core import library_scan
from core.errors import InvalidInput
from core.foreign_files.library import check_library_file
from core.foreign_files.turns import PORTAL, Visitor


class InspectedFileMixin:
    """Refuse a file whose content does not match its extension or has active parts."""

    cleaned_data: dict[str, Any]
    fields: dict[str, Any]
    instance: Any

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        user = options.get("user")
        stored = self.instance if self.instance.pk and self.instance.file else None
        if stored is not None and "file" in self.fields:
            self.fields["file"].help_text = library_scan.state_text(stored)
        self._visitor = Visitor(f"account {user.pk}") if user is not None else PORTAL

    def clean_file(self) -> Any:
        """Inspect a file that was uploaded; one that is already stored is left alone."""
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile):
            try:
                content: BinaryIO = file.file  # type: ignore[assignment]
                check_library_file(content, name=file.name or "", size=file.size or 0, visitor=self._visitor)
            except InvalidInput as error:
                raise forms.ValidationError(error.message) from error
        return file


class DocumentForm(InspectedFileMixin, BaseDocumentForm):
    """A document."""


class ImageForm(InspectedFileMixin, BaseImageForm):
    """An image."""
