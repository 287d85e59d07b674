"""Refuse RTF with objects, remote content and fields that load or start something (RTF 1.9.1).

Ignorable destinations (``\\*\name``) and field codes are checked against lists of what ordinary files have (ADR 290).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from core.foreign_files import office_parts
from core.foreign_files.addresses import is_elsewhere, is_harmless_link
from core.foreign_files.reasons import Reason, Refused

START: Final = re.compile(rb"\{\\rtf1?(?![a-zA-Z0-9])")
MAX_DEPTH: Final = 500
#: Characters are UTF-16 numbers; those from half of this on are written as negative.
UNITS: Final = 2**16
_TOKEN: Final = re.compile(
    rb"\\(?P<word>[a-zA-Z]+)(?P<number>-?\d+)? ?|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<symbol>[^a-zA-Z])|(?P<brace>[{}])"
    rb"|(?P<text>[^\\{}]+)",
    re.DOTALL,
)
_OBJECT: Final = re.compile(r"obj\w*|oleclsid|private|bin|fontemb|fontfile|htmltag|mhtmltag|fromhtml|htmlrtf")
_REFERENCE: Final = re.compile(
    r"template|nextfile|filetbl|subdocument|linkself|mailmerge|mm(?!ath)\w+|hlinkbase|datafield"
)
_LINK: Final = frozenset({"hlsrc", "hlfr", "hlloc"})
#: Text that Word stores in every file for its own XML; the class is the one it writes.
_DATA_STORE: Final = re.compile(
    r"\s*0105000002000000[0-9a-f]{8}4d73786d6c322e534158584d4c5265616465722e", re.IGNORECASE
)
_IGNORABLE: Final = frozenset(
    {
        "aftncn", "aftnsep", "aftnsepc", "annotation", "atnauthor", "atndate", "atnicn", "atnid", "atnparent",
        "atnref", "atntime", "atrfend", "atrfstart", "background", "bkmkend", "bkmkstart", "bliptag", "blipuid",
        "brdrbtw", "category", "cchs", "charrsid", "colorschememapping", "company", "cs", "datafield", "datastore",
        "defchp", "defpap", "do", "docvar", "dpgroup", "ebcend", "ebcstart", "expandedcolortbl", "factoidname", "falt",
        "fchars", "ffdeftext", "ffentrymcr", "ffexitmcr", "ffformat", "ffhelptext", "ffl", "ffname", "ffstattext",
        "fldinst", "fldtype", "flymaincnt", "footnote", "formfield", "ftncn", "ftnsep", "ftnsepc", "ftnsepp", "g",
        "generator", "gridtbl", "hl", "hsv", "hyphen", "insrsid", "keycode", "latentstyles", "lchars", "levelmarker",
        "levelnumbers", "levelpicture", "leveltext", "lfolevel", "linkval", "list", "listlevel", "listname",
        "listoverride", "listoverridetable", "listpicture", "liststylename", "listtable", "listtext",
        "lsdlockedexcept", "manager", "mmath", "mmathpict", "mmathpr", "moemenclosed", "momath", "momathpara",
        "momathparapr", "nesttableprops", "nextgraphics", "oldcprops", "oldpprops", "oldsprops", "oldtprops",
        "operator", "panose", "passwordhash", "pgdsc", "pgdscnxt", "pgdsctbl", "pgp", "pgptbl", "picprop", "pict",
        "pn", "pnaiueo", "pnseclvl", "pntext", "pntxta", "pntxtb", "propname", "protend", "protstart", "protusertbl",
        "pwd", "revtbl", "rsidtbl", "rxe", "shpinst", "shppict", "shprslt", "shptxt", "sp", "staticval", "stylesheet",
        "svb", "tblsfields", "tc", "themedata", "ts", "tsrowd", "txe", "ud", "upr", "userprops", "wgrffmtfilter",
        "windowcaption", "writereservation", "writereservhash", "xe", "xform", "xmlattrname", "xmlattrvalue",
        "xmlclose", "xmlname", "xmlnstbl", "xmlopen",
    }
)  # fmt: skip
#: Properties of drawings whose value is written by people.
_DESCRIPTIONS: Final = frozenset({"wzname", "wzdescription", "wztooltip", "gtextunicode", "gtextfont"})
_FIRST_WORD: Final = re.compile(r"\s*\S+\s")
BLANK_BEHIND: Final = b"\r\n\t \0\x1a"


@dataclass(slots=True)
class _Group:
    """The state within one pair of braces; ``end`` gets its text."""

    #: Where text goes: the code of a field, a property; None: only to the reader of the document.
    text: list[str] | None = None
    end: Callable[[str], None] | None = None
    in_field: bool = False
    starred: bool = False
    #: Characters after ``\u`` for programs without Unicode.
    fallback: int = 1
    property_name: list[str] = field(default_factory=list)


def check_rtf(file: BinaryIO) -> None:
    """Refuse a file that is not RTF, or that has objects, remote content, or anything after its last brace."""
    data = file.read()
    if not START.match(data):
        raise Refused(Reason.OFFICE_OTHER_KIND)
    _Reader().read(data)


class _Reader:
    def __init__(self) -> None:
        self._groups: list[_Group] = []
        self._codes: list[str] = []
        self._skip = 0
        self._ended = False

    def read(self, data: bytes) -> None:
        """Read all tokens; ``Refused`` for active content, or for braces that do not match."""
        end = 0
        for token in _TOKEN.finditer(data):
            if token.start() != end:
                break
            end = token.end()
            if self._ended:
                if data[token.start() :].strip(BLANK_BEHIND):
                    raise Refused(Reason.OFFICE_DAMAGED)
                break
            self._take(token)
        if not self._ended:
            raise Refused(Reason.OFFICE_DAMAGED)
        office_parts.check_field_words(self._codes)

    def _take(self, token: re.Match[bytes]) -> None:
        kind = token.lastgroup
        if kind in {"word", "number"}:
            self._word(token["word"].decode().lower(), int((token["number"] or b"0")[:9]), token["number"])
        elif kind == "brace":
            self._skip = 0
            if token["brace"] == b"{":
                self._begin()
            else:
                self._finish()
        elif kind == "hex":
            self._text(bytes([int(token["hex"], 16)]).decode("cp1252", "replace"))
        elif kind == "symbol":
            self._symbol(token["symbol"])
        elif self._groups[-1].text is not None or self._skip:
            self._text(token["text"].replace(b"\r", b"").replace(b"\n", b"").decode("cp1252", "replace"))

    def _begin(self) -> None:
        if len(self._groups) >= MAX_DEPTH:
            raise Refused(Reason.TOO_COMPLEX)
        outer = self._groups[-1] if self._groups else _Group()
        self._groups.append(
            _Group(outer.text, None, outer.in_field, False, outer.fallback, outer.property_name)
        )

    def _finish(self) -> None:
        group = self._groups.pop()
        if group.end is not None:
            group.end("".join(group.text or []))
        self._ended = not self._groups

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._groups[-1].starred = True
        elif symbol in b"\\{}":
            self._text(symbol.decode())
        elif symbol in b"~\r\n\t":
            self._text(" ")

    def _text(self, text: str) -> None:
        skipped = min(self._skip, len(text))
        self._skip -= skipped
        if (target := self._groups[-1].text) is not None:
            target.append(text[skipped:])

    def _word(self, word: str, number: int, digits: bytes | None) -> None:
        group = self._groups[-1]
        starred, group.starred = group.starred, False
        if word == "u" and digits is not None:
            self._text((number % UNITS).to_bytes(2, "little").decode("utf-16-le", "replace"))
            self._skip = group.fallback
        elif word == "uc":
            group.fallback = max(0, min(number, 9))
        elif word == "tab":
            self._text(" ")
        else:
            self._destination(group, word, starred)

    def _destination(self, group: _Group, word: str, starred: bool) -> None:
        _check_word(word, group.in_field, starred)
        names = group.property_name
        ends: dict[str, Callable[[str], None]] = {
            "fldinst": self._field_ends,
            "sn": lambda text: names.append(text.strip().lower()),
            "sv": lambda text: _check_property(names, text),
            "datastore": _check_data_store,
            **dict.fromkeys(_LINK, _check_link),
        }
        if word in ends:
            self._leave_out(group)
            group.text, group.end, group.in_field = [], ends[word], word == "fldinst"
        elif word == "field":
            self._check_outer(group)
        elif word == "sp":
            group.property_name = []
        elif starred or word == "fldrslt":
            self._leave_out(group)

    def _leave_out(self, group: _Group) -> None:
        """Drop the text of a group within a field code, as Word does."""
        if group.end is not None:
            # Two destinations in one group: one is meant to hide the other.
            raise Refused(Reason.OFFICE_DAMAGED)
        group.text = None

    def _check_outer(self, group: _Group) -> None:
        """Refuse a field that becomes the name or the address of the field around it."""
        if not group.in_field or group.text is None:
            return
        outer = "".join(group.text)
        if not _FIRST_WORD.match(outer) or outer.split(maxsplit=1)[0].upper() == "HYPERLINK":
            raise Refused(Reason.OFFICE_REFERENCES)
        self._leave_out(group)

    def _field_ends(self, code: str) -> None:
        self._codes.append(code)
        office_parts.check_field(code)


def _check_word(word: str, in_field: bool, starred: bool) -> None:
    if _OBJECT.fullmatch(word):
        raise Refused(Reason.OFFICE_OBJECTS)
    # The state of a form field, next to its code.
    if _REFERENCE.fullmatch(word) and not (word == "datafield" and in_field):
        raise Refused(Reason.OFFICE_REFERENCES)
    if starred and word not in _IGNORABLE:
        raise Refused(Reason.OFFICE_PART, detail=f"\\*\\{word}")


def _check_property(names: list[str], value: str) -> None:
    described = bool(names) and all(name in _DESCRIPTIONS for name in names)
    if not described and is_elsewhere(value):
        raise Refused(Reason.OFFICE_REFERENCES)


def _check_link(address: str) -> None:
    if not is_harmless_link(address.strip()):
        raise Refused(Reason.OFFICE_REFERENCES)


def _check_data_store(text: str) -> None:
    if text.strip() and not _DATA_STORE.match("".join(text.split())):
        raise Refused(Reason.OFFICE_OBJECTS)
