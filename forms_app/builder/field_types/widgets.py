"""Inputs of several parts whose HTML ids no other question can have.

Django calls the second radio button of ``loai`` ``id_loai_1``, as the input of a question ``loai_1`` is called, and
its label would then tick the wrong one. Ids of questions have no hyphen (``validation.IDENTIFIER``); parts have one.
"""

from __future__ import annotations

from django import forms


class _PartsByHyphen(forms.RadioSelect):
    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """Return the id of a part; the question itself is reached at its first one."""
        return f"{id_}-{index or 0}" if id_ else id_


class Radios(_PartsByHyphen):
    """One of several."""


class Ticks(_PartsByHyphen, forms.CheckboxSelectMultiple):
    """Any of several."""
