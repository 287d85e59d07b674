"""Codes of procedures: valid codes, their styles, and what only looks like a code (docs/domain.md#procedure-codes)."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from procedures import codes
from procedures.choices import Status
from procedures.codes import CORE_PATTERN, LOCAL_PATTERN
from procedures.imports.apply import import_records
from procedures.models import Procedure, ProcedurePage
from tests.procedures.factories import make_procedure

CORE = "1.001193"
STYLES = codes.styles(CORE, "H12")
NO_CODES = [
    "", " ", "1", "1.", "1.00119", "1.0011933", "11.001193", "1,001193", "1-001193", "a.001193", "1.00119a",
    "1.001193.", "1.001193.H", "1.001193.H1", "1.001193.H123", "1.001193.12H", "1.001193.000.H12", "1.001193.00.00.H12",
    "1.001193.000.00.00", "1.001193.000.00.00.", "1.001193.000.000.00.H12", "1.001193H12", "x1.001193", "1.001193x",
    "١.٠٠١١٩٣", "１.001193", "1．001193", "1.001193/H12", "../1.001193", "1.001193%", "1.001193'--",
]  # fmt: skip


class TestReading:
    @pytest.mark.parametrize("code", STYLES)
    @pytest.mark.parametrize("around", ["{}", " {} ", "{}\n", "\t{}", "\u00a0{}", "{}\r\n"])
    @pytest.mark.parametrize("change", [str, str.lower, str.upper])
    def test_every_style_is_read(self, code, around, change):
        core, local = codes.split(around.format(change(code)))

        assert (core, local) == (CORE, "" if code == CORE else code)

    @pytest.mark.parametrize("text", NO_CODES)
    def test_invalid_code_is_refused_with_a_message(self, text):
        with pytest.raises(ValueError, match="không phải là mã thủ tục"):
            codes.core_code(text)

    def test_the_message_is_short_whatever_was_written(self):
        with pytest.raises(ValueError, match=r"x{40}") as problem:
            codes.core_code("x" * 10_000)
        assert len(str(problem.value)) < 100

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("", ()),
            ("1.001193", ("1.001193",)),
            ("Xem 1.001193.H12, 2.000815 và 1.001193", ("1.001193", "2.000815")),
            ("số 11.0011934", ()),
            ("(1.001193.000.00.00.H12)", ("1.001193",)),
            ("1.001193;1.001194\n1.001195", ("1.001193", "1.001194", "1.001195")),
        ],
    )
    def test_codes_are_found_in_running_text(self, text, found):
        assert codes.find_all(text) == found

    @given(st.text(max_size=60))
    def test_any_text_is_read_or_refused(self, text):
        try:
            core, local = codes.split(text)
        except ValueError:
            return
        assert re.search(CORE_PATTERN, core)
        assert re.search(LOCAL_PATTERN, local or core)

    @given(st.from_regex(r"[1-6]\.[0-9]{6}", fullmatch=True), st.from_regex(r"[A-Z][0-9]{2}", fullmatch=True))
    def test_split_reads_what_styles_writes(self, core, province):
        for code in codes.styles(core, province):
            assert codes.core_code(code) == core
            assert codes.find_all(f"a {code} b") == (core,)


class TestValidators:
    """Behind forms and services: a trailing line break or digits of another script are not part of a code."""

    @pytest.mark.parametrize("text", [*STYLES, "2.000815", "1.000110.G09"])
    def test_model_accepts_codes_of_every_style(self, text):
        make = Procedure(core_code=codes.core_code(text), code=text, title="x")

        make.clean_fields()

    @pytest.mark.parametrize("text", [*NO_CODES[2:], "1.001193\n", "1.001193\r", "1.001193 ", " 1.001193"])
    def test_other_texts_are_not_national_codes(self, text):
        with pytest.raises(ValidationError) as problem:
            Procedure(core_code=text, title="x").clean_fields()
        assert "core_code" in problem.value.message_dict

    @pytest.mark.parametrize("text", [*NO_CODES[2:], *(f"{style}\n" for style in STYLES)])
    def test_other_texts_are_not_local_codes(self, text):
        with pytest.raises(ValidationError) as problem:
            Procedure(core_code=CORE, code=text, title="x").clean_fields()
        assert "code" in problem.value.message_dict

    @pytest.mark.parametrize("pattern", [CORE_PATTERN, LOCAL_PATTERN])
    def test_the_patterns_match_only_the_whole_text(self, pattern):
        assert re.search(pattern, CORE)
        assert not re.search(pattern, f"{CORE}\n")
        assert not re.search(pattern, "١.٠٠١١٩٣")

    @pytest.mark.django_db
    def test_the_database_refuses_the_local_code_of_another_procedure(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_procedure(core_code=CORE, code="1.009999.H12")

    @pytest.mark.django_db
    def test_national_code_is_unique_in_the_register(self):
        make_procedure(core_code=CORE)
        with pytest.raises(IntegrityError), transaction.atomic():
            make_procedure(core_code=CORE)

    @pytest.mark.django_db
    @pytest.mark.parametrize("status", [status for status in Status if status != Status.REPLACED])
    def test_only_a_replaced_procedure_has_a_successor(self, status):
        successor = make_procedure()
        with pytest.raises(IntegrityError), transaction.atomic():
            make_procedure(status=status, replaced_by=successor)

    @pytest.mark.django_db
    def test_procedure_cannot_replace_itself(self):
        row = make_procedure(status=Status.REPLACED)
        row.replaced_by = row
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()

    @pytest.mark.parametrize(("status", "ended"), [
        (Status.PUBLIC, False), (Status.HIDDEN, False), (Status.EXPIRED, True), (Status.ABOLISHED, True),
        (Status.REPLACED, True),
    ])  # fmt: skip
    def test_ended_procedure_cannot_be_filed(self, status, ended):
        assert Procedure(status=status).ended is ended


@pytest.mark.django_db
class TestAddress:
    """``/thu-tuc/ma/<code>/``."""

    @pytest.fixture(autouse=True)
    def page(self):
        with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
            import_records([{"core_code": CORE, "title": "Đăng ký khai sinh"}])
            yield ProcedurePage.objects.get()

    @pytest.mark.parametrize("code", STYLES)
    @pytest.mark.parametrize("end", ["", "\n", "\r\n", " ", "\u00a0"])
    def test_code_with_a_line_break_is_found(self, client, page, code, end):
        response = client.get(f"/thu-tuc/ma/{quote(code + end)}/")

        assert (response.status_code, response["Location"]) == (302, page.url)

    @pytest.mark.parametrize("text", [text for text in NO_CODES if text.strip() and "/" not in text])
    def test_invalid_code_is_a_helpful_404(self, client, text):
        response = client.get(f"/thu-tuc/ma/{quote(text)}/")

        assert response.status_code == 404
        assert 'role="search"' in response.content.decode()

    def test_code_is_escaped_in_the_page(self, client):
        text = client.get(f"/thu-tuc/ma/{quote('<script>alert(1)<')}/").content.decode()

        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;" in text

    def test_very_long_code_is_cut(self, client):
        text = client.get(f"/thu-tuc/ma/{'x' * 500}/").content.decode()

        assert f'<span class="code">{"x" * 40}</span>' in text

    @pytest.mark.parametrize("status", [Status.ABOLISHED, Status.EXPIRED, Status.REPLACED])
    def test_ended_procedure_is_found(self, client, page, status):
        Procedure.objects.update(status=status)

        assert client.get(f"/thu-tuc/ma/{CORE}/")["Location"] == page.url

    def test_hidden_procedure_is_not_found(self, client):
        Procedure.objects.update(status=Status.HIDDEN)

        assert client.get(f"/thu-tuc/ma/{CORE}/").status_code == 404

    def test_procedure_without_a_page_is_not_found(self, client):
        make_procedure(core_code="1.009999")

        assert client.get("/thu-tuc/ma/1.009999/").status_code == 404

    def test_the_local_code_of_another_province_finds_the_same_procedure(self, client, page):
        assert client.get(f"/thu-tuc/ma/{CORE}.H56/")["Location"] == page.url
