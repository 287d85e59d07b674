"""What can be wrong with a file as a whole. One bad row is no reason to refuse a file; a broken file is."""

from __future__ import annotations

from core.errors import PortalError


class FileProblem(PortalError):
    """The file cannot be read; ``place`` says where (``line 3``, ``record 12``). Nothing of it is imported."""

    code = "broken_file"

    def __init__(self, message: str, *, place: str = "") -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.place = place
