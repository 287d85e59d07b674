"""The rules of the field types over whole ranges: property tests beside the tables of ``test_field_types``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from hypothesis import assume, given
from hypothesis import strategies as st

from accounts.models import AdminUnit
from core.text import nfc
from forms_app.builder.field_types import citizen_id, registry
from forms_app.builder.field_types.date import OLDEST, read_date
from tests.accounts.factories import AgencyFactory, UnitFactory
from tests.builder.factories import asked, spec_of

TODAY = date(2026, 11, 23)
CHOICES = [{"value": value, "label": f"Loại {value}"} for value in "abcd"]
GAPS = st.sampled_from(["", " ", ".", "-", "  ", "\u00a0"])
# TT 59/2021/TT-BCA, Phụ lục I: the 63 provinces of the cards.
PROVINCES = [
    "001", "002", "004", "006", "008", "010", "011", "012", "014", "015", "017", "019", "020", "022", "024", "025",
    "026", "027", "030", "031", "033", "034", "035", "036", "037", "038", "040", "042", "044", "045", "046", "048",
    "049", "051", "052", "054", "056", "058", "060", "062", "064", "066", "067", "068", "070", "072", "074", "075",
    "077", "079", "080", "082", "083", "084", "086", "087", "089", "091", "092", "093", "094", "095", "096",
]  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def _today() -> Iterator[None]:
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        yield


def error_of(kind: str, typed: object, **spec: object) -> str:
    """What is said to ``typed``; empty when it is taken."""
    form = asked(spec_of(kind, **spec), {"f": typed})
    return "" if form.is_valid() else " ".join(form.errors["f"])


def answer_of(kind: str, typed: object, **spec: object) -> object:
    form = asked(spec_of(kind, **spec), {"f": typed})
    assert form.is_valid(), form.errors
    return form.answers()["f"]


class TestCitizenId:
    def test_the_63_provinces_of_the_cards_and_no_other(self) -> None:
        assert len(PROVINCES) == 63
        taken = {code for n in range(1000) if not citizen_id.problem((code := f"{n:03d}") + "185001234")}
        assert taken == set(PROVINCES)

    @pytest.mark.parametrize(
        ("digits", "year"),
        [
            ("000", 1900),
            ("099", 1999),
            ("185", 1985),
            ("200", 2000),
            ("226", 2026),
            ("300", 2000),
            ("326", 2026),
        ],
    )
    def test_century_sex_and_year(self, digits: str, year: int) -> None:
        number = f"096{digits}001234"
        assert citizen_id.problem(number) is None
        assert citizen_id.birth_year(number) == year

    @pytest.mark.parametrize(
        ("digits", "year"), [("227", "2027"), ("299", "2099"), ("327", "2027"), ("399", "2099")]
    )
    def test_nobody_is_born_tomorrow(self, digits: str, year: str) -> None:
        said = error_of("citizen_id", f"096{digits}001234")
        assert year in said
        assert "chưa đến" in said

    @pytest.mark.parametrize("digit", "456789")
    def test_the_fourth_digit_is_said(self, digit: str) -> None:
        assert f"Chữ số thứ tư là {digit}" in error_of("citizen_id", f"096{digit}85001234")

    @given(
        st.builds(
            "{}{}{:02d}{:06d}".format, st.sampled_from(PROVINCES), st.sampled_from("01"), st.integers(0, 99),
            st.integers(0, 999_999),
        ),
        GAPS,
    )  # fmt: skip
    def test_any_lawful_number_is_taken_however_it_is_spaced(self, number: str, gap: str) -> None:
        assert answer_of("citizen_id", f" {number[:3]}{gap}{number[3:6]}{gap}{number[6:]} ") == number

    @given(st.text("0123456789", min_size=1, max_size=30))
    def test_a_wrong_length_is_counted(self, digits: str) -> None:
        assume(len(digits) != citizen_id.LENGTH)
        assert f"Bạn đã nhập {len(digits)}." in error_of("citizen_id", digits)

    @given(st.text(min_size=1, max_size=60))
    def test_whatever_is_typed_is_taken_whole_or_refused_in_words(self, text: str) -> None:
        assume("None" not in text)
        form = asked(spec_of("citizen_id", required=False), {"f": text})
        if form.is_valid():
            assert re.fullmatch(r"\d{12}|", form.answers()["f"], re.ASCII)
        else:
            assert form.errors["f"]
            assert "None" not in str(form.errors["f"])

    @given(st.sampled_from(PROVINCES), st.integers(0, 99_999_999))
    def test_a_masked_number_shows_six_digits_at_most(self, province: str, rest: int) -> None:
        masked = citizen_id.mask(f"{province}0{rest:08d}")
        assert len(re.findall(r"\d", masked)) == 6
        assert masked.startswith(province)


class TestPhone:
    @pytest.mark.parametrize("prefix", ["03", "05", "07", "08", "09"])
    @given(rest=st.integers(0, 99_999_999), gap=GAPS, country=st.sampled_from(["0", "+84", "0084", "+84 "]))
    def test_mobile_numbers_in_every_spelling(self, prefix: str, rest: int, gap: str, country: str) -> None:
        number = f"{prefix}{rest:08d}"
        typed = f"{country}{number[1:4]}{gap}{number[4:7]}{gap}{number[7:]}"
        assert answer_of("phone", typed) == number

    @given(st.integers(0, 999_999_999))
    def test_land_lines_have_eleven_digits(self, rest: int) -> None:
        assert answer_of("phone", f"02{rest:09d}") == f"02{rest:09d}"

    @pytest.mark.parametrize(
        "typed",
        [
            "0112345678", "0212345678", "0412345678", "0612345678", "091234567", "09123456789", "113",
            "+1 202 555 0100",
            "0912345678 hoặc 0913", "091234567a", "84912345678",
            "\u0660\u0669\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668",
        ],
    )  # fmt: skip
    def test_what_is_no_vietnamese_number_is_said_back(self, typed: str) -> None:
        assert "Bạn đã nhập" in error_of("phone", typed)

    @given(st.text(min_size=1, max_size=45))
    def test_whatever_is_typed_is_a_number_or_an_error(self, text: str) -> None:
        form = asked(spec_of("phone", required=False), {"f": text})
        if form.is_valid() and (answer := form.answers()["f"]):
            assert re.fullmatch(r"0\d{9,10}", answer, re.ASCII)


class TestDate:
    @given(
        st.dates(OLDEST, date(2100, 1, 1)),
        st.sampled_from(
            [
                "{d}/{m}/{y}", "{d:02d}/{m:02d}/{y}", "{d}-{m}-{y}", "{d}.{m}.{y}", "{d} {m} {y}", "{d} / {m} / {y}",
                "ngày {d} tháng {m} năm {y}", "Ngày {d:02d} Tháng {m:02d} Năm {y}", "{y}-{m:02d}-{d:02d}",
                "{d:02d}{m:02d}{y}",
            ]
        ),
    )  # fmt: skip
    def test_every_spelling_reads_as_the_same_day(self, day: date, spelling: str) -> None:
        typed = spelling.format(d=day.day, m=day.month, y=day.year)
        assert read_date(typed) == day
        assert answer_of("date", typed) == day.isoformat()

    @pytest.mark.parametrize(
        "typed",
        [
            "31/4/2020", "29/2/2023", "30/2/2024", "31/11/2025", "0/1/2020", "1/0/2020", "32/1/2020", "1/13/2020",
            "13/2020", "2020", "1/1", "1/1/20", "1/1/02020", "hôm qua", "1-1/2020x", "2020/1/1x", "00000000",
        ],
    )  # fmt: skip
    def test_a_day_that_never_was_is_said_back(self, typed: str) -> None:
        assert f"“{typed}” không phải ngày" in error_of("date", typed)

    @pytest.mark.parametrize("year", [1900, 2000, 2023, 2024, 2100])
    def test_leap_years(self, year: int) -> None:
        leap = (date(year, 3, 1) - timedelta(days=1)).day == 29
        assert (error_of("date", f"29/2/{year}") == "") == leap

    @given(st.dates(OLDEST, date(2100, 1, 1)))
    def test_bounds_by_today_include_today(self, day: date) -> None:
        typed = f"{day:%d/%m/%Y}"
        assert (error_of("date", typed, options={"not_future": True}) == "") == (day <= TODAY)
        assert (error_of("date", typed, options={"not_past": True}) == "") == (day >= TODAY)

    def test_today_is_that_of_the_province_and_not_of_the_server(self) -> None:
        with time_machine.travel("2026-11-23T17:30:00Z", tick=False):  # half past midnight of the 24th
            assert error_of("date", "24/11/2026", options={"not_future": True}) == ""
            assert error_of("date", "23/11/2026", options={"not_past": True}) != ""

    @given(st.text(min_size=1, max_size=60))
    def test_whatever_is_typed_is_a_day_or_an_error(self, text: str) -> None:
        form = asked(spec_of("date", required=False), {"f": text})
        if form.is_valid() and (answer := form.answers()["f"]):
            assert OLDEST.isoformat() <= answer


class TestNumber:
    @given(st.integers(-(10**12), 10**12))
    def test_whole_numbers_with_and_without_thousands(self, number: int) -> None:
        grouped = f"{number:,}".replace(",", ".")
        assert answer_of("number", grouped) == str(number)
        assert answer_of("number", grouped.replace(".", " ")) == str(number)

    @given(st.decimals(-(10**9), 10**9, places=3, allow_nan=False, allow_infinity=False))
    def test_shown_again_it_reads_as_the_same_number(self, number: Decimal) -> None:
        field_type, options = registry.get("number"), {"decimals": 3}
        answer = field_type.to_answer(number)
        shown = field_type.to_initial(answer)
        assert Decimal(str(answer_of("number", shown, options=options))) == number

    @pytest.mark.parametrize(
        ("typed", "answer"),
        [
            ("1.234.567,89", "1234567.89"), ("0,5", "0.5"), ("+7", "7"), ("007", "7"), ("1 000 000", "1000000"),
            ("1\u00a0000", "1000"), ("-0", "0"), ("0", "0"), ("0,00", "0"), ("12,50", "12.5"),
        ],
    )  # fmt: skip
    def test_spellings(self, typed: str, answer: str) -> None:
        found = answer_of("number", typed, options={"decimals": 2})
        assert Decimal(str(found)) == Decimal(answer)

    @pytest.mark.parametrize(
        "typed",
        [
            "1,2,3",
            "1.2.3",
            "12.34.567",
            "--1",
            "1-",
            "1/2",
            "0x10",
            "1e9",
            "Infinity",
            "nan",
            "½",
            "٣",
            "5 %",
            "1.234.5",
        ],
    )
    def test_what_is_no_number_is_said_back(self, typed: str) -> None:
        assert "không phải số" in error_of("number", typed, options={"decimals": 2})

    @pytest.mark.parametrize(("typed", "taken"), [("4", False), ("5", True), ("10", True), ("11", False)])
    def test_bounds_are_inside(self, typed: str, taken: bool) -> None:
        assert (error_of("number", typed, options={"min": 5, "max": 10}) == "") == taken

    @given(st.text(min_size=1, max_size=40))
    def test_whatever_is_typed_is_a_number_or_an_error(self, text: str) -> None:
        form = asked(spec_of("number", required=False, options={"decimals": 4}), {"f": text})
        if form.is_valid() and (answer := form.answers()["f"]) is not None:
            assert Decimal(answer).is_finite()


class TestChoices:
    @given(st.text(max_size=20))
    def test_only_what_was_offered_is_taken(self, value: str) -> None:
        assume(value not in set("abcd"))
        assume(value.strip())
        assert error_of("choice", value, choices=CHOICES) != ""
        assert error_of("many_choices", ["a", value], choices=CHOICES) != ""

    @given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=8))
    def test_several_are_kept_once_each(self, values: list[str]) -> None:
        assert answer_of("many_choices", values, choices=CHOICES) == list(dict.fromkeys(values))

    @pytest.mark.parametrize("value", ["A", "a ", "a,b", "['a']", "a\x00", "0"])
    def test_a_tampered_value_is_refused(self, value: str) -> None:
        assert (
            error_of("choice", value, choices=CHOICES) or answer_of("choice", value, choices=CHOICES) == "a"
        )

    def test_two_values_for_one_answer_are_not_joined(self) -> None:
        assert answer_of("choice", ["a", "b"], choices=CHOICES) in {"a", "b"}

    @pytest.mark.parametrize("value", ["true", "1", "on", "yes ", "YES", "có", "False"])
    def test_yes_and_no_are_two_words(self, value: str) -> None:
        assert error_of("yes_no", value) != "" or answer_of("yes_no", value) is True


class TestText:
    @given(st.text(max_size=150))
    def test_a_line_is_kept_in_nfc_without_what_cannot_be_seen(self, text: str) -> None:
        form = asked(spec_of("short_text", required=False), {"f": text})
        if form.is_valid():
            answer = form.answers()["f"]
            assert answer == nfc(answer)
            assert answer == answer.strip()
            assert "\n" not in answer
            assert not [letter for letter in answer if unicodedata.category(letter) in {"Cc", "Cf"}]

    @given(st.text(max_size=300))
    def test_cleaning_twice_changes_nothing(self, text: str) -> None:
        form = asked(spec_of("long_text", required=False), {"f": text})
        if form.is_valid():
            answer = form.answers()["f"]
            assert answer_of("long_text", answer, required=False) == answer

    @pytest.mark.parametrize("text", ["a\x00b", "\x00"])
    def test_a_nul_never_reaches_the_database(self, text: str) -> None:
        for kind in ("short_text", "long_text", "email", "phone", "citizen_id"):
            form = asked(spec_of(kind, required=False), {"f": text})
            assert not form.is_valid() or "\x00" not in str(form.answers())

    @pytest.mark.parametrize(
        ("typed", "taken"),
        [
            ("a@b.vn", True), ("nguyen.van-a+x@so.camau.gov.vn", True), ("a@b", False), ("a b@c.vn", False),
            ("@b.vn", False), ("a@b..vn", False), ("a@b.vn,c@d.vn", False), ("a@b.vn\nBcc: x@y.vn", False),
            ("a" * 250 + "@b.vn", False),
        ],
    )  # fmt: skip
    def test_mail_addresses(self, typed: str, taken: bool) -> None:
        assert (error_of("email", typed) == "") == taken

    @pytest.mark.parametrize(("length", "taken"), [(9, True), (10, True), (11, False)])
    @pytest.mark.parametrize("kind", ["short_text", "long_text"])
    def test_the_longest_text_is_counted_in_letters_and_not_in_bytes(
        self, kind: str, length: int, taken: bool
    ) -> None:
        assert (error_of(kind, "ộ" * length, options={"max_length": 10}) == "") == taken


@pytest.mark.django_db
class TestAddressByDate:
    """The two-tier list is that of the day: units come and go (DOMAIN 4)."""

    @pytest.fixture
    def home(self) -> AdminUnit:
        unit: AdminUnit = UnitFactory(name="Tỉnh Cà Mau", level="province", gso_code="96")
        AgencyFactory(code="H12", unit=unit)
        return unit

    def taken(self, province: AdminUnit, commune: AdminUnit) -> bool:
        data = {"f_province": str(province.pk), "f_commune": str(commune.pk), "f_detail": "Ấp 1"}
        return bool(asked(spec_of("address"), data).is_valid())

    @pytest.mark.parametrize(
        ("valid_from", "valid_to", "taken"),
        [
            (date(2025, 7, 1), None, True),
            (TODAY, TODAY, True),
            (date(2019, 1, 1), date(2025, 6, 30), False),
            (date(2019, 1, 1), TODAY - timedelta(days=1), False),
            (TODAY + timedelta(days=1), None, False),
        ],
    )
    def test_a_commune_counts_while_it_exists(
        self, home: AdminUnit, valid_from: date, valid_to: date | None, taken: bool
    ) -> None:
        commune = UnitFactory(parent=home, valid_from=valid_from, valid_to=valid_to)
        UnitFactory(parent=home)
        assert self.taken(home, commune) == taken

    def test_a_province_of_before_the_merger_is_not_offered(self, home: AdminUnit) -> None:
        gone = UnitFactory(
            name="Tỉnh Bạc Liêu", level="province", valid_from=date(2019, 1, 1), valid_to=date(2025, 6, 30)
        )
        form = asked(spec_of("address"), {"f_province": str(gone.pk), "f_commune": "", "f_detail": "Số 1"})
        assert not form.is_valid()
        assert "Bạc Liêu" not in str(form["f"])

    def test_what_was_answered_keeps_the_name_of_its_day(self, home: AdminUnit) -> None:
        commune = UnitFactory(name="Xã Tân Ân", parent=home)
        data = {"f_province": str(home.pk), "f_commune": str(commune.pk), "f_detail": "Ấp 1"}
        form = asked(spec_of("address"), data)
        assert form.is_valid()
        answer = form.answers()["f"]
        AdminUnit.objects.filter(pk=commune.pk).update(name="Xã Đất Mũi")
        assert registry.get("address").display(spec_of("address"), answer) == "Ấp 1, xã Tân Ân, tỉnh Cà Mau"

    @pytest.mark.parametrize("value", ["x", "-1", "²", "1;2", "9" * 40, "\x00", "None"])
    @pytest.mark.parametrize("part", ["f_province", "f_commune"])
    def test_a_tampered_unit_is_refused(self, home: AdminUnit, part: str, value: str) -> None:
        commune = UnitFactory(parent=home)
        data = {"f_province": str(home.pk), "f_commune": str(commune.pk), "f_detail": "Ấp 1"} | {part: value}
        assert not asked(spec_of("address"), data).is_valid()
