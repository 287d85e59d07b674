"""What ordinary office files consist of (ECMA-376): names of parts, content types, relationships and field codes.

Everything else is refused: a list of what may be active is never complete (ADR 261).
"""

from __future__ import annotations

import re
from typing import Final

from core.foreign_files.addresses import is_harmless_link
from core.foreign_files.reasons import Reason, Refused

_PARTS: Final = re.compile(
    r"""
    \[content_types\]\.xml
    | (?:.*/)?_rels/[^/]*\.rels
    | (?:docprops|customxml|docmetadata|_xmlsignatures)/(?:[^/]+/)*[^/]+\.xml
    | _xmlsignatures/origin\.sigs
    | docprops/thumbnail\.(?:jpe?g|png|emf|wmf)
    | (?:word|xl|ppt)/(?:[^/]+/)*[^/]+\.(?:xml|vml)
    | (?:word|xl|ppt)/(?:[^/]+/)?media/[^/]+\.(?:png|jpe?g|jfif|gif|bmp|tiff?|emf|wmf|svg|wdp|webp)
    | (?:word|xl|ppt)/(?:[^/]+/)?printersettings/[^/]+\.bin
    | (?:word|ppt)/fonts/[^/]+\.(?:odttf|fntdata)
    | (?:word|xl|ppt)/embeddings/[^/]+\.xlsx
    | (?:[^/]+/)+
    """,
    re.VERBOSE,
)
_CONTENT_TYPES: Final = re.compile(
    r"(?:application/vnd\.openxmlformats-(?:officedocument|package)\.[\w.+-]+"
    r"|application/vnd\.ms-(?:word|excel|powerpoint|office)\.[\w.+-]+\+xml|application/vnd\.ms-office\.[\w.+-]*chart[\w.+-]*"
    r"|application/(?:xml|inkml\+xml|x-fontdata|x-font-ttf)|text/xml|image/[\w.+-]+)",
    re.IGNORECASE,
)
_KINDS: Final = frozenset(
    {
        "officedocument", "core-properties", "extended-properties", "custom-properties", "thumbnail", "customxml",
        "customxmlprops", "styles", "styleswitheffects", "settings", "websettings", "fonttable", "font", "theme",
        "themeoverride", "numbering", "footnotes", "endnotes", "header", "footer", "comments", "commentsextended",
        "commentsids", "commentsextensible", "people", "image", "hyperlink", "glossarydocument", "chart",
        "chartusershapes", "chartstyle", "chartcolorstyle", "chartex", "diagramdata", "diagramlayout",
        "diagramquickstyle", "diagramcolors", "diagramdrawing", "drawing", "vmldrawing", "package", "printersettings",
        "worksheet", "chartsheet", "sharedstrings", "calcchain", "table", "tablesinglecells", "pivottable",
        "pivotcachedefinition", "pivotcacherecords", "slicer", "slicercache", "timeline", "timelinecache",
        "threadedcomment", "person", "sheetmetadata", "rdrichvalue", "rdrichvaluestructure", "rdrichvaluetypes",
        "richvaluerel", "customproperty", "ctrlprop", "slide", "slidelayout", "slidemaster", "notesslide",
        "notesmaster", "handoutmaster", "presprops", "viewprops", "tablestyles", "commentauthors", "authors", "tags",
        "hdphoto", "origin", "signature", "classificationlabels", "ink", "revisionheaders", "revisionlog", "usernames",
        "featurepropertybag", "revisioninfo", "changesinfo",
    }
)  # fmt: skip
_KIND: Final = re.compile(
    r"https?://(?:schemas\.openxmlformats\.org|purl\.oclc\.org/ooxml|schemas\.microsoft\.com)/(?:[\w.-]+/)*([\w-]+)",
    re.IGNORECASE,
)
_FIELDS: Final = frozenset(
    {
        "PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "DATE", "TIME", "CREATEDATE", "SAVEDATE", "PRINTDATE",
        "EDITTIME", "AUTHOR", "TITLE", "SUBJECT", "KEYWORDS", "COMMENTS", "FILENAME", "FILESIZE", "NUMCHARS",
        "NUMWORDS", "DOCPROPERTY", "DOCVARIABLE", "INFO", "LASTSAVEDBY", "REVNUM", "TEMPLATE", "USERNAME",
        "USERINITIALS", "USERADDRESS", "TOC", "TC", "TOA", "TA", "INDEX", "XE", "SEQ", "REF", "PAGEREF", "NOTEREF",
        "STYLEREF", "HYPERLINK", "IF", "COMPARE", "SET", "ASK", "FILLIN", "QUOTE", "SYMBOL", "EQ", "FORMTEXT",
        "FORMCHECKBOX", "FORMDROPDOWN", "LISTNUM", "AUTONUM", "AUTONUMLGL", "AUTONUMOUT", "ADVANCE", "MERGEFIELD",
        "MERGEREC", "MERGESEQ", "NEXT", "NEXTIF", "SKIPIF", "ADDRESSBLOCK", "GREETINGLINE", "BIBLIOGRAPHY", "CITATION",
        "BIDIOUTLINE", "BARCODE", "DISPLAYBARCODE", "MERGEBARCODE", "SHAPE", "ADDIN", "GOTOBUTTON",
    }
)  # fmt: skip
_ANYWHERE: Final = re.compile(r"\b(?:DDE(?:AUTO)?|INCLUDETEXT|INCLUDEPICTURE)\b", re.IGNORECASE)
#: Expat reads more encodings, which other programs may interpret differently.
_ENCODINGS: Final = frozenset({"UTF-8", "UTF8", "UTF-16", "US-ASCII", "ASCII"})
#: Word takes typographic quotation marks around an argument for plain ones.
_QUOTES: Final = str.maketrans(dict.fromkeys("“”„‟", '"'))
_WORD: Final = re.compile(r'"((?:[^"\\]|\\.)*)"?|(\S+)')
_FIRST_WORD: Final = re.compile(r"\s*\S+\s")
_SWITCH: Final = re.compile(r"\\[a-zA-Z*#@!]")
#: Switches of HYPERLINK that take a text.
_WITH_TEXT: Final = frozenset({"\\l", "\\o"})
_SLIDE_ACTIONS: Final = (
    "ppaction://hlinksldjump",
    "ppaction://hlinkshowjump",
    "ppaction://customshow",
    "ppaction://noaction",
)
PICTURES: Final = (
    b"\x89PNG", b"\xff\xd8", b"GIF8", b"BM", b"II", b"MM\0", b"\x01\0", b"\xd7\xcd\xc6\x9a", b"\x02\0", b"RIFF", b"<",
    b"\xef\xbb\xbf<",
)  # fmt: skip


def check_name(name: str) -> None:
    """Refuse a part that ordinary files do not have."""
    lowered = name.lower()
    if _PARTS.fullmatch(lowered) is None or ".." in lowered or "webextension" in lowered:
        raise Refused(Reason.OFFICE_PART, detail=name)


def check_picture_start(name: str, first: bytes) -> None:
    """Refuse a part among the pictures that is not a picture."""
    if "/media/" in name and not first.startswith(PICTURES):
        raise Refused(Reason.OFFICE_PART, detail=name)


def check_content_type(text: str) -> None:
    """Refuse a content type that ordinary files do not have."""
    if _CONTENT_TYPES.fullmatch(text) is None:
        raise Refused(Reason.OFFICE_PART, detail=text)


def check_kind(text: str) -> str:
    """Return the last word of a relationship type in lower case; refuse types that ordinary files do not have."""
    found = _KIND.fullmatch(text)
    if found is None or found[1].lower() not in _KINDS:
        raise Refused(Reason.OFFICE_PART, detail=text)
    return found[1].lower()


def check_field(code: str) -> None:
    """Refuse a Word field that ordinary files do not have, or whose link does not lead to the web."""
    words = [quoted or bare for quoted, bare in _WORD.findall(code.translate(_QUOTES))]
    if not words or words[0].startswith("="):
        return
    if words[0].upper() not in _FIELDS:
        raise Refused(Reason.OFFICE_REFERENCES)
    if words[0].upper() == "HYPERLINK" and not all(map(is_harmless_link, _addresses(words[1:]))):
        raise Refused(Reason.OFFICE_REFERENCES)


def check_outer_field(code: str, *, in_code: bool = True) -> None:
    """Refuse a field whose name or address comes from a field within it: nobody knows it before it is opened."""
    if not _FIRST_WORD.match(code) or (in_code and code.split(maxsplit=1)[0].upper() == "HYPERLINK"):
        raise Refused(Reason.OFFICE_REFERENCES)


def _addresses(words: list[str]) -> list[str]:
    found, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif _SWITCH.fullmatch(word):
            skip = word.lower() in _WITH_TEXT
        else:
            found.append(word.replace("\\\\", "\\"))
    return found


def check_slide_action(action: str) -> None:
    """Refuse an action of a slide that starts a program or a macro, or opens a file."""
    if action.strip() and not action.strip().lower().startswith(_SLIDE_ACTIONS):
        raise Refused(Reason.OFFICE_MACROS)


def check_field_words(codes: list[str]) -> None:
    """Refuse fields that load a file or start a program, even if their code is assembled from several."""
    if any(_ANYWHERE.search(joint.join(codes)) for joint in ("", " ")):
        raise Refused(Reason.OFFICE_REFERENCES)


def check_encoding(encoding: str | None) -> None:
    """Refuse XML in an encoding that other programs may interpret differently."""
    if encoding is not None and encoding.upper() not in _ENCODINGS:
        raise Refused(Reason.OFFICE_DAMAGED)
