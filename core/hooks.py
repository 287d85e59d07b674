"""Upward needs, turned round: a lower app asks by name, the apps above it answer (ARCHITECTURE, Floors).

``procedures`` asks ``procedure_actions`` without knowing that ``forms_app`` exists; the answer carries its own link.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Answer = TypeVar("Answer", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person may do from here: a button with its address; ``primary`` is the one to stand out."""

    label: str
    url: str
    note: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A number for the front page, already formatted for reading, with what it counts."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class NavLink:
    """An entry of a menu; ``url`` is a path of this site."""

    label: str
    url: str


_answers: dict[str, list[tuple[int, Callable[..., Any]]]] = {}


def register(name: str, *, order: int = 100) -> Callable[[Answer], Answer]:
    """Register the decorated function as an answer to hook ``name``; lower ``order`` answers first."""

    def add(function: Answer) -> Answer:
        answers = _answers.setdefault(name, [])
        if all(known is not function for _order, known in answers):
            answers.append((order, function))
            answers.sort(key=lambda answer: answer[0])
        return function

    return add


def unregister(name: str, function: Callable[..., Any]) -> None:
    """Take ``function`` out of hook ``name``; nothing happens when it is not there."""
    _answers[name] = [answer for answer in _answers.get(name, []) if answer[1] is not function]


def call(name: str, *args: Any, **kwargs: Any) -> list[Any]:
    """Ask everybody registered under ``name``; who answers ``None`` (nothing to say) is left out."""
    given = (function(*args, **kwargs) for _order, function in _answers.get(name, []))
    return [answer for answer in given if answer is not None]


def first(name: str, *args: Any, **kwargs: Any) -> Any:
    """Return the first answer that is not ``None``, asking no further; ``None`` when nobody answers."""
    for _order, function in _answers.get(name, []):
        answer = function(*args, **kwargs)
        if answer is not None:
            return answer
    return None
