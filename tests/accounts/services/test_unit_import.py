from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from accounts import selectors
from accounts.models import AdministrativeUnit, AdministrativeUnitSuccession
from tests.paths import shared_data

UNITS = "code,name,type,note_predecessors_and_resolution\n"
LINKS = (
    "old_province_code,old_province,old_district_code,old_district,old_ward_code,old_ward,"
    "new_ward_code,new_ward,new_ward_type,relation\n"
)


@pytest.fixture
def tables(tmp_path):
    units, links = tmp_path / "units.csv", tmp_path / "links.csv"
    units.write_text(
        UNITS + "10001,Xã  Thử Một,xa,NQ thử\n10002,Phường Thử Hai,Phường,NQ thử\n", encoding="utf-8-sig"
    )
    links.write_text(
        LINKS
        + "96,Tỉnh Thử,900,Huyện Thử,10001,Xã Cũ,10001,Xã Thử Một,Xã,part\n"
        + "96,Tỉnh Thử,900,Huyện Thử,10001,Xã Cũ,10002,Phường Thử Hai,Phường,part-default\n",
        encoding="utf-8",
    )
    return units, links


def run(capsys, *args):
    call_command("import_units", *map(str, args))
    return capsys.readouterr().out.splitlines()


@pytest.mark.django_db
def test_reused_code_gives_two_units_and_split_ward_two_successors(tables, capsys):
    units, links = tables
    assert run(capsys, units, "--succession", links) == [
        "units: created=3 updated=0 unchanged=0",
        "succession: created=5 updated=0 unchanged=0",
    ]
    assert AdministrativeUnit.objects.filter(gso_code="10001").count() == 2
    shares = AdministrativeUnitSuccession.objects.order_by("share").values_list("share", "successor__name")
    assert list(shares) == [("default", "Phường Thử Hai"), ("part", "Xã Thử Một")]
    assert [unit.kind for unit in selectors.current_communes()] == ["phuong", "xa"]


@pytest.mark.django_db
def test_province_is_that_of_the_portal_with_its_shipped_code(tables, capsys, settings):
    settings.PORTAL_PROVINCE = "Tỉnh Đắk Lắk"
    run(capsys, tables[0])
    province = AdministrativeUnit.objects.get(level=AdministrativeUnit.Level.PROVINCE)
    assert (province.gso_code, province.name) == ("66", "Tỉnh Đắk Lắk")
    settings.PORTAL_PROVINCE = "Tỉnh Thử"
    with pytest.raises(CommandError, match="--province-code"):
        run(capsys, tables[0])


@pytest.mark.django_db
def test_second_run_changes_nothing_and_new_name_updates_the_unit(tables, capsys):
    units, links = tables
    run(capsys, units, "--succession", links)
    again = run(capsys, units, "--succession", links)
    assert all("created=0 updated=0" in line for line in again)
    units.write_text(UNITS + "10001,Xã Tên Mới,xa,NQ thử\n", encoding="utf-8")
    assert run(capsys, units) == ["units: created=0 updated=1 unchanged=1"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"code;name\n1;2\n", "name"),
        (UNITS.encode() + b"10001,X\xe3\n", "units.csv"),
        (UNITS.encode() + b"10001,Xa\n", "2"),
        (b"\x00\x01\x02", "units.csv"),
        (b"", "code"),
        ((UNITS + "10001,,xa,\n").encode(), r"units.csv, .* 2: "),
        ((UNITS + "10001,Xã,xa,\n1000x,Xã Hai,xa,\n").encode(), r"3: .*1000x"),
        ((UNITS + "100001,Xã,xa,\n").encode(), "100001"),
        ((UNITS + f"10001,{'x' * 121},xa,\n").encode(), "120"),
        ((UNITS + "10001,Xã Một,xa,\n10001,Xã Hai,xa,\n").encode(), r"3: 10001"),
    ],
)
def test_invalid_file_is_reported_and_changes_nothing(tmp_path, content, message):
    path = tmp_path / "units.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=message):
        call_command("import_units", str(path))
    assert not AdministrativeUnit.objects.exists()


@pytest.mark.django_db
def test_unknown_successor_rolls_back_the_import(tables):
    units, links = tables
    units.write_text(UNITS + "10001,Xã Thử Một,xa,NQ thử\n", encoding="utf-8")
    with pytest.raises(CommandError, match="10002"):
        call_command("import_units", str(units), "--succession", str(links))
    assert not AdministrativeUnit.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("96,Tỉnh Thử,900,Huyện Thử,10001,Xã Cũ,10001,Xã Thử Một,Xã,half\n", "half"),
        ("96,Tỉnh Thử,900,Huyện Thử,,Xã Cũ,10001,Xã Thử Một,Xã,whole\n", "mã đơn vị"),
        ("96,,900,Huyện Thử,10001,Xã Cũ,10001,Xã Thử Một,Xã,whole\n", "120"),
        ("96,Tỉnh Thử,900\n", ""),
    ],
)
def test_invalid_succession_is_reported_with_its_line(tables, line, message):
    units, links = tables
    links.write_text(
        LINKS + "96,Tỉnh Thử,900,Huyện Thử,10009,Xã Cũ Nữa,10001,Xã Thử Một,Xã,whole\n" + line,
        encoding="utf-8",
    )
    with pytest.raises(CommandError, match=rf"links\.csv, .* 3\b.*{message}"):
        call_command("import_units", str(units), "--succession", str(links))
    assert not AdministrativeUnit.objects.exists()


@pytest.mark.django_db
def test_missing_file_is_named_in_the_error(tmp_path):
    with pytest.raises(CommandError, match=r"nothing\.csv"):
        call_command("import_units", str(tmp_path / "nothing.csv"))


class TestCaMauData:
    """NQ 202/2025/QH15 and NQ 1655/NQ-UBTVQH15, measured in docs/domain.md#administrative-units."""

    @pytest.fixture(autouse=True)
    def _imported(self, db, capsys):
        self.files = (
            shared_data("camau", "camau_units_2025_with_legal_note.csv"),
            "--succession",
            shared_data("camau", "camau_old_to_new_wards.csv"),
        )
        self.report = run(capsys, *self.files)

    def test_numbers_of_units_and_successions(self):
        today = selectors.current_communes()
        assert today.count() == 64
        assert {kind: today.filter(kind=kind).count() for kind in ("xa", "phuong")} == {"xa": 55, "phuong": 9}
        assert AdministrativeUnitSuccession.objects.count() == 186
        old = AdministrativeUnit.objects.filter(valid_to__isnull=False)
        assert {level: old.filter(level=level).count() for level in ("province", "commune")} == {
            "province": 2, "commune": 164,
        }  # fmt: skip

    def test_145_wards_were_merged_whole_and_19_were_split(self):
        shares = AdministrativeUnitSuccession.objects.values_list("share", flat=True)
        assert Counter(shares) == {"whole": 145, "default": 19, "part": 22}
        parts: dict[int, list[str]] = {}
        for ward, share in AdministrativeUnitSuccession.objects.values_list("predecessor_id", "share"):
            parts.setdefault(ward, []).append(share)
        split = [shares for shares in parts.values() if len(shares) > 1]
        assert len(split) == 19
        assert all(shares.count("default") == 1 and "whole" not in shares for shares in split)
        assert all(shares == ["whole"] for shares in parts.values() if len(shares) == 1)

    def test_current_communes_have_predecessors_and_one_province(self):
        assert not selectors.current_communes().filter(succession_from=None).exists()
        assert {unit.parent.name for unit in selectors.current_communes()} == {"Tỉnh Cà Mau"}
        assert [province.gso_code for province in selectors.current_provinces()] == ["96"]

    def test_unit_of_a_reused_code_depends_on_the_date(self):
        before, after = date(2025, 6, 30), date(2025, 7, 1)
        assert selectors.current_communes(before).get(gso_code="31825").name == "Phường 1"
        assert selectors.current_communes(after).get(gso_code="31825").name == "Phường Bạc Liêu"
        assert selectors.current_communes(before).count() == 164
        assert {p.gso_code for p in selectors.current_provinces(before)} == {"95", "96"}
        assert not AdministrativeUnit.objects.filter(level="district").valid_on(after).exists()

    def test_second_run_changes_nothing(self, capsys):
        before = sorted(AdministrativeUnit.objects.values_list("pk", "name", "valid_to"), key=str)
        again = run(capsys, *self.files)
        assert all("created=0 updated=0" in line for line in again)
        assert sorted(AdministrativeUnit.objects.values_list("pk", "name", "valid_to"), key=str) == before
        assert self.report[0] == "units: created=65 updated=0 unchanged=0"
