"""Fees and processing times as citizens read them."""

from __future__ import annotations

from decimal import Decimal

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from procedures.imports.apply import import_records
from procedures.models import ProcedurePage
from procedures.presentation.channels import (
    MAX_INLINE_LENGTH,
    channel_table,
    exemption_note,
    fee_note,
    fee_text,
)
from procedures.value_objects import ChannelDetails, Fee

POOR = "Miễn cho người thuộc hộ nghèo"


def fee(amount: object = 8000, **facts: str) -> Fee:
    return Fee(amount=None if amount is None else Decimal(str(amount)), **facts)


def counter(*fees: Fee, **facts: object) -> ChannelDetails:
    return ChannelDetails(channel="truc_tiep", fees=fees, **facts)


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (fee(0), "Miễn phí"),
        (fee("0.00"), "Miễn phí"),
        (fee(1), "1 đ"),
        (fee(8000), "8.000 đ"),
        (fee(1_500_000), "1.500.000 đ"),
        (fee(999_999_999_999), "999.999.999.999 đ"),
        (fee(10, currency="USD"), "10 USD"),
        (fee(8000, note="/bản"), "8.000 đ/bản"),
        (fee(2000, note="/trang; từ trang thứ 3 là 1.000 đồng"), "2.000 đ/trang"),
        (fee(2000, note="/trang (khổ A4)"), "2.000 đ/trang"),
        (fee(None), ""),
        (fee(None, note="Theo Nghị quyết của HĐND tỉnh"), "Theo Nghị quyết của HĐND tỉnh"),
        (fee(None, note="Theo quy định " * 20), "Theo quy định hiện hành"),
    ],
)
def test_fee_text(value, text):
    said = plain(fee_text(value))

    assert said == text or (len(value.note) > 100 and said and said not in value.note)


@pytest.mark.parametrize(
    "words", ["Miễn phí", "Miễn phí.", "MIỄN LỆ PHÍ", "Không thu phí.", "Miễn lệ phí. ", "Không"]
)
def test_free_of_charge_is_not_repeated(words):
    assert fee_note(fee(0, note=words)) == ""
    assert exemption_note(fee(0, exemption=words)) == ""
    (row,) = channel_table((counter(fee(0, exemption=words)), counter(fee(0, exemption=words)))).rows
    assert [(line.amount, line.note, line.exemption, line.exemption_below) for line in row.fees] == [
        ("Miễn phí", "", "", False)
    ]


@pytest.mark.parametrize("words", ["Miễn phí", "Miễn lệ phí"])
def test_free_beside_an_amount_is_an_exemption(words):
    """If some people pay, exemptions of others are never left out (docs/domain.md#fees-and-exemptions)."""
    assert exemption_note(fee(8000, exemption=words)) == words
    assert exemption_note(fee(None, exemption=words)) == words


@pytest.mark.parametrize("words", [POOR, "Miễn phí cho trẻ em", "Không thu của người cao tuổi"])
def test_exemption_is_shown_beside_zero(words):
    assert exemption_note(fee(0, exemption=words)) == words


@given(
    st.lists(
        st.tuples(st.sampled_from(["truc_tiep", "truc_tuyen", "buu_chinh"]),
                  st.none() | st.integers(0, 10**6), st.text(alphabet="abc .", max_size=300)),
        max_size=5,
    )
)  # fmt: skip
def test_no_exemption_is_ever_lost(rows):
    """Whatever its length and channel, it is beside its amount or below the table with a pointer beside the amount."""
    channels = tuple(
        ChannelDetails(channel=channel, fees=(fee(amount, exemption=words.strip()),))
        for channel, amount, words in rows
    )
    table = channel_table(channels)
    beside = {line.exemption for row in table.rows for line in row.fees}

    for channel in channels:
        for one in channel.fees:
            assert one.exemption in beside | set(table.exemptions) | {""}
            if one.exemption in table.exemptions and one.amount != 0:
                assert any(line.exemption_below for row in table.rows for line in row.fees)


@pytest.mark.parametrize("length", [MAX_INLINE_LENGTH, MAX_INLINE_LENGTH + 1])
def test_long_time_note_is_shown_below_the_table(length):
    note = "n" * length
    table = channel_table((counter(time_value=3, time_unit="ngay", time_note=note),))

    assert (table.rows[0].note == note) is (length <= MAX_INLINE_LENGTH)
    assert table.notes == ((note,) if length > MAX_INLINE_LENGTH else ())


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1, "ngay_lam_viec", "1 ngày làm việc"),
        (30, "ngay", "30 ngày"),
        (8, "gio", "8 giờ"),
        (2, "thang", "2 tháng"),
        (None, "", ""),
    ],
)
def test_time_text(value, unit, text):
    (row,) = channel_table((counter(time_value=value, time_unit=unit),)).rows

    assert plain(row.time).startswith(text)
    assert bool(row.time) == bool(text)


def test_channels_are_ordered_online_desk_post():
    parts = [ChannelDetails(channel=channel) for channel in ("buu_chinh", "truc_tiep", "truc_tuyen")]

    assert [row.label for row in channel_table(tuple(parts)).rows] == [
        "Trực tuyến",
        "Tại Bộ phận Một cửa",
        "Qua bưu chính",
    ]


@pytest.mark.parametrize(
    ("fees", "answer"),
    [
        ((), ""),
        ((fee(0),), "Miễn phí"),
        ((fee(8000),), "8.000 đ"),
        ((fee(8000, exemption=POOR),), "8.000 đ, có trường hợp miễn, giảm"),
        ((fee(0, exemption="Miễn lệ phí."),), "Miễn phí"),
        (tuple(fee(amount) for amount in (1, 2, 3, 4)), "Tùy trường hợp: xem bảng"),
    ],
)
def test_card_shows_the_fee_only_if_unambiguous(fees, answer):
    said = plain(channel_table((counter(*fees),)).fee)

    if POOR in {one.exemption for one in fees}:
        assert said.startswith("8.000 đ, ")
    elif len(fees) > 3:
        assert "1 đ" not in said
        assert said
    else:
        assert said == answer


@pytest.mark.django_db
class TestOnThePage:
    @pytest.fixture(autouse=True)
    def _today(self):
        with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
            yield

    def text(self, client, *channels, **facts):
        import_records(
            [{"core_code": "1.000001", "title": "Một thủ tục", "channels": list(channels), **facts}]
        )
        response = client.get(ProcedurePage.objects.get().url)
        assert response.status_code == 200
        return plain(" ".join(response.content.decode().split()))

    def test_zero_is_free_and_not_repeated(self, client):
        text = self.text(
            client, {"channel": "truc_tiep", "fees": [{"amount": 0, "exemption": "Miễn lệ phí."}]}
        )

        assert "Miễn phí" in text
        assert "Miễn lệ phí" not in text

    def test_no_fee_at_all_is_not_free(self, client):
        text = self.text(client, {"channel": "truc_tiep", "time_value": 3, "time_unit": "ngay"})

        assert "Miễn phí" not in text
        assert "Chưa có thông tin" in text

    def test_amount_set_by_the_province_is_not_free(self, client):
        text = self.text(
            client, {"channel": "truc_tiep", "fees": [{"note": "Theo Nghị quyết của HĐND tỉnh"}]}
        )

        assert "Theo Nghị quyết của HĐND tỉnh" in text
        assert "Miễn phí" not in text

    def test_the_exemption_is_within_the_cell_of_its_amount(self, client):
        text = self.text(client, {"channel": "truc_tiep", "fees": [{"amount": 8000, "exemption": POOR}]})
        cell = text[text.index("8.000 đ", text.index('id="thoi-han"')) :]

        assert POOR in cell[: cell.index("</td>")]

    def test_an_exemption_of_all_channels_follows_with_a_pointer_in_each_row(self, client):
        one = {"fees": [{"amount": 8000, "exemption": POOR}]}
        text = self.text(
            client, {"channel": "truc_tiep", "time_note": "3 buổi", **one}, {"channel": "truc_tuyen", **one}
        )

        assert text.count(POOR) == 1
        assert text.count('href="#mien-giam"') == 2

    def test_fee_text_is_not_markup(self, client):
        fees = [{"amount": 8000, "note": "<b>đậm</b>", "exemption": "<script>x</script>"}]

        text = self.text(client, {"channel": "truc_tiep", "fees": fees, "time_note": "<i>nghiêng</i>"})

        for markup in ("<b>đậm", "<script>x", "<i>nghiêng"):
            assert markup not in text

    def test_the_page_can_be_shared_and_printed(self, client):
        text = self.text(client)
        address = f"http://testserver{ProcedurePage.objects.get().url}"

        assert f'data-share="{address}"' in text
        assert "data-print hidden" in text, "shown by a script; without one the browser's own menu prints"
        assert text.count(f'href="{address}"') >= 1

    def test_campaign_parameters_of_the_address_are_not_shared(self, client):
        self.text(client)
        page = ProcedurePage.objects.get()

        text = client.get(f"{page.url}?fbclid=123").content.decode()

        assert f'data-share="http://testserver{page.url}"' in text
