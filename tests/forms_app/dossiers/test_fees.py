"""What the receipt says about fees: never "free" if a copy was ordered or a charge is possible."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from accounts.models import Membership
from forms_app.dossiers import services
from forms_app.dossiers.fees import fee_line
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.transitions import Action
from procedures.value_objects import ChannelDetails, Fee
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import SCHEMA, file_dossier, make_form, make_version
from tests.one_stop.factories import make_officer

SEPARATE = "Không thu lệ phí. Nếu xin thêm bản sao trích lục, phí tính riêng."
COPIES = {
    "id": "copies", "type": "number", "label": "Số bản sao cần thêm", "required": False,
    "options": {"min": 0, "unit_price": 8000},
}  # fmt: skip
STEP = SCHEMA["steps"][0]
WITH_COPIES = {**SCHEMA, "steps": [{**STEP, "fields": [*STEP["fields"], COPIES]}]}


@pytest.mark.parametrize(
    ("fee", "expected"),
    [
        (Fee(amount=Decimal(8000)), "Lệ phí 8.000 đ"),
        (Fee(kind="phi", amount=Decimal(8000), note="/trang"), "Phí 8.000 đ/trang"),
        (Fee(kind="phi", amount=Decimal(8000), note="Mỗi bản sao"), "Phí 8.000 đ, mỗi bản sao"),
        (Fee(amount=Decimal(8000), note="UBND tỉnh quy định"), "Lệ phí 8.000 đ, UBND tỉnh quy định"),
        (Fee(amount=Decimal(8000), exemption="Miễn cho hộ nghèo."), "Lệ phí 8.000 đ (miễn, giảm: Miễn cho hộ nghèo)"),
        (Fee(amount=Decimal(0)), "Miễn phí"),
        (Fee(amount=Decimal(0), exemption="Miễn lệ phí."), "Miễn phí"),
        (Fee(amount=Decimal(0), exemption=SEPARATE), f"Miễn phí ({SEPARATE.rstrip('.')})"),
        (Fee(note="Mức thu do tỉnh quyết định."), "Mức thu do tỉnh quyết định"),
    ],
)  # fmt: skip
def test_fee_on_the_receipt_is_worded_as_on_the_procedure_page(fee: Fee, expected: str) -> None:
    assert fee_line(fee).replace("\xa0", " ") == expected


@pytest.mark.django_db
class TestReceipt:
    """Form 01 as the citizen opens it from the page of the dossier."""

    def fees(self, *fees: Fee, schema: Any = None, delivery: str = "", **answers: Any) -> str:
        agency = AgencyFactory()
        version = make_version(channels=(ChannelDetails("truc_tuyen", 3, "ngay_lam_viec", fees=fees),))
        receipt = file_dossier(make_form(version, agency, schema=schema), **answers)
        if delivery:
            Dossier.objects.filter(pk=receipt.dossier.pk).update(result_delivery=delivery)
        services.apply_action(
            dossier_id=receipt.dossier.pk, expected_version=receipt.dossier.version, action=Action.ACCEPT,
            actor=make_officer(agency, *Membership.Role.values), reason="",
        )  # fmt: skip
        content = Client().get(f"/ho-so/{receipt.token}/giay/mau-01.pdf").content
        text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        return re.sub(r"\s+", " ", text).partition("Phí, lệ phí: ")[2].partition(" Nơi nhận kết quả")[0]

    def test_ordered_copies_are_listed_with_their_price(self) -> None:
        found = self.fees(Fee(amount=Decimal(0)), schema=WITH_COPIES, copies="2")
        ordered = "Số bản sao cần thêm: 2 × 8.000 đ = 16.000 đ (chưa trừ miễn, giảm nếu có)"
        assert found == f"Giải quyết thủ tục: miễn phí; {ordered}"

    def test_ordered_copies_are_listed_beside_the_fee(self) -> None:
        found = self.fees(Fee(amount=Decimal(5000)), schema=WITH_COPIES, copies="1")
        assert found.startswith("Lệ phí 5.000 đ; Số bản sao cần thêm: 1 × 8.000 đ = 8.000 đ")

    @pytest.mark.parametrize("copies", ["0", None])
    def test_nothing_ordered_is_free(self, copies: str | None) -> None:
        assert self.fees(Fee(amount=Decimal(0)), schema=WITH_COPIES, copies=copies) == "Miễn phí"

    @pytest.mark.parametrize("fees", [(), (Fee(amount=Decimal(0)),)])
    def test_unknown_fee_is_not_shown_as_free(self, fees: tuple[Fee, ...]) -> None:
        found = self.fees(*fees)
        assert found.endswith("; bản sao hoặc dịch vụ yêu cầu thêm (nếu có) thu theo quy định")

    def test_the_wording_of_the_procedure_suffices(self) -> None:
        assert self.fees(Fee(amount=Decimal(0), exemption=SEPARATE)) == f"Miễn phí ({SEPARATE.rstrip('.')})"

    def test_postage_is_charged_separately(self) -> None:
        found = self.fees(Fee(amount=Decimal(8000)), delivery=Dossier.Delivery.POST)
        assert found == "Lệ phí 8.000 đ; cước gửi kết quả qua bưu chính thu riêng"
