"""Page breaks of the printed forms: long names and reasons, many documents, an applicant without details."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader

from accounts.models import Membership
from forms_app.dossiers import services
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.transitions import Action
from one_stop.services import request_supplement
from tests.forms_app.dossiers.factories import at, file_dossier
from tests.forms_app.dossiers.test_printed_forms import NOW, ask, do, pdf_of
from tests.one_stop.factories import make_officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt() -> services.FilingReceipt:
    return file_dossier(now=NOW)


@pytest.fixture
def officer(receipt: services.FilingReceipt) -> Any:
    return make_officer(receipt.dossier.agency, *Membership.Role.values, name="Trần Thị Hạnh")


class TestPages:
    """Signatures have content on their page, and a continued table repeats its header."""

    LONG = "Công Tằng Tôn Nữ Nguyễn Phước Huyền Trân Thuỵ Khuê Bảo Ngọc Quỳnh Trâm Phương Uyên Lan Chi"

    def pages(self, dossier: Dossier, key: str) -> list[str]:
        found = PdfReader(io.BytesIO(pdf_of(dossier, key))).pages
        return [" ".join(page.extract_text().split()) for page in found]

    # Lengths around the end of a page: one of them would leave the signatures alone on a page.
    @pytest.mark.parametrize("sentences", range(18, 64, 5))
    def test_signatures_are_never_alone_on_a_page(
        self, receipt: services.FilingReceipt, officer: Any, sentences: int
    ) -> None:
        reason = "Bản chụp mờ, không đọc được số thửa và tờ bản đồ. " * sentences
        ask(receipt.dossier, officer, reason=reason)
        last = self.pages(receipt.dossier, "mau-02-1")[-1]
        assert last.index("Bổ sung chậm nhất") < last.index("NGƯỜI NỘP HỒ SƠ")

    @pytest.mark.parametrize("sentences", [1, 30, 34, 38, 42])
    def test_decline_signatures_are_never_alone(
        self, receipt: services.FilingReceipt, officer: Any, sentences: int
    ) -> None:
        do(
            receipt.dossier,
            Action.DECLINE,
            officer,
            reason="Không thuộc thẩm quyền của phường; hồ sơ thiếu. " * sentences,
        )
        last = self.pages(receipt.dossier, "mau-03")[-1]
        assert last.index("Ông/bà có thể nộp lại hồ sơ bất cứ lúc nào.") < last.index("NGƯỜI NỘP HỒ SƠ")

    def test_thirty_documents_continue_on_the_next_page_with_the_table_head(
        self, receipt: services.FilingReceipt, officer: Any
    ) -> None:
        items = [
            {
                "id": f"other_{n}",
                "label": f"Giấy tờ thứ {n} {'có chứng thực ' * 8}",
                "kind": "file",
                "count": "1",
            }
            for n in range(1, 31)
        ]
        request_supplement(
            dossier_id=receipt.dossier.pk, expected_version=1, actor=officer, reason="Thiếu", items=items,
            supplement_due_at=at("2026-12-07 00:00").date(), now=NOW,
        )  # fmt: skip
        pages = self.pages(receipt.dossier, "mau-02-1")
        assert len(pages) >= 3
        for number, text in enumerate(pages, start=1):
            assert f"{number}/{len(pages)}" in text
            assert ("Giấy tờ, nội dung" in text) == ("Giấy tờ thứ" in text)
        assert all(f"Giấy tờ thứ {n} " in " ".join(pages) for n in range(1, 31))

    def test_long_name_is_printed_in_full(self, receipt: services.FilingReceipt) -> None:
        officer = make_officer(receipt.dossier.agency, *Membership.Role.values, name=self.LONG)
        Dossier.objects.filter(pk=receipt.dossier.pk).update(
            phone="", email="", address="", applicant_name=self.LONG
        )
        do(receipt.dossier, Action.ACCEPT, officer)
        text = " ".join(self.pages(receipt.dossier, "mau-01"))
        assert text.count(self.LONG) >= 3, "the applicant and both signatories"
        for label in ("Số điện thoại", "Email", "Địa chỉ"):
            assert label not in text
