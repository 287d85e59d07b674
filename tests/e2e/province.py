"""A province with two communes, a procedure with its form, and the pages a citizen visits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.models import AdministrativeUnit, Agency, Membership, User
from accounts.services.unit_import import UnitRow, import_units
from forms_app.builder import services as builder
from forms_app.builder.models import FormVersion
from home.models import AgencyIndexPage, AgencySitePage, InformationPage, MenuItem, NewsIndexPage, NewsPage
from home.services import start_site
from procedures.imports.apply import ImportContext, import_records
from procedures.models import ProcedurePage
from search.models import BestBet
from search.services.indexing import rebuild
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory

PASSWORD = "mat-khau-rat-dai"
CODE = "1.004873"
COMMUNE = "Ủy ban nhân dân xã Tân Thành"
#: Its name in lists.
COMMUNE_CHOICE = "Tân Thành (UBND xã)"
OFFICER = "Trần Văn Kiểm"
TEXT = (
    "Từ tháng này, người dân nộp hồ sơ hộ tịch ở bất kỳ xã, phường nào trong tỉnh. "
    "Cán bộ kiểm tra ngay trong buổi nhận và báo một lần những gì còn thiếu."
)
RECORD: dict[str, Any] = {
    "core_code": CODE,
    "local_code": f"{CODE}.000.00.00.H12",
    "title": "Cấp Giấy xác nhận tình trạng hôn nhân",
    "summary": "Bạn nhận giấy xác nhận mình độc thân, đã kết hôn hoặc đã ly hôn.",
    "field": "Hộ tịch",
    "levels": ["cap_xa"],
    "audiences": ["cong_dan"],
    "section_agency": "so-tu-phap",
    "decision": {"number": "1242/QĐ-UBND", "date": "2025-07-01", "agency": "UBND tỉnh Cà Mau"},
    "service_level": "toan_trinh",
    "channels": [
        {
            "channel": "truc_tiep",
            "time_value": 3,
            "time_unit": "ngay_lam_viec",
            "fees": [{"kind": "le_phi", "amount": 10000, "exemption": "Miễn cho người thuộc hộ nghèo."}],
        },
        {"channel": "truc_tuyen", "time_value": 3, "time_unit": "ngay_lam_viec", "fees": [{"amount": 0}]},
    ],
    "cases": [
        {"documents": [{"name": "Tờ khai cấp Giấy xác nhận tình trạng hôn nhân", "originals": 1}]},
        {
            "title": "Đã ly hôn",
            "documents": [{"name": "Bản án hoặc quyết định ly hôn có hiệu lực", "copies": 1}],
        },
    ],
    "steps": [{"items": ["Nộp hồ sơ ở xã, phường nơi cư trú.", "Nhận giấy xác nhận."]}],
    "results": [{"name": "Giấy xác nhận tình trạng hôn nhân"}],
    "legal_bases": [{"number": "60/2014/QH13", "title": "Luật Hộ tịch", "date": "2014-11-20"}],
    "implementing_agencies": ["Ủy ban nhân dân cấp xã"],
}
SCHEMA: dict[str, Any] = {
    "estimated_minutes": 8,
    "steps": [
        {
            "id": "subject",
            "title": "Người được xác nhận",
            "intro": "Xin cho chính mình thì khai lại thông tin của bạn.",
            "fields": [
                {
                    "id": "relation",
                    "type": "choice",
                    "label": "Bạn là gì của người được xác nhận?",
                    "choices": [
                        {"value": "ban_than", "label": "Tôi là người được cấp giấy"},
                        {"value": "than_nhan", "label": "Người thân trong gia đình"},
                    ],
                },
                {
                    "id": "born",
                    "type": "date",
                    "label": "Ngày sinh",
                    "help": "Ví dụ 05/09/1996.",
                    "options": {"not_future": True},
                },
                {"id": "residence", "type": "address", "label": "Nơi thường trú", "required": False},
                {"id": "copies", "type": "number", "label": "Số bản cần cấp"},
            ],
        },
        {
            "id": "purpose",
            "title": "Tình trạng và giấy tờ",
            "fields": [
                {
                    "id": "status",
                    "type": "choice",
                    "label": "Tình trạng hôn nhân hiện nay",
                    "choices": [
                        {"value": value, "label": label}
                        for value, label in (
                            ("chua", "Chưa đăng ký kết hôn với ai"),
                            ("da_ly_hon", "Đã ly hôn, chưa kết hôn lại"),
                            ("mat", "Vợ hoặc chồng đã mất"),
                        )
                    ],
                },
                {
                    "id": "uses",
                    "type": "many_choices",
                    "label": "Dùng giấy vào việc gì?",
                    "choices": [
                        {"value": "ket_hon", "label": "Kết hôn"},
                        {"value": "vay_von", "label": "Vay vốn"},
                    ],
                },
                {"id": "abroad", "type": "yes_no", "label": "Bạn đã từng cư trú ở nước ngoài?"},
                {"id": "note", "type": "long_text", "label": "Điều cần nói thêm", "required": False},
                {"id": "proof", "type": "file", "label": "Bản án hoặc quyết định ly hôn"},
            ],
        },
    ],
}


@dataclass(frozen=True)
class Province:
    """Objects used by tests."""

    commune: Agency
    officer: User
    form: FormVersion
    procedure: ProcedurePage


def build() -> Province:
    """Create all objects through the services and index them."""
    communes = _agencies()
    home = start_site()
    import_records([RECORD], context=ImportContext(source="e2e", valid_from=date(2025, 7, 1)))
    form = builder.publish(
        definition=builder.import_form(data={"procedure": CODE, "title": RECORD["title"], **SCHEMA})
    )
    _texts(home, communes[0])
    rebuild(engine="database")
    key = f"procedure:{ProcedurePage.objects.get(procedure__core_code=CODE, locale__language_code='vi').pk}"
    BestBet.objects.create(words="hôn thú", documents=[key], valid_from=date(2026, 1, 1))
    return Province(
        commune=communes[0],
        officer=_officer(communes[0]),
        form=form,
        procedure=ProcedurePage.objects.get(procedure__core_code=CODE),
    )


def _agencies() -> list[Agency]:
    resolution = "1655/NQ-UBTVQH15"
    names = (("31825", "Xã Tân Thành"), ("31826", "Xã Khánh Lâm"))
    import_units(
        province=UnitRow("96", "Tỉnh Cà Mau", "tinh", "202/2025/QH15"),
        communes=[UnitRow(code, name, "xa", resolution) for code, name in names],
    )
    AgencyFactory(
        name="Ủy ban nhân dân tỉnh Cà Mau",
        slug="ubnd-tinh",
        kind=Agency.Kind.PROVINCE,
        code="H12",
        unit=AdministrativeUnit.objects.get(gso_code="96"),
    )
    AgencyFactory(name="Sở Tư pháp", slug="so-tu-phap", code="H12.15")
    return [
        AgencyFactory(
            name=f"Ủy ban nhân dân {name[0].lower()}{name[1:]}",
            short_name=name,
            slug=f"ubnd-xa-{code}",
            kind=Agency.Kind.COMMUNE,
            code=f"H12.{code[-2:]}",
            unit=AdministrativeUnit.objects.get(gso_code=code),
            address="Số 1 đường Thử Nghiệm",
            phone="02903 000 000",
            email=f"xa{code}@example.vn",
            working_hours="Thứ Hai đến thứ Sáu, 7 giờ đến 11 giờ và 13 giờ đến 17 giờ",
        )
        for code, name in names
    ]


def _officer(agency: Agency) -> User:
    officer: User = UserFactory(username="can-bo", full_name=OFFICER, password=PASSWORD)
    for role in (Membership.Role.RECEIVER, Membership.Role.HANDLER, Membership.Role.RETURNER):
        MembershipFactory(user=officer, agency=agency, role=role)
    return officer


def _texts(home: Any, commune: Agency) -> None:
    """Create a life event on the front page, a news page, the site of the commune, an information page."""
    event = {"title": "Kết hôn", "description": "Giấy tờ cần có", "query": "ket hon"}
    home.life_events = [("event", event)]
    _publish(home)
    site = AgencyIndexPage.objects.get().add_child(
        instance=AgencySitePage(title=commune.name, slug=commune.slug, agency=commune, head_title="Chủ tịch")
    )
    news = NewsPage(
        title="Nộp hồ sơ hộ tịch ở xã, phường nào cũng được",
        slug="nop-ho-so-ho-tich",
        agency=commune,
        summary="Không phải về nơi thường trú.",
        body=[("paragraph", f"<p>{TEXT}</p>"), ("procedures", {"title": "Thủ tục", "codes": [CODE]})],
    )
    help_page = InformationPage(
        title="Hướng dẫn nộp hồ sơ",
        slug="huong-dan",
        summary="Bốn bước, khoảng 8 phút.",
        body=[
            ("heading", "Trước khi bắt đầu"),
            ("paragraph", f"<p>{TEXT}</p><ul><li>Ảnh chụp giấy tờ</li><li>Số căn cước</li></ul>"),
            ("notice", {"tone": "info", "title": "Miễn phí", "text": "Nộp trực tuyến không mất phí."}),
        ],
    )
    for page in (
        site,
        NewsIndexPage.objects.get().add_child(instance=news),
        home.add_child(instance=help_page),
    ):
        _publish(page)
    MenuItem.objects.create(place=MenuItem.Place.FOOTER, label="Hướng dẫn", page=help_page)
    MenuItem.objects.create(place=MenuItem.Place.FOOTER, label="Cơ quan", path="/co-quan/")


def _publish(page: Any) -> None:
    page.save_revision().publish()
