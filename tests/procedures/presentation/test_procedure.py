"""From the content of a snapshot to what a citizen reads."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
import time_machine

from procedures.choices import (
    AudienceCode,
    Channel,
    DocumentKind,
    FeeKind,
    Level,
    ProcedureKind,
    ServiceLevel,
    Status,
)  # fmt: skip
from procedures.presentation.channels import channel_table, fee_note, fee_text
from procedures.presentation.procedure import documents_summary, government_service, present, shown_cases
from procedures.snapshot import Snapshot
from procedures.value_objects import Case, ChannelDetails, Fee, RequiredDocument

LONG = "Miễn lệ phí cho người thuộc gia đình có công với cách mạng; " * 4


def way(channel: str = "truc_tiep", days: int | None = None, *fees: Fee, note: str = "") -> ChannelDetails:
    return ChannelDetails(
        channel=channel,
        time_value=days,
        time_unit="ngay_lam_viec" if days else "",
        time_note=note,
        fees=fees,
    )


def duty(amount: int | None, note: str = "", exemption: str = "", currency: str = "VND") -> Fee:
    return Fee(
        amount=None if amount is None else Decimal(amount), note=note, exemption=exemption, currency=currency
    )


@pytest.mark.parametrize(
    ("fee", "text", "note"),
    [
        (duty(7500), "7.500 đ", ""),
        (duty(0), "Miễn phí", ""),
        (duty(0, "Áp dụng đến hết năm 2026"), "Miễn phí", "Áp dụng đến hết năm 2026"),
        (duty(2000, "/trang"), "2.000 đ/trang", ""),
        (duty(2000, "/trang; từ trang thứ 3: 1.000 đồng"), "2.000 đ/trang", "từ trang thứ 3: 1.000 đồng"),
        (duty(10, "/bản", currency="USD"), "10 USD/bản", ""),
        (duty(None, "1.000 đ mỗi m²"), "1.000 đ mỗi m²", ""),
        (duty(None, "Do Hội đồng nhân dân cấp tỉnh quyết định. " * 3), "Theo mức quy định", "Do Hội đồng"),
        (duty(100000, "Phí thẩm định"), "100.000 đ", "Phí thẩm định"),
    ],
)
def test_an_amount_and_its_note(fee: Fee, text: str, note: str) -> None:
    assert fee_text(fee).replace("\xa0", " ") == text
    assert fee_note(fee).startswith(note)
    assert bool(fee_note(fee)) == bool(note)


@pytest.mark.parametrize(
    ("channels", "time"),
    [
        ([way(days=3)], "3 ngày làm việc"),
        ([way(days=3), way("truc_tuyen", 3)], "3 ngày làm việc"),
        ([way(days=3), way("truc_tuyen", 1)], "1 hoặc 3 ngày làm việc, tùy cách nộp"),
        ([way(days=2), way(days=5)], "Tùy trường hợp, xem bảng bên dưới"),
        ([way(days=2), way(days=5), way("buu_chinh", 2)], "Tùy trường hợp, xem bảng bên dưới"),
        ([way(note="Ngay trong ngày")], "Xem bên dưới"),
        ([way()], ""),
        ([], ""),
    ],
)
def test_the_card_shows_a_time_only_if_it_is_the_time_limit(
    channels: list[ChannelDetails], time: str
) -> None:
    """Two rows of one channel are steps that add up, or separate cases: neither number is the time limit."""
    assert channel_table(tuple(channels)).time.replace("\xa0", " ") == time


@pytest.mark.parametrize(
    ("channels", "fee"),
    [
        ([way("truc_tiep", 1, duty(8000))], "8.000 đ"),
        ([way("truc_tiep", 1, duty(8000)), way("truc_tuyen", 1, duty(0))], "Miễn phí hoặc 8.000 đ, tùy cách nộp"),
        ([way("truc_tiep", 1, duty(2000, "/trang"), duty(10, "/bản", currency="USD"))],
         "2.000 đ/trang hoặc 10 USD/bản, tùy trường hợp"),
        ([way("truc_tiep", 1, *(duty(1000 * n) for n in range(1, 5)))], "Tùy trường hợp, xem bảng bên dưới"),
        ([way("truc_tiep", 1, duty(8000, exemption="Miễn cho hộ nghèo."))], "8.000 đ, có miễn giảm"),
        ([way("truc_tiep", 1, duty(8000, exemption=LONG))], "8.000 đ, có miễn giảm"),
        ([way("truc_tiep", 1, duty(0, exemption=LONG))], "Miễn phí, xem ghi chú"),
        ([way("truc_tiep", 1, duty(0, exemption="Miễn lệ phí."))], "Miễn phí"),
        ([way("truc_tiep", 1, duty(None, LONG))], "Theo mức quy định"),
        ([way("truc_tiep", 1, duty(None, LONG)), way("truc_tuyen", 1, duty(0))],
         "Miễn phí hoặc theo mức quy định, tùy cách nộp"),
        ([way("truc_tiep", 1)], ""),
    ],
)  # fmt: skip
def test_the_card_never_shows_one_of_several_amounts_as_the_fee(
    channels: list[ChannelDetails], fee: str
) -> None:
    assert channel_table(tuple(channels)).fee.replace("\xa0", " ") == fee


def test_the_online_channel_comes_first_and_equal_rows_are_merged() -> None:
    table = channel_table((way(days=3), way("buu_chinh", 3), way("truc_tuyen", 3), way(days=3)))

    assert [row.label for row in table.rows] == ["Trực tuyến", "Tại Bộ phận Một cửa", "Qua bưu chính"]


@pytest.mark.parametrize(
    ("channels", "shown"),
    [
        ((way(days=3), way("buu_chinh", 3), way("truc_tuyen", 3)),
         ["Trực tuyến, tại Bộ phận Một cửa, qua bưu chính: 3 ngày làm việc"]),
        ((way(days=3), way("buu_chinh", 3), way("truc_tuyen", 2)),
         ["Trực tuyến: 2 ngày làm việc", "Tại Bộ phận Một cửa, qua bưu chính: 3 ngày làm việc"]),
        ((way("truc_tiep", 3, duty(8000)), way("truc_tuyen", 3, duty(0))),
         ["Trực tuyến: 3 ngày làm việc", "Tại Bộ phận Một cửa: 3 ngày làm việc"]),
        ((way(days=2), way(days=5), way("buu_chinh", 2)),
         ["Tại Bộ phận Một cửa: 2 ngày làm việc", "Tại Bộ phận Một cửa: 5 ngày làm việc",
          "Qua bưu chính: 2 ngày làm việc"]),
        ((way(days=3), way("truc_tuyen", 3, note="Nhận trước 15 giờ")),
         ["Trực tuyến: 3 ngày làm việc", "Tại Bộ phận Một cửa: 3 ngày làm việc"]),
        ((), []),
    ],
)  # fmt: skip
def test_channels_with_equal_terms_share_a_row(
    channels: tuple[ChannelDetails, ...], shown: list[str]
) -> None:
    rows = channel_table(channels).merged_rows
    assert [f"{row.label}: {row.time}".replace("\xa0", " ") for row in rows] == shown


@pytest.mark.parametrize("length", [139, 140, 141, 2000])
def test_an_exemption_is_always_shown_in_full_beside_or_below_the_amount(length: int) -> None:
    exemption = "m" * length
    table = channel_table((way("truc_tiep", 1, duty(8000, exemption=exemption)),))
    (line,) = table.rows[0].fees

    if length <= 140:
        assert (line.exemption, line.exemption_below, table.exemptions) == (exemption, False, ())
    else:
        assert (line.exemption, line.exemption_below, table.exemptions) == ("", True, (exemption,))


@pytest.mark.parametrize("length", [20, 2000])
def test_an_exemption_of_several_channels_is_shown_once_below_all_of_them(length: int) -> None:
    exemption = "m" * length
    table = channel_table(
        (
            way("truc_tiep", 1, duty(8000, exemption=exemption)),
            way("truc_tuyen", 1, duty(8000, exemption=exemption)),
        )
    )

    assert all(line.exemption_below and not line.exemption for row in table.rows for line in row.fees)
    assert table.exemptions == (exemption,)


FORM, PHOTO, DEED, WILL = (
    RequiredDocument(name=name, originals=1) for name in ("Tờ khai", "Ảnh", "Sổ đỏ", "Di chúc")
)


def test_common_documents_are_listed_once() -> None:
    cases = (Case("Mua", (FORM, DEED, PHOTO)), Case("Thừa kế", (PHOTO, WILL, FORM)))

    common, buy, inherit = shown_cases(cases)

    assert (common.title, common.documents) == ("Trong mọi trường hợp", (FORM, PHOTO))
    assert (buy.title, buy.documents) == ("Mua", (DEED,))
    assert (inherit.title, inherit.documents) == ("Thừa kế", (WILL,))


@pytest.mark.parametrize(
    "cases",
    [
        (),
        (Case("", (FORM,)),),
        (Case("Mua", (FORM, DEED)), Case("", (FORM, WILL))),
        (Case("Mua", (DEED,)), Case("Thừa kế", (WILL,))),
        (Case("Mua", (FORM,)), Case("Thừa kế", (FORM, WILL))),
        (Case("Mua", (FORM, DEED)), Case("Thừa kế", (RequiredDocument(name="Tờ khai", copies=1), WILL))),
    ],
)
def test_cases_without_own_documents_are_not_merged(cases: tuple[Case, ...]) -> None:
    assert shown_cases(cases) == cases


def test_no_document_is_lost_by_sharing() -> None:
    cases = tuple(Case(f"{n}", (FORM, PHOTO, RequiredDocument(name=f"Riêng {n}"))) for n in range(5))
    shared = shown_cases(cases)

    for case in cases:
        found = [*shared[0].documents, *next(one for one in shared if one.title == case.title).documents]
        assert set(found) == set(case.documents)


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        ((), ""),
        ((Case("", ()),), ""),
        ((Case("", (FORM,)),), "1 giấy tờ"),
        ((Case("", (FORM, DEED, RequiredDocument(name="Nộp một bộ", kind="ghi_chu"))),), "2 giấy tờ"),
        ((Case("Mua", (FORM, DEED)), Case("Thừa kế", (FORM, WILL))), "2 giấy tờ"),
        (
            (Case("Mua", (FORM, DEED, PHOTO)), Case("Thừa kế", (FORM,))),
            "1 đến 3 giấy tờ, tùy trường hợp",
        ),
    ],
)
def test_card_shows_the_number_of_documents(cases: tuple[Case, ...], said: str) -> None:
    assert documents_summary(cases) == said


def test_card_links_to_the_documents() -> None:
    presentation = present(
        Snapshot(core_code="1.000001", title="Đăng ký", cases=(Case("", (FORM,)),)), section=""
    )
    assert presentation.facts[0] == ("Giấy tờ cần có", '<a href="#ho-so">1 giấy tờ</a>')
    assert {"url": "#ho-so", "title": "Bạn cần chuẩn bị"} in presentation.parts


def test_an_empty_snapshot_shows_no_empty_parts() -> None:
    presentation = present(Snapshot(core_code="1.000001", title="ĐĂNG KÝ KẾT HÔN"), section="")

    assert presentation.title == "Đăng ký kết hôn"
    assert (presentation.facts, presentation.about, presentation.service_level) == ([], [], "")
    assert [part["url"] for part in presentation.parts] == ["#thong-tin", "#thay-doi"]


CODE = "1.001193"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield


class TestForMachines:
    CONTENT = Snapshot(core_code=CODE, title="ĐĂNG KÝ KHAI SINH", summary="Ghi vào sổ.", field="Hộ tịch",
                       audiences=("cong_dan",), implementing_agencies=("UBND cấp xã",))  # fmt: skip

    def service(self, content: Snapshot) -> dict[str, object]:
        return government_service(present(content, section=""), url="https://x.vn/a/", province="Tỉnh Cà Mau")

    def test_known_facts_are_included(self):
        said = self.service(self.CONTENT)

        assert said["@type"] == "GovernmentService"
        assert (said["name"], said["identifier"]) == ("Đăng ký khai sinh", CODE)
        assert said["serviceOperator"] == [{"@type": "GovernmentOrganization", "name": "UBND cấp xã"}]
        assert said["audience"] == [{"@type": "Audience", "audienceType": "Công dân Việt Nam"}]
        assert json.loads(json.dumps(said)) == said

    def test_unknown_facts_are_left_out(self):
        said = self.service(Snapshot(core_code=CODE, title="Một"))

        assert set(said) == {"@context", "@type", "name", "identifier", "url", "areaServed"}


class TestReading:
    @pytest.mark.parametrize("level", Level.values)
    def test_every_level_of_government_has_a_label(self, level):
        rows = dict(present(Snapshot(core_code=CODE, title="Một", levels=(level,)), section="").about)

        assert rows["Cấp thực hiện"]
        assert level not in rows["Cấp thực hiện"]

    @pytest.mark.parametrize("audience", AudienceCode.values)
    def test_every_audience_has_a_label(self, audience):
        rows = dict(present(Snapshot(core_code=CODE, title="Một", audiences=(audience,)), section="").about)

        assert rows["Đối tượng thực hiện"] == AudienceCode(audience).label

    @pytest.mark.parametrize(
        ("level", "tone"), [("toan_trinh", "done"), ("mot_phan", "plain"), ("thong_tin", "plain")]
    )
    def test_the_online_level_has_a_tone(self, level, tone):
        found = present(Snapshot(core_code=CODE, title="Một", service_level=level), section="")

        assert (found.tone, bool(found.service_level)) == (tone, True)

    def test_section_is_shown_if_no_agency_is_named(self):
        said = dict(present(Snapshot(core_code=CODE, title="Một"), section="Sở Tư pháp").facts)
        named = dict(
            present(
                Snapshot(core_code=CODE, title="Một", implementing_agencies=("UBND cấp xã",)), section="Sở"
            ).facts
        )

        assert (said["Nơi làm"], named["Nơi làm"]) == ("Sở Tư pháp", "UBND cấp xã")

    @pytest.mark.parametrize(
        "choices", [AudienceCode, Channel, FeeKind, Level, DocumentKind, ProcedureKind, ServiceLevel, Status]
    )
    def test_every_choice_label_is_translated(self, choices):
        english = {
            "Published",
            "Abolished",
            "Online",
            "By post",
            "Service fee",
            "note",
            "show only",
            "Other",
            "Fully online",
        }

        assert not {str(choice.label) for choice in choices} & english
