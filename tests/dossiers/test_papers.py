"""Mẫu 01, 02 and 03 as a citizen holds them: what TT 03/2025/TT-VPCP asks for, in Vietnamese letters, for good."""

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
from forms_app.desk.services import request_supplement
from forms_app.dossiers import papers, services
from forms_app.dossiers.models import DeadlineSetting, Dossier
from forms_app.dossiers.transitions import Action
from procedures.parts import ChannelPart, Fee
from tests.accounts.factories import AgencyFactory, UnitFactory
from tests.desk.factories import make_officer
from tests.dossiers.factories import at, file_dossier, make_form, make_version, picture
from tests.support import qr

pytestmark = pytest.mark.django_db
NOW = at("2026-11-23 09:00")  # a Monday
LINK = "https://dichvucong.camau.example/tra-cuu/?ma="
CHANNELS = (
    ChannelPart(
        "truc_tuyen", 3, "ngay_lam_viec",
        fees=(Fee(amount=Decimal(8000), note="mỗi bản sao", exemption="trẻ em, người cao tuổi"),),
    ),
    ChannelPart("truc_tiep", 5, "ngay_lam_viec"),
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
def told(agency: Agency) -> services.Submitted:
    form = make_form(make_version(title=TITLE, channels=CHANNELS), agency)
    return file_dossier(
        form, now=NOW - timedelta(days=3), full_name="Nguyễn Thị Thu Đông", on_behalf_of="Huỳnh Văn Lượm",
        address={"province": "", "commune": "", "detail": "", "text": "Ấp Đầm Dơi, Tỉnh Cà Mau"},
    )  # fmt: skip


def do(dossier: Dossier, action: Action, officer: Any, *, now: Any = NOW, reason: str = "") -> Dossier:
    return services.perform(
        dossier_id=dossier.pk, expected_version=Dossier.objects.get(pk=dossier.pk).version, action=action,
        actor=officer, reason=reason, now=now,
    )  # fmt: skip


def ask(dossier: Dossier, officer: Any, *, reason: str, now: Any = NOW) -> None:
    request_supplement(
        dossier_id=dossier.pk, expected_version=Dossier.objects.get(pk=dossier.pk).version, actor=officer,
        reason=reason, answer_by=at("2026-12-07 00:00").date(), now=now,
        items=[
            {"id": "proof", "label": "Giấy chứng sinh", "kind": "file", "count": "1 bản chính, 2 bản sao", "note": ""},
            {"id": "other_1", "label": "Giấy uỷ quyền", "kind": "file", "count": "1", "note": "Có chứng thực"},
        ],
    )  # fmt: skip


def pdf_of(dossier: Dossier, key: str) -> bytes:
    return papers.paper_pdf(Dossier.objects.get(pk=dossier.pk), key, link=f"{LINK}{dossier.code}")


def read(content: bytes) -> str:
    """The text of a PDF on one line, as a screen reader would say it."""
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return re.sub(r"\s+", " ", text)


def assert_says(text: str, *words: str) -> None:
    missing = [word for word in words if word not in text]
    assert not missing, f"{missing} not in {text}"


class TestReceipt:
    def test_before_acceptance_it_confirms_the_filing_and_promises_nothing(
        self, told: services.Submitted
    ) -> None:
        text = read(pdf_of(told.dossier, "mau-01"))
        assert_says(
            text, "GIẤY XÁC NHẬN ĐÃ NỘP HỒ SƠ", "(đã nộp, chờ tiếp nhận)", told.code, "Nguyễn Thị Thu Đông",
            "09 giờ 00 phút, ngày 20 tháng 11 năm 2026", "UBND phường Tân Thành",
        )  # fmt: skip
        assert "Mẫu số 01" not in text
        assert "Thời gian trả kết quả" not in text

    def test_after_acceptance_it_has_what_the_form_asks_for(
        self, told: services.Submitted, officer: Any
    ) -> None:
        do(told.dossier, Action.ACCEPT, officer)
        text = read(pdf_of(told.dossier, "mau-01"))
        assert_says(
            text,
            "UBND TỈNH CÀ MAU", "UBND PHƯỜNG TÂN THÀNH", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc", "Phường Tân Thành, ngày 23 tháng 11 năm 2026",
            "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", "Mẫu số 01 (TT 03/2025/TT-VPCP)",
            f"Mã hồ sơ: {told.code}", "Họ và tên người nộp: Nguyễn Thị Thu Đông", "Địa chỉ: Ấp Đầm Dơi, Tỉnh Cà Mau",
            "Số điện thoại: 0912345678", "Email: thu@example.vn", "Số định danh cá nhân: 096••••••234",
            "Nộp thay cho: Huỳnh Văn Lượm", f"Nội dung yêu cầu giải quyết: {TITLE}",
            "Giấy chứng sinh 1 Bản điện tử", "Số bộ hồ sơ: 01",
            "Thời gian giải quyết theo quy định: 3 ngày làm việc",
            "Thời gian nhận hồ sơ: 09 giờ 00 phút, ngày 23 tháng 11 năm 2026",
            "Thời gian trả kết quả: 09 giờ 00 phút, ngày 26 tháng 11 năm 2026",
            "mỗi bản sao", "miễn, giảm: trẻ em, người cao tuổi", "Nơi nhận kết quả: UBND phường Tân Thành",
            "NGƯỜI NỘP HỒ SƠ", "NGƯỜI TIẾP NHẬN HỒ SƠ", "Trần Thị Hạnh",
        )  # fmt: skip
        assert re.search(r"8\.000\s?đ", text)

    def test_the_full_id_number_is_on_no_paper(self, told: services.Submitted, officer: Any) -> None:
        do(told.dossier, Action.ACCEPT, officer)
        ask(told.dossier, officer, reason="Thiếu")
        for key in ("mau-01", "mau-02-1"):
            assert "096185001234" not in read(pdf_of(told.dossier, key))

    def test_without_a_time_limit_no_day_is_promised(self, agency: Agency, officer: Any) -> None:
        dossier = file_dossier(make_form(make_version(channels=()), agency), now=NOW).dossier
        do(dossier, Action.ACCEPT, officer)
        text = read(pdf_of(dossier, "mau-01"))
        assert_says(text, "Thời gian trả kết quả: Không có ngày hẹn trả", "Phí, lệ phí: Không thu")

    def test_a_same_day_procedure_says_so(self, agency: Agency, officer: Any) -> None:
        dossier = file_dossier(make_form(make_version(same_day=True), agency), now=NOW).dossier
        do(dossier, Action.ACCEPT, officer)
        assert_says(
            read(pdf_of(dossier, "mau-01")), "Trong ngày", "17 giờ 00 phút, ngày 23 tháng 11 năm 2026"
        )

    def test_a_longer_wait_stands_beside_the_promise_and_does_not_rewrite_it(
        self, told: services.Submitted, officer: Any
    ) -> None:
        do(told.dossier, Action.ACCEPT, officer)
        assert "Hẹn lại" not in read(pdf_of(told.dossier, "mau-01"))
        do(told.dossier, Action.PROCESS, officer)
        do(told.dossier, Action.SUSPEND, officer, reason="Chờ xác minh")
        do(told.dossier, Action.RESUME, officer, now=NOW + timedelta(days=4))
        text = read(pdf_of(told.dossier, "mau-01"))
        assert_says(
            text, "Thời gian trả kết quả: 09 giờ 00 phút, ngày 26 tháng 11 năm 2026",
            "Hẹn lại ngày trả kết quả: 09 giờ 00 phút, ngày 02 tháng 12 năm 2026",
        )  # fmt: skip

    @pytest.mark.parametrize(
        "link", [f"{LINK}H12.46.18-261120-0001", "http://testserver/tra-cuu/?ma=H12-261120-0001"]
    )
    def test_the_qr_code_leads_to_the_code(
        self, told: services.Submitted, monkeypatch: pytest.MonkeyPatch, link: str
    ) -> None:
        drawn: dict[str, Any] = {}
        monkeypatch.setattr(papers.pdf, "render", lambda template, data: drawn.update(data) or b"%PDF-")
        papers.paper_pdf(told.dossier, "mau-01", link=link)
        assert qr.decode(qr.matrix_of_svg(drawn["qr"])) == link

    def test_the_reader_of_codes_reads_what_others_write(self) -> None:
        for text in ("a", "Ca Mau 2026", "x" * 40, "https://example.vn/" + "y" * 50):
            for level in "lmqh":
                code = segno.make(text, error=level, micro=False, mode="byte", boost_error=False)
                if code.version <= 6:
                    assert qr.decode([[bool(cell) for cell in row] for row in code.matrix]) == text

    def test_the_citizen_gets_it_with_the_code_in_the_address(
        self, told: services.Submitted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        links: list[str] = []
        monkeypatch.setattr(
            papers, "paper_pdf", lambda _dossier, _key, *, link: links.append(link) or b"%PDF-1.7"
        )
        answer = Client().get(f"/ho-so/{told.token}/giay/mau-01.pdf")
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"] == f'attachment; filename="{told.code}-mau-01.pdf"'
        assert links == [f"http://testserver/tra-cuu/?ma={told.code}"]
        assert told.token not in links[0]


class TestSupplement:
    def test_lists_papers_with_numbers_reason_day_and_contact(
        self, told: services.Submitted, officer: Any
    ) -> None:
        do(told.dossier, Action.ACCEPT, officer)
        ask(told.dossier, officer, reason="Bản chụp mờ, không đọc được số giấy")
        assert_says(
            read(pdf_of(told.dossier, "mau-02-1")),
            "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ", "Mẫu số 02 (TT 03/2025/TT-VPCP)", "Số: 1/HDHS", told.code,
            "Nguyễn Thị Thu Đông", TITLE, "Giấy chứng sinh", "1 bản chính, 2 bản sao", "Giấy uỷ quyền",
            "Có chứng thực", "Lý do: Bản chụp mờ, không đọc được số giấy",
            "Bổ sung trước: 17 giờ 00 phút, ngày 07 tháng 12 năm 2026",
            "Người liên hệ: Trần Thị Hạnh, UBND phường Tân Thành",
        )  # fmt: skip

    def test_each_request_keeps_its_own_officer_and_day(
        self, told: services.Submitted, officer: Any, agency: Agency
    ) -> None:
        DeadlineSetting.objects.create(supplement_mode="restart", valid_from=NOW.date())
        do(told.dossier, Action.ACCEPT, officer)
        ask(told.dossier, officer, reason="Lần một")
        first = read(pdf_of(told.dossier, "mau-02-1"))
        request = told.dossier.supplement_requests.get()
        for item in request.items:
            spec = FieldSpec(item["id"], "file", item["label"])
            services.store_supplement(request=request, spec=spec, upload=picture())
        services.supply(dossier=told.dossier, expected_version=3, texts={}, now=NOW + timedelta(hours=1))
        second_officer = make_officer(agency, Membership.Role.HANDLER, name="Lê Văn Bảy")
        ask(told.dossier, second_officer, reason="Lần hai", now=NOW + timedelta(days=1))
        assert read(pdf_of(told.dossier, "mau-02-1")) == first
        second = read(pdf_of(told.dossier, "mau-02-2"))
        assert_says(second, "Số: 2/HDHS", "Lê Văn Bảy", "Lần hai", "ngày 24 tháng 11 năm 2026")
        assert "Lê Văn Bảy" not in first

    def test_old_requests_without_numbers_still_print(self, told: services.Submitted, officer: Any) -> None:
        request_supplement(
            dossier_id=told.dossier.pk, expected_version=1, actor=officer, reason="Thiếu", answer_by=None, now=NOW,
            items=[{"id": "proof", "label": "Giấy chứng sinh", "kind": "file"}],
        )  # fmt: skip
        text = read(pdf_of(told.dossier, "mau-02-1"))
        assert_says(text, "Giấy chứng sinh")
        assert "Bổ sung trước" not in text


class TestRefusal:
    def test_says_who_what_and_why(self, told: services.Submitted, officer: Any) -> None:
        do(
            told.dossier,
            Action.REFUSE,
            officer,
            reason="Không thuộc thẩm quyền của phường; mời nộp tại Sở Tư pháp",
        )
        assert_says(
            read(pdf_of(told.dossier, "mau-03")),
            "PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ", "Mẫu số 03 (TT 03/2025/TT-VPCP)", told.code,
            "Nguyễn Thị Thu Đông", TITLE, "Không thuộc thẩm quyền của phường; mời nộp tại Sở Tư pháp",
            "Trần Thị Hạnh", "NGƯỜI NỘP HỒ SƠ",
        )  # fmt: skip

    def test_a_reason_of_many_lines_is_whole(self, told: services.Submitted, officer: Any) -> None:
        reason = " ".join(f"Ý thứ {n}: giấy tờ chưa hợp lệ." for n in range(40))
        do(told.dossier, Action.REFUSE, officer, reason=reason)
        assert_says(read(pdf_of(told.dossier, "mau-03")), "Ý thứ 0:", "Ý thứ 39:")


class TestAll:
    def test_which_papers_there_are(self, told: services.Submitted, officer: Any) -> None:
        def keys() -> list[str]:
            return [paper.key for paper in papers.available(Dossier.objects.get(pk=told.dossier.pk))]

        assert keys() == ["mau-01"]
        ask(told.dossier, officer, reason="Thiếu")
        assert keys() == ["mau-01", "mau-02-1"]
        do(told.dossier, Action.REFUSE, officer, now=NOW + timedelta(days=30), reason="Quá hạn bổ sung")
        assert keys() == ["mau-01", "mau-02-1", "mau-03"]

    @pytest.mark.parametrize(
        "key", ["mau-02-1", "mau-02-0", "mau-02-", "mau-03", "mau-99", "", "../mau-01", "mau-01 "]
    )
    def test_a_paper_that_was_never_issued_does_not_exist(self, told: services.Submitted, key: str) -> None:
        with pytest.raises(LookupError):
            pdf_of(told.dossier, key)

    @pytest.mark.parametrize("language", ["vi", "en"])
    def test_asked_twice_it_is_the_same_paper_in_vietnamese(
        self, told: services.Submitted, officer: Any, language: str
    ) -> None:
        do(told.dossier, Action.ACCEPT, officer)
        ask(told.dossier, officer, reason="Thiếu")
        first = {key: read(pdf_of(told.dossier, key)) for key in ("mau-01", "mau-02-1")}
        with translation.override(language), time_machine.travel(NOW + timedelta(days=400), tick=False):
            assert {key: read(pdf_of(told.dossier, key)) for key in first} == first

    def test_what_a_person_typed_is_text_and_never_markup(self, agency: Agency, officer: Any) -> None:
        name = '#panic("x") $x^2$ *đậm* [ô] \\ <b> @y "ngoặc"'
        dossier = file_dossier(make_form(make_version(), agency), now=NOW, full_name=name).dossier
        do(dossier, Action.REFUSE, officer, reason='#import "x.typ": * #sys.inputs')
        text = read(pdf_of(dossier, "mau-03"))
        assert_says(text, '#panic("x")', "*đậm*", '#import "x.typ": * #sys.inputs')

    def test_every_vietnamese_letter_comes_out(self, agency: Agency, officer: Any) -> None:
        letters = "ăâđêôơư áàảãạ ấầẩẫậ ắằẳẵặ éèẻẽẹ ếềểễệ íìỉĩị óòỏõọ ốồổỗộ ớờởỡợ úùủũụ ứừửữự ýỳỷỹỵ"
        dossier = file_dossier(make_form(make_version(), agency), now=NOW).dossier
        do(dossier, Action.REFUSE, officer, reason=f"{letters} {letters.upper()}")
        text = read(pdf_of(dossier, "mau-03"))
        for word in f"{letters} {letters.upper()}".split():
            assert word in text

    def test_both_doors_hand_out_the_same(self, told: services.Submitted, officer: Any) -> None:
        do(told.dossier, Action.ACCEPT, officer)
        desk = Client()
        desk.force_login(officer)
        theirs = Client().get(f"/ho-so/{told.token}/giay/mau-01.pdf").content
        ours = desk.get(f"/mot-cua/ho-so/{told.code}/giay/mau-01.pdf").content
        assert read(theirs) == read(ours)


@pytest.mark.parametrize(
    ("fee", "said"),
    [
        (Fee(amount=Decimal(8000)), "Phí, lệ phí: Lệ phí 8.000 đ"),
        (Fee(kind="phi", amount=Decimal(8000), note="/trang"), "Phí, lệ phí: Phí 8.000 đ/trang"),
        (
            Fee(amount=Decimal(8000), exemption="Miễn cho hộ nghèo."),
            "Phí, lệ phí: Lệ phí 8.000 đ (miễn, giảm: Miễn cho hộ nghèo)",
        ),
        (Fee(amount=Decimal(0), exemption="Miễn cho hộ nghèo."), "Phí, lệ phí: Miễn phí"),
        (Fee(note="Mức thu do tỉnh quyết định."), "Phí, lệ phí: Mức thu do tỉnh quyết định"),
    ],
)  # fmt: skip
def test_the_receipt_says_a_fee_as_the_page_of_the_procedure_does(fee: Fee, said: str) -> None:
    told = f"Phí, lệ phí: {papers._fee(fee)}".replace("\xa0", " ")
    assert told == said
