"""Printed forms 01, 02 and 03: the content that TT 03/2025/TT-VPCP requires, in Vietnamese."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import segno
import time_machine
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from accounts.models import Agency, Membership
from forms_app.builder.schema import FieldSpec
from forms_app.dossiers import printed_forms, services
from forms_app.dossiers.models import Attachment, DeadlineSetting, Dossier
from forms_app.dossiers.transitions import Action, Status
from one_stop.services import request_supplement
from procedures.value_objects import ChannelDetails, Fee
from tests.accounts.factories import AgencyFactory, UnitFactory
from tests.forms_app.dossiers.factories import at, file_dossier, make_form, make_version, picture
from tests.one_stop.factories import make_officer
from tests.support import qr

pytestmark = pytest.mark.django_db
NOW = at("2026-11-23 09:00")  # Monday
CHANNELS = (
    ChannelDetails(
        "truc_tuyen", 3, "ngay_lam_viec",
        fees=(Fee(amount=Decimal(8000), note="mỗi bản sao", exemption="trẻ em, người cao tuổi"),),
    ),
    ChannelDetails("truc_tiep", 5, "ngay_lam_viec"),
)  # fmt: skip
TITLE = "Cấp Giấy xác nhận tình trạng hôn nhân"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def agency() -> Agency:
    province = AgencyFactory(name="UBND tỉnh Cà Mau", code="H12")
    ward = UnitFactory(name="Phường Tân Thành")
    return AgencyFactory(name="UBND phường Tân Thành", parent=province, unit=ward, code="H12.46.18")


@pytest.fixture
def officer(agency: Agency) -> Any:
    return make_officer(agency, *Membership.Role.values, name="Trần Thị Hạnh")


@pytest.fixture
def receipt(agency: Agency) -> services.FilingReceipt:
    form = make_form(make_version(title=TITLE, channels=CHANNELS), agency)
    return file_dossier(
        form, now=NOW - timedelta(days=3), full_name="Nguyễn Thị Thu Đông", on_behalf_of="Huỳnh Văn Lượm",
        address={"province": "", "commune": "", "detail": "", "text": "Ấp Đầm Dơi, Tỉnh Cà Mau"},
    )  # fmt: skip


def do(dossier: Dossier, action: Action, officer: Any, *, now: Any = NOW, reason: str = "") -> Dossier:
    return services.apply_action(
        dossier_id=dossier.pk, expected_version=Dossier.objects.get(pk=dossier.pk).version, action=action,
        actor=officer, reason=reason, now=now,
        pause_ends_at=now + timedelta(days=9) if action == Action.SUSPEND else None,
    )  # fmt: skip


def ask(dossier: Dossier, officer: Any, *, reason: str, now: Any = NOW) -> None:
    request_supplement(
        dossier_id=dossier.pk, expected_version=Dossier.objects.get(pk=dossier.pk).version, actor=officer,
        reason=reason, supplement_due_at=at("2026-12-07 00:00").date(), now=now,
        items=[
            {"id": "proof", "label": "Giấy chứng sinh", "kind": "file", "count": "1 bản chính, 2 bản sao", "note": ""},
            {"id": "other_1", "label": "Giấy uỷ quyền", "kind": "file", "count": "1", "note": "Có chứng thực"},
        ],
    )  # fmt: skip


def pdf_of(dossier: Dossier, key: str) -> bytes:
    return printed_forms.render_pdf(Dossier.objects.get(pk=dossier.pk), key)


def pdf_text(content: bytes) -> str:
    """Return the text of a PDF on one line."""
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return re.sub(r"\s+", " ", text)


def assert_contains(text: str, *words: str) -> None:
    missing = [word for word in words if word not in text]
    assert not missing, f"{missing} not in {text}"


class TestReceipt:
    def test_receipt_before_acceptance_has_no_due_date(self, receipt: services.FilingReceipt) -> None:
        text = pdf_text(pdf_of(receipt.dossier, "mau-01"))
        assert_contains(
            text, "GIẤY XÁC NHẬN ĐÃ NỘP HỒ SƠ", "(đã nộp, chờ tiếp nhận)", receipt.code, "Nguyễn Thị Thu Đông",
            "09 giờ 00 phút, ngày 20 tháng 11 năm 2026", "UBND phường Tân Thành",
        )  # fmt: skip
        assert "Mẫu số 01" not in text
        assert "Thời gian trả kết quả" not in text

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            (Status.DECLINED, "(đã nộp; cơ quan không tiếp nhận, xem Mẫu số 03)"),
            (Status.WITHDRAWN, "(đã nộp; đã rút trước khi tiếp nhận)"),
        ],
    )
    def test_confirmation_of_an_ended_dossier_does_not_say_that_it_waits(
        self, receipt: services.FilingReceipt, status: Status, words: str
    ) -> None:
        receipt.dossier.status = status
        assert printed_forms._receipt(receipt.dossier, "mau-01")["subtitle"] == words

    def test_receipt_marks_files_that_nobody_can_open(self) -> None:
        files = [Attachment(scan_state="infected"), Attachment(scan_state="clean")]
        assert printed_forms._file_kind(files) == "Bản điện tử (1 tệp không mở được)"
        assert printed_forms._file_kind(files[1:]) == "Bản điện tử"

    def test_receipt_before_acceptance_asks_for_no_signature(self, receipt: services.FilingReceipt) -> None:
        text = pdf_text(pdf_of(receipt.dossier, "mau-01"))
        assert "NGƯỜI TIẾP NHẬN" not in text
        assert "không cần chữ ký" in text

    @pytest.mark.parametrize(
        ("delivery", "note"),
        [
            ("counter", "Mang theo giấy này khi nhận kết quả."),
            ("electronic", "Kết quả được trả trên trang theo dõi hồ sơ."),
            ("post", "Kết quả được gửi qua dịch vụ bưu chính."),
        ],
    )
    def test_receipt_states_how_the_result_is_received(
        self, receipt: services.FilingReceipt, officer: Any, delivery: str, note: str
    ) -> None:
        Dossier.objects.filter(pk=receipt.dossier.pk).update(result_delivery=delivery)
        do(receipt.dossier, Action.ACCEPT, officer)
        assert note in pdf_text(pdf_of(receipt.dossier, "mau-01"))

    def test_receipt_after_acceptance_has_the_content_of_form_01(
        self, receipt: services.FilingReceipt, officer: Any
    ) -> None:
        do(receipt.dossier, Action.ACCEPT, officer)
        text = pdf_text(pdf_of(receipt.dossier, "mau-01"))
        assert_contains(
            text,
            "UBND TỈNH CÀ MAU", "UBND PHƯỜNG TÂN THÀNH", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc", "Phường Tân Thành, ngày 23 tháng 11 năm 2026",
            "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", "Mẫu số 01 (TT 03/2025/TT-VPCP)",
            f"Mã hồ sơ: {receipt.code}", "Họ và tên người nộp: Nguyễn Thị Thu Đông", "Địa chỉ: Ấp Đầm Dơi, Tỉnh Cà Mau",
            "Số điện thoại: 0912 345 678", "Thư điện tử: thu@example.vn", "Số định danh cá nhân: 096••••••234",
            "Nộp thay cho: Huỳnh Văn Lượm", f"Nội dung yêu cầu giải quyết: {TITLE}",
            "Giấy chứng sinh 1 Bản điện tử", "Số bộ hồ sơ: 01",
            "Thời gian giải quyết theo quy định: 3 ngày làm việc",
            "Thời gian nhận hồ sơ: 09 giờ 00 phút, ngày 23 tháng 11 năm 2026",
            "Thời gian trả kết quả: 09 giờ 00 phút, ngày 26 tháng 11 năm 2026",
            "mỗi bản sao", "miễn, giảm: trẻ em, người cao tuổi", "Nơi nhận kết quả: UBND phường Tân Thành",
            "NGƯỜI NỘP HỒ SƠ", "NGƯỜI TIẾP NHẬN HỒ SƠ", "Trần Thị Hạnh",
        )  # fmt: skip
        assert re.search(r"8\.000\s?đ", text)

    def test_full_id_number_is_never_printed(self, receipt: services.FilingReceipt, officer: Any) -> None:
        do(receipt.dossier, Action.ACCEPT, officer)
        ask(receipt.dossier, officer, reason="Thiếu")
        for key in ("mau-01", "mau-02-1"):
            assert "096185001234" not in pdf_text(pdf_of(receipt.dossier, key))

    def test_receipt_without_a_time_limit_has_no_due_date(self, agency: Agency, officer: Any) -> None:
        dossier = file_dossier(make_form(make_version(channels=()), agency), now=NOW).dossier
        do(dossier, Action.ACCEPT, officer)
        text = pdf_text(pdf_of(dossier, "mau-01"))
        assert_contains(text, "Thời gian trả kết quả: Không có ngày hẹn trả", "Phí, lệ phí: Không thu")
        assert_contains(text, "Thời gian giải quyết theo quy định: Không quy định")

    def test_same_day_procedure_is_printed_as_such(self, agency: Agency, officer: Any) -> None:
        dossier = file_dossier(make_form(make_version(same_day=True), agency), now=NOW).dossier
        do(dossier, Action.ACCEPT, officer)
        assert_contains(
            pdf_text(pdf_of(dossier, "mau-01")), "Trong ngày", "17 giờ 00 phút, ngày 23 tháng 11 năm 2026"
        )

    def test_later_due_date_is_printed_beside_the_first(
        self, receipt: services.FilingReceipt, officer: Any
    ) -> None:
        do(receipt.dossier, Action.ACCEPT, officer)
        assert "Hẹn lại" not in pdf_text(pdf_of(receipt.dossier, "mau-01"))
        do(receipt.dossier, Action.PROCESS, officer)
        do(receipt.dossier, Action.SUSPEND, officer, reason="Chờ xác minh")
        do(receipt.dossier, Action.RESUME, officer, now=NOW + timedelta(days=4))
        text = pdf_text(pdf_of(receipt.dossier, "mau-01"))
        assert_contains(
            text, "Thời gian trả kết quả: 09 giờ 00 phút, ngày 26 tháng 11 năm 2026",
            "Hẹn lại ngày trả kết quả: 09 giờ 00 phút, ngày 02 tháng 12 năm 2026",
        )  # fmt: skip

    @pytest.mark.parametrize("key", ["mau-01", "mau-02-1", "mau-03"])
    @pytest.mark.parametrize(("language", "host"), [("vi", "cong.example"), ("en", "noi-bo.example:8443")])
    def test_qr_code_leads_to_the_vietnamese_lookup_at_the_public_address(
        self, receipt: services.FilingReceipt, officer: Any, monkeypatch: pytest.MonkeyPatch, settings: Any, *,
        key: str, language: str, host: str,
    ) -> None:  # fmt: skip
        """Whatever the language of the officer's page and the host name used for printing."""
        settings.WAGTAILADMIN_BASE_URL, settings.ALLOWED_HOSTS = "https://dvc.example.vn/", ["*"]
        if key != "mau-01":
            ask(receipt.dossier, officer, reason="Mờ")
        if key == "mau-03":
            do(receipt.dossier, Action.DECLINE, officer, now=at("2026-12-08 09:00"), reason="Không bổ sung")
        rendered: dict[str, Any] = {}
        monkeypatch.setattr(
            printed_forms.pdf, "render", lambda template, data: rendered.update(data) or b"%PDF-"
        )
        client = Client(headers={"host": host})
        client.force_login(officer)
        prefix = "/en" if language == "en" else ""
        assert client.get(f"{prefix}/mot-cua/ho-so/{receipt.code}/giay/{key}.pdf").status_code == 200
        address = qr.decode(qr.matrix_of_svg(rendered["qr"]))
        assert address == f"https://dvc.example.vn/tra-cuu/?ma={receipt.code}"
        assert receipt.token not in address

    def test_slip_shows_the_public_address(
        self, receipt: services.FilingReceipt, monkeypatch: pytest.MonkeyPatch, settings: Any
    ) -> None:
        settings.WAGTAILADMIN_BASE_URL = "https://dvc.example.vn"
        rendered: dict[str, Any] = {}
        monkeypatch.setattr(
            printed_forms.pdf, "render", lambda template, data: rendered.update(data) or b"%PDF-"
        )
        Client().get(f"/en/ho-so/{receipt.token}/giay/mau-01.pdf")
        assert rendered["slip"]["address"] == "dvc.example.vn/tra-cuu/"
        private = qr.decode(qr.matrix_of_svg(rendered["slip"]["qr"]))
        assert private == f"https://dvc.example.vn/ho-so/{receipt.token}/"

    def test_qr_decoder_of_the_tests_reads_codes_of_segno(self) -> None:
        for text in ("a", "Ca Mau 2026", "x" * 40, "https://example.vn/" + "y" * 50):
            for level in "lmqh":
                code = segno.make(text, error=level, micro=False, mode="byte", boost_error=False)
                if code.version <= 6:
                    assert qr.decode([[bool(cell) for cell in row] for row in code.matrix]) == text

    def test_citizen_downloads_the_receipt(self, receipt: services.FilingReceipt) -> None:
        answer = Client().get(f"/ho-so/{receipt.token}/giay/mau-01.pdf")
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"] == f'attachment; filename="{receipt.code}-mau-01.pdf"'


class TestSupplement:
    def test_supplement_form_lists_documents_reason_date_and_contact(
        self, receipt: services.FilingReceipt, officer: Any
    ) -> None:
        do(receipt.dossier, Action.ACCEPT, officer)
        ask(receipt.dossier, officer, reason="Bản chụp mờ, không đọc được số giấy")
        assert_contains(
            pdf_text(pdf_of(receipt.dossier, "mau-02-1")),
            "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ", "Mẫu số 02 (TT 03/2025/TT-VPCP)", "Số: 01/HDHS", receipt.code,
            "Nguyễn Thị Thu Đông", TITLE, "Giấy chứng sinh", "1 bản chính, 2 bản sao", "Giấy uỷ quyền",
            "Có chứng thực", "Lý do: Bản chụp mờ, không đọc được số giấy",
            "Bổ sung chậm nhất: 17 giờ 00 phút, ngày 07 tháng 12 năm 2026",
            "Người liên hệ: Trần Thị Hạnh, UBND phường Tân Thành",
        )  # fmt: skip

    def test_each_supplement_form_keeps_its_officer_and_date(
        self, receipt: services.FilingReceipt, officer: Any, agency: Agency
    ) -> None:
        DeadlineSetting.objects.create(supplement_mode="restart", valid_from=NOW.date())
        do(receipt.dossier, Action.ACCEPT, officer)
        ask(receipt.dossier, officer, reason="Lần một")
        first = pdf_text(pdf_of(receipt.dossier, "mau-02-1"))
        request = receipt.dossier.supplement_requests.get()
        for item in request.items:
            spec = FieldSpec(item["id"], "file", item["label"])
            services.store_supplement(request=request, spec=spec, upload=picture())
        services.supply(dossier=receipt.dossier, expected_version=3, texts={}, now=NOW + timedelta(hours=1))
        second_officer = make_officer(agency, Membership.Role.HANDLER, name="Lê Văn Bảy")
        ask(receipt.dossier, second_officer, reason="Lần hai", now=NOW + timedelta(days=1))
        assert pdf_text(pdf_of(receipt.dossier, "mau-02-1")) == first
        second = pdf_text(pdf_of(receipt.dossier, "mau-02-2"))
        assert_contains(second, "Số: 02/HDHS", "Lê Văn Bảy", "Lần hai", "ngày 24 tháng 11 năm 2026")
        assert "Lê Văn Bảy" not in first

    def test_word_without_spaces_does_not_run_off_the_paper(
        self, receipt: services.FilingReceipt, officer: Any
    ) -> None:
        do(receipt.dossier, Action.ACCEPT, officer)
        ask(receipt.dossier, officer, reason=f"Tệp {'anh_chup_' * 30} mờ")
        pages = PdfReader(io.BytesIO(pdf_of(receipt.dossier, "mau-02-1"))).pages
        text = "".join(page.extract_text() for page in pages).replace("\u200b", "")
        lines = [line for line in text.splitlines() if "anh_chup" in line]
        assert max(map(len, lines)) < 100
        assert "".join(lines).count("_") > 55

    def test_requests_without_counts_can_be_printed(
        self, receipt: services.FilingReceipt, officer: Any
    ) -> None:
        request_supplement(
            dossier_id=receipt.dossier.pk, expected_version=1, actor=officer, reason="Thiếu",
            supplement_due_at=None, now=NOW, items=[{"id": "proof", "label": "Giấy chứng sinh", "kind": "file"}],
        )  # fmt: skip
        text = pdf_text(pdf_of(receipt.dossier, "mau-02-1"))
        assert_contains(text, "Giấy chứng sinh")
        assert "Bổ sung chậm nhất" not in text


class TestDecline:
    def test_decline_form_names_applicant_and_reason(
        self, receipt: services.FilingReceipt, officer: Any
    ) -> None:
        do(
            receipt.dossier,
            Action.DECLINE,
            officer,
            reason="Không thuộc thẩm quyền của phường; mời nộp tại Sở Tư pháp",
        )
        assert_contains(
            pdf_text(pdf_of(receipt.dossier, "mau-03")),
            "PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ", "Mẫu số 03 (TT 03/2025/TT-VPCP)", receipt.code,
            "Nguyễn Thị Thu Đông", TITLE, "Không thuộc thẩm quyền của phường; mời nộp tại Sở Tư pháp",
            "Trần Thị Hạnh", "NGƯỜI NỘP HỒ SƠ",
        )  # fmt: skip

    def test_reason_of_many_lines_is_printed_in_full(
        self, receipt: services.FilingReceipt, officer: Any
    ) -> None:
        reason = " ".join(f"Ý thứ {n}: giấy tờ chưa hợp lệ." for n in range(40))
        do(receipt.dossier, Action.DECLINE, officer, reason=reason)
        assert_contains(pdf_text(pdf_of(receipt.dossier, "mau-03")), "Ý thứ 0:", "Ý thứ 39:")


class TestAllForms:
    def test_available_forms_depend_on_the_status(
        self, receipt: services.FilingReceipt, officer: Any
    ) -> None:
        def keys() -> list[str]:
            return [
                printed_form.key
                for printed_form in printed_forms.available(Dossier.objects.get(pk=receipt.dossier.pk))
            ]

        assert keys() == ["mau-01"]
        ask(receipt.dossier, officer, reason="Thiếu")
        assert keys() == ["mau-01", "mau-02-1"]
        do(receipt.dossier, Action.DECLINE, officer, now=NOW + timedelta(days=30), reason="Quá hạn bổ sung")
        assert keys() == ["mau-01", "mau-02-1", "mau-03"]

    @pytest.mark.parametrize(
        "key", ["mau-02-1", "mau-02-0", "mau-02-", "mau-03", "mau-99", "", "../mau-01", "mau-01 "]
    )
    def test_printed_form_that_does_not_exist_raises_lookup_error(
        self, receipt: services.FilingReceipt, key: str
    ) -> None:
        with pytest.raises(LookupError):
            pdf_of(receipt.dossier, key)

    @pytest.mark.parametrize("language", ["vi", "en"])
    def test_printed_form_is_identical_and_vietnamese_in_any_language(
        self, receipt: services.FilingReceipt, officer: Any, language: str
    ) -> None:
        do(receipt.dossier, Action.ACCEPT, officer)
        ask(receipt.dossier, officer, reason="Thiếu")
        first = {key: pdf_text(pdf_of(receipt.dossier, key)) for key in ("mau-01", "mau-02-1")}
        with translation.override(language), time_machine.travel(NOW + timedelta(days=400), tick=False):
            assert {key: pdf_text(pdf_of(receipt.dossier, key)) for key in first} == first

    def test_input_is_printed_as_text_not_markup(self, agency: Agency, officer: Any) -> None:
        name = '#panic("x") $x^2$ *đậm* [ô] \\ <b> @y "ngoặc"'
        dossier = file_dossier(make_form(make_version(), agency), now=NOW, full_name=name).dossier
        do(dossier, Action.DECLINE, officer, reason='#import "x.typ": * #sys.inputs')
        text = pdf_text(pdf_of(dossier, "mau-03"))
        assert_contains(text, '#panic("x")', "*đậm*", '#import "x.typ": * #sys.inputs')

    def test_every_vietnamese_letter_is_printed(self, agency: Agency, officer: Any) -> None:
        letters = "ăâđêôơư áàảãạ ấầẩẫậ ắằẳẵặ éèẻẽẹ ếềểễệ íìỉĩị óòỏõọ ốồổỗộ ớờởỡợ úùủũụ ứừửữự ýỳỷỹỵ"
        dossier = file_dossier(make_form(make_version(), agency), now=NOW).dossier
        do(dossier, Action.DECLINE, officer, reason=f"{letters} {letters.upper()}")
        text = pdf_text(pdf_of(dossier, "mau-03"))
        for word in f"{letters} {letters.upper()}".split():
            assert word in text

    def test_citizen_and_desk_get_the_same_printed_form(
        self, receipt: services.FilingReceipt, officer: Any
    ) -> None:
        do(receipt.dossier, Action.ACCEPT, officer)
        desk = Client()
        desk.force_login(officer)
        citizen_copy = Client().get(f"/ho-so/{receipt.token}/giay/mau-01.pdf").content
        desk_copy = desk.get(f"/mot-cua/ho-so/{receipt.code}/giay/mau-01.pdf").content
        assert pdf_text(citizen_copy) == pdf_text(desk_copy)
