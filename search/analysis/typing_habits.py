"""What Vietnamese keyboards leave behind when the input method is off: Telex letters and VNI digits."""

from __future__ import annotations

import re
from typing import Final

_TELEX_TONE: Final = re.compile(r"(?<=[aeiouyw])([a-z]*?)[sfrxj](?=[a-z]*$)")
_TELEX_VOWEL: Final = re.compile(r"([aou])w|w")
_DOUBLED: Final = re.compile(r"([aeod])\1")
_VNI: Final = re.compile(r"(?<=[a-z])[1-9]+")


def without_telex(word: str) -> str:
    """Return the folded syllable that Telex keys spell, ``word`` itself where there are none.

    >>> without_telex("ddawng"), without_telex("hoonf"), without_telex("nhaf")
    ('dang', 'hon', 'nha')
    """
    plain = _DOUBLED.sub(r"\1", word)
    plain = _TELEX_VOWEL.sub(lambda found: found.group(1) or "u", plain)
    return _TELEX_TONE.sub(r"\1", plain, count=1)


def without_vni(word: str) -> str:
    """Return the folded syllable without the digits that VNI puts for marks.

    >>> without_vni("chuye63n")
    'chuyen'
    """
    return _VNI.sub("", word) if word[:1].isalpha() else word
