"""Accept forms even when the disk for temporary files is full: the file is dropped, the rest of the form is read."""

from __future__ import annotations

import logging
from typing import Any, Final

from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest

logger = logging.getLogger(__name__)
_ATTRIBUTE: Final = "_failed_uploads"


class TolerantTemporaryFileUploadHandler(TemporaryFileUploadHandler):
    """Django's handler of large files; on an ``OSError`` the file is skipped and recorded for ``failed_uploads``."""

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        """Open the temporary file."""
        try:
            super().new_file(field_name, file_name, *args, **kwargs)
        except OSError as error:
            self._fail(error, field_name, file_name)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write one chunk of it."""
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            self._fail(error, str(self.field_name), str(self.file_name))

    def _fail(self, error: OSError, field_name: str, file_name: str) -> None:
        logger.error("a temporary file could not be written", exc_info=error)
        failed: dict[str, str] = getattr(self.request, _ATTRIBUTE, {})
        setattr(self.request, _ATTRIBUTE, {**failed, field_name: file_name})
        raise SkipFile from error


def failed_uploads(request: HttpRequest) -> dict[str, str]:
    """Return the names of files that could not be received, by field; call it after ``request.FILES`` was read."""
    failed: dict[str, str] = getattr(request, _ATTRIBUTE, {})
    return failed
