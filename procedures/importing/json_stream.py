"""Read JSON objects one by one from an array or from lines, in bounded memory."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import IO, Any, Final

from django.utils.translation import gettext as _

from core.text import clean
from procedures.importing.limits import MAX_RECORD_CHARACTERS
from procedures.importing.problems import FileProblem

CHUNK: Final = 64 * 1024
NEAR: Final = 20
BETWEEN: Final = " \t\r\n,"


class ObjectStream:
    """The objects of a file that holds ``[{…}, {…}]`` or one object a line (or simply one after the other)."""

    def __init__(self, handle: IO[bytes]) -> None:
        self._handle = handle
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("strict").decode
        self._read_json = json.JSONDecoder().raw_decode
        self._buffer = ""
        self._number = 0
        self._ended = False

    def __iter__(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield (number from 1, object); ``FileProblem`` where the text is no JSON."""
        inside = self._skip(BETWEEN) == "["
        if inside:
            self._buffer = self._buffer[1:]
        while (mark := self._skip(BETWEEN)) and mark != "]":
            self._number += 1
            yield self._number, self._object()
        if inside and not mark:
            raise FileProblem(_("the list is not closed: the file was cut off"), place=self._place())
        self._buffer = self._buffer[1:]
        if self._skip(BETWEEN):
            raise FileProblem(_("something stands behind the end of the list"), place=self._place())

    def _place(self) -> str:
        return _("record %(number)d") % {"number": self._number}

    def _more(self) -> bool:
        chunk = self._handle.read(CHUNK)
        try:
            self._buffer += self._decode(chunk, not chunk)
        except UnicodeDecodeError as error:
            raise FileProblem(_("the text is not UTF-8"), place=self._place()) from error
        self._ended = not chunk
        return bool(chunk)

    def _skip(self, characters: str) -> str:
        """Drop ``characters`` at the front and return the next one; nothing at the end of the file."""
        while True:
            self._buffer = self._buffer.lstrip(characters)
            if self._buffer or not self._more():
                return self._buffer[:1]

    def _reason(self, error: json.JSONDecodeError | RecursionError) -> str:
        if isinstance(error, RecursionError):
            return _("nested too deeply")
        if self._ended and (
            error.msg.startswith("Unterminated") or error.pos >= len(self._buffer.rstrip()) - 1
        ):
            return _("the object is not closed: the file was cut off")
        near = clean(self._buffer[max(0, error.pos - NEAR) : error.pos + NEAR])
        return _("no readable JSON object; the fault is near “%(near)s”") % {"near": near}

    def _object(self) -> dict[str, Any]:
        wanted = CHUNK
        while True:
            while len(self._buffer) < wanted and not self._ended:
                self._more()
            try:
                value, end = self._read_json(self._buffer)
            except (json.JSONDecodeError, RecursionError) as error:
                wanted *= 4
                if self._ended or wanted > MAX_RECORD_CHARACTERS or not self._buffer.startswith("{"):
                    raise FileProblem(self._reason(error), place=self._place()) from error
                continue
            if not isinstance(value, dict):
                raise FileProblem(_("an object is expected"), place=self._place())
            self._buffer = self._buffer[end:]
            return value
