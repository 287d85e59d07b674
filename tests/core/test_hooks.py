from __future__ import annotations

import pytest

from core import hooks


@pytest.fixture
def name():
    added = []
    hook = "tests.core.hook"

    def add(function, **options):
        added.append(hooks.register(hook, **options)(function))

    yield hook, add
    for function in added:
        hooks.unregister(hook, function)


def test_answers_come_in_order_and_silence_is_left_out(name):
    hook, add = name
    add(lambda x: f"late {x}", order=200)
    add(lambda _x: None)
    add(lambda x: f"early {x}", order=1)
    assert hooks.call(hook, 7) == ["early 7", "late 7"]


def test_an_answer_registered_twice_is_asked_once(name):
    hook, add = name

    def answer():
        return hooks.Action("Nộp hồ sơ", "/nop-ho-so/", primary=True)

    add(answer)
    add(answer)
    assert hooks.call(hook) == [hooks.Action("Nộp hồ sơ", "/nop-ho-so/", "", True)]


def test_nobody_there_is_no_error():
    assert hooks.call("tests.core.nobody", 1, two=2) == []
    assert hooks.first("tests.core.nobody") is None


def test_first_asks_no_further_than_needed(name):
    hook, add = name
    asked = []
    add(lambda: asked.append("a"), order=1)
    add(lambda: asked.append("b") or "/mot-cua/", order=2)
    add(lambda: asked.append("c") or "/quan-tri/", order=3)
    assert hooks.first(hook) == "/mot-cua/"
    assert asked == ["a", "b"]


def test_an_error_in_an_answer_is_not_hidden(name):
    hook, add = name
    add(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        hooks.call(hook)
