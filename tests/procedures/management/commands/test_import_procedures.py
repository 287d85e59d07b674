"""The numbers of the real lists (docs/domain.md#published-data). The files are read in place and never copied."""

from __future__ import annotations

import re
import sys
from io import StringIO
from pathlib import Path
from types import FrameType

import pytest
from django.core.management import call_command
from django.db import connection
from wagtail.models import Page, Revision

from procedures.models import (
    ChannelFee,
    DocumentBlankForm,
    LocalAssignment,
    Procedure,
    ProcedureCataloguePage,
    ProcedurePage,
    ProcedureVersion,
)
from procedures.selectors import page_for_code
from tests.paths import ROOT, shared_data
from tests.procedures.files import csv_list
from tests.support.database import update_statistics

pytestmark = pytest.mark.django_db
# tests/procedures/imports imports short files of the same formats on both databases; the first test here, the long
# list.
REPEATED = pytest.mark.one_database


def run(*parts, **options):
    """Import one shared file; return the last line of the report."""
    out = StringIO()
    call_command("import_procedures", str(shared_data(*parts)), stdout=out, stderr=StringIO(), **options)
    update_statistics(connection)
    return out.getvalue().splitlines()[-1]


def blank_forms_of(code):
    """The blank forms of a procedure, level by level, since a single join of tables without statistics took minutes."""
    documents = [document for case in page_for_code(code).cases.all() for document in case.documents.all()]
    return [blank_form for document in documents for blank_form in document.blank_forms.all()]


def state():
    """The state that an import without changes must leave as it was."""
    models = (Procedure, ProcedurePage, ProcedureVersion, Revision, DocumentBlankForm, LocalAssignment, Page)
    return {model.__name__: model.objects.count() for model in models}


CSV = ("camau", "DanhSachTTHC_CaMau_capxa.csv")


JSON = ("camau", "tthc_camau_overlap_194.json")


def test_the_list_of_the_province_gives_416_procedures_and_a_second_time_nothing(client):
    assert run(*CSV) == "created=416 updated=0 unchanged=0 refused=0"
    assert Procedure.objects.count() == ProcedurePage.objects.live().count() == 416
    assert ProcedureVersion.objects.count() == 416
    assert sorted(one.name for one in blank_forms_of("1.001776")) == [
        "Mus1.docx", "Mus1a.docx", "Mus1b.docx", "Mus1c.docx", "Mus1d.docx",
    ]  # fmt: skip
    assert len({one.document_id for one in blank_forms_of("1.000689")}) == 2
    for code in ("1.000110.H12", "1.002407.000.00.00.H12", "1.007809"):
        assert page_for_code(code)

    before = state()
    assert run(*CSV) == "created=0 updated=0 unchanged=416 refused=0"
    assert state() == before
    assert Page.find_problems() == ([], [], [], [], [])


@REPEATED
def test_full_texts_enrich_the_same_procedures_and_every_page_can_be_read(client):
    run(*CSV)
    assert run(*JSON) == "created=0 updated=194 unchanged=0 refused=0"
    before = state()
    assert before["Procedure"] == 416
    assert run(*JSON) == "created=0 updated=0 unchanged=194 refused=0"
    assert run(*CSV) == "created=0 updated=0 unchanged=416 refused=0"
    assert state() == before
    names = [one.name for one in blank_forms_of("1.001776")]
    assert "Mus1c.docx" in names, "the list's blank forms survive the richer record"


MOST_BYTES = 100_000


"""What a page may weigh without images (issue 3)."""


@REPEATED
def test_every_imported_page_renders_is_small_and_has_no_title_in_capitals(client):
    run(*CSV)
    run(*JSON)
    heavy, loud = {}, {}
    rich = ProcedurePage.objects.filter(steps__isnull=False).distinct()
    assert rich.count() == 194
    for page in [
        *rich,
        *ProcedurePage.objects.filter(steps__isnull=True)[:6],
    ]:  # those from the list are all similar
        response = client.get(page.url)
        assert response.status_code == 200, page.url
        text = response.content.decode()
        assert "Không có thông tin" not in text, page.url
        if len(response.content) > MOST_BYTES:
            heavy[page.url] = len(response.content)
        title = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)[1]
        if title.isupper() or title.endswith((".", " ")):
            loud[page.url] = title
    assert not heavy
    assert not loud


@REPEATED
def test_fee_set_by_the_province_is_not_free():
    """The national list says "Miễn phí" wherever it has no number."""
    run(*JSON)
    fees = ChannelFee.objects.filter(amount=0).exclude(note="")
    said = " ".join(fees.values_list("note", flat=True))
    assert "Hội đồng nhân dân" not in said
    assert ChannelFee.objects.filter(amount__isnull=True, note__contains="Hội đồng nhân dân").count() > 50
    guardians = ChannelFee.objects.filter(
        exemption__contains="giám hộ", channel__page__title__contains="giám hộ"
    )
    assert not guardians.exclude(exemption__icontains="miễn").exists()


def test_the_national_excel_list_and_the_structured_records():
    assert run("national", "danh-sach-tthc-BoTuPhap.xlsx") == "created=271 updated=0 unchanged=0 refused=0"
    assert run("national", "danh-sach-tthc-BoTuPhap.xlsx") == "created=0 updated=0 unchanged=271 refused=0"
    assert run("national", "tthc_structured_25.jsonl") == "created=25 updated=0 unchanged=0 refused=0"
    assert run("national", "tthc_structured_25.jsonl") == "created=0 updated=0 unchanged=25 refused=0"
    assert [one.name for one in blank_forms_of("1.013144")] == ["MU1A.docx", "MU1B.docx", "Mu4-phlc11.docx"]


@REPEATED
def test_dry_run_reports_the_same_and_changes_nothing():
    assert run(*CSV, dry_run=True) == "created=416 updated=0 unchanged=0 refused=0"
    assert not Procedure.objects.exists()
    assert not ProcedureCataloguePage.objects.exists()


@REPEATED
def test_blank_forms_are_taken_from_a_folder_and_can_be_downloaded(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    run(*CSV, forms=shared_data("camau", "forms"))
    page = page_for_code("1.001193")
    (blank_form,) = blank_forms_of("1.001193")

    response = client.get(blank_form.own_copy.get_absolute_url())

    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    assert len(b"".join(response.streaming_content)) == blank_form.own_copy.size
    assert blank_form.own_copy.get_absolute_url() in client.get(page.url).content.decode().replace(
        "&#x27;", "'"
    )


MOST_MODULES = 30


@REPEATED
def test_importing_two_records_runs_through_few_modules(tmp_path):
    """The modules that one must read to follow an import (docs/architecture.md#length-of-a-path)."""
    lists = [
        csv_list([1, "1.000009", "Chín", "Hộ tịch", "Công khai"]),
        csv_list(
            [1, "1.000001", "Một", "Hộ tịch", "Công khai"], [2, "1.000002", "Hai", "Đất đai", "Công khai"]
        ),
    ]
    entered: set[str] = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        path = Path(frame.f_code.co_filename)
        if (
            event == "call"
            and path.is_relative_to(ROOT)
            and ".venv" not in path.parts
            and "tests" not in path.parts
        ):
            entered.add(str(path.relative_to(ROOT)))

    for data in lists:  # the first one fills the caches
        path = tmp_path / "tthc.csv"
        path.write_bytes(data)
        entered.clear()
        sys.setprofile(note)
        try:
            call_command("import_procedures", str(path), stdout=StringIO(), stderr=StringIO())
        finally:
            sys.setprofile(None)

    assert "procedures/imports/rows.py" in entered
    assert len(entered) <= MOST_MODULES, sorted(entered)
