"""How the papers break over pages: long names, long reasons, many papers, nothing known of the applicant."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader

from accounts.models import Membership
from forms_app.desk.services import request_supplement
from forms_app.dossiers import services
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.transitions import Action
from tests.desk.factories import make_officer
from tests.dossiers.factories import at, file_dossier
from tests.dossiers.test_papers import NOW, ask, do, pdf_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> services.Submitted:
    return file_dossier(now=NOW)


@pytest.fixture
def officer(told: services.Submitted) -> Any:
    return make_officer(told.dossier.agency, *Membership.Role.values, name="Trần Thị Hạnh")


class TestPages:
    """Nobody signs an empty sheet, and a table that goes on says again what its columns are."""

    LONG = "Công Tằng Tôn Nữ Nguyễn Phước Huyền Trân Thuỵ Khuê Bảo Ngọc Quỳnh Trâm Phương Uyên Lan Chi"

    def pages(self, dossier: Dossier, key: str) -> list[str]:
        found = PdfReader(io.BytesIO(pdf_of(dossier, key))).pages
        return [" ".join(page.extract_text().split()) for page in found]

    # Lengths around the end of a page: one of them would leave the signatures alone.
    @pytest.mark.parametrize("sentences", range(18, 64, 5))
    def test_signatures_never_stand_alone(
        self, told: services.Submitted, officer: Any, sentences: int
    ) -> None:
        reason = "Bản chụp mờ, không đọc được số thửa và tờ bản đồ. " * sentences
        ask(told.dossier, officer, reason=reason)
        last = self.pages(told.dossier, "mau-02-1")[-1]
        assert last.index("Bổ sung trước") < last.index("NGƯỜI NỘP HỒ SƠ")

    @pytest.mark.parametrize("sentences", [1, 30, 34, 38, 42])
    def test_nor_under_a_refusal(self, told: services.Submitted, officer: Any, sentences: int) -> None:
        do(
            told.dossier,
            Action.REFUSE,
            officer,
            reason="Không thuộc thẩm quyền của phường; hồ sơ thiếu. " * sentences,
        )
        last = self.pages(told.dossier, "mau-03")[-1]
        assert last.index("Ông/bà có thể nộp lại hồ sơ bất cứ lúc nào.") < last.index("NGƯỜI NỘP HỒ SƠ")

    def test_thirty_papers_run_over_pages_with_their_head(
        self, told: services.Submitted, officer: Any
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
            dossier_id=told.dossier.pk, expected_version=1, actor=officer, reason="Thiếu", items=items,
            answer_by=at("2026-12-07 00:00").date(), now=NOW,
        )  # fmt: skip
        pages = self.pages(told.dossier, "mau-02-1")
        assert len(pages) >= 3
        for number, text in enumerate(pages, start=1):
            assert f"{number}/{len(pages)}" in text
            assert ("Giấy tờ, nội dung" in text) == ("Giấy tờ thứ" in text)
        assert all(f"Giấy tờ thứ {n} " in " ".join(pages) for n in range(1, 31))

    def test_who_has_no_phone_and_a_long_name_is_written_in_full(self, told: services.Submitted) -> None:
        officer = make_officer(told.dossier.agency, *Membership.Role.values, name=self.LONG)
        Dossier.objects.filter(pk=told.dossier.pk).update(
            phone="", email="", address="", applicant_name=self.LONG
        )
        do(told.dossier, Action.ACCEPT, officer)
        text = " ".join(self.pages(told.dossier, "mau-01"))
        assert text.count(self.LONG) >= 3, "who files, and both who sign"
        for label in ("Số điện thoại", "Email", "Địa chỉ"):
            assert label not in text
