"""Template tags of the procedure page."""

from __future__ import annotations

import pytest
import time_machine
from django.template import Context, Template

from procedures.templatetags.procedure_tags import blank_form_meta, copies
from procedures.value_objects import ListedBlankForm, RequiredDocument


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield


class TestTemplateWords:
    @pytest.mark.parametrize(
        ("originals", "number", "text"),
        [
            (0, 0, ""),
            (1, 0, "1 bản chính"),
            (0, 1, "1 bản sao"),
            (1, 2, "1 bản chính, 2 bản sao"),
            (10, 0, "10 bản chính"),
        ],
    )
    def test_copies_are_shown_with_their_number(self, originals, number, text):
        assert copies(RequiredDocument(name="a", originals=originals, copies=number)) == text

    @pytest.mark.parametrize(
        ("name", "size", "text"),
        [("TK.DOCX", 0, "(.docx)"), ("TK.pdf", 2048, "(.pdf, 2 kB)"), ("khong-duoi", 0, "()")],
    )
    def test_blank_form_meta(self, name, size, text):
        assert blank_form_meta(ListedBlankForm(name=name, size=size)).replace("\xa0", " ") == text

    def test_squeeze_keeps_text_content(self):
        text = Template("{% load procedure_tags %}{% squeeze %}<p>\n    {{ a }}\n\n  </p>{% endsqueeze %}")

        assert text.render(Context({"a": "<x>"})) == "<p>\n&lt;x&gt;\n</p>"


def test_squeeze_drops_indentation_and_keeps_words_apart() -> None:
    text = (
        "{% load procedure_tags %}{% squeeze %}<b>một</b>\n     \n   <i>hai</i> ba\n<br>bốn{% endsqueeze %}"
    )

    assert Template(text).render(Context()) == "<b>một</b>\n<i>hai</i> ba\n<br>bốn"


def test_squeeze_keeps_escaping() -> None:
    text = "{% load procedure_tags %}{% squeeze %}{{ text }}{% endsqueeze %}"

    assert Template(text).render(Context({"text": "<script>"})) == "&lt;script&gt;"
