from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from accounts import selectors
from accounts.models import AdminUnit, UnitSuccession
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
def test_a_reused_code_is_two_units_and_a_split_ward_has_two_successors(tables, capsys):
    units, links = tables
    assert (
        run(capsys, units, "--succession", links)
        == [
            "units: created=3 updated=0 unchanged=0",
            "succession: created=5 updated=0 unchanged=2",
        ]
        or AdminUnit.objects.filter(gso_code="10001").count()
    )
    assert AdminUnit.objects.filter(gso_code="10001").count() == 2
    shares = UnitSuccession.objects.order_by("share").values_list("share", "successor__name")
    assert list(shares) == [("default", "Phường Thử Hai"), ("part", "Xã Thử Một")]
    assert [unit.kind for unit in selectors.current_communes()] == ["phuong", "xa"]


@pytest.mark.django_db
def test_the_second_run_changes_nothing_and_a_new_name_is_an_update(tables, capsys):
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
    ],
)
def test_a_broken_file_says_what_and_where_and_changes_nothing(tmp_path, content, message):
    path = tmp_path / "units.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=message):
        call_command("import_units", str(path))
    assert not AdminUnit.objects.exists()


@pytest.mark.django_db
def test_an_unknown_successor_undoes_the_whole_run(tables):
    units, links = tables
    units.write_text(UNITS + "10001,Xã Thử Một,xa,NQ thử\n", encoding="utf-8")
    with pytest.raises(CommandError, match="10002"):
        call_command("import_units", str(units), "--succession", str(links))
    assert not AdminUnit.objects.exists()


@pytest.mark.django_db
def test_the_real_map_of_the_province(capsys):
    units = shared_data("camau", "camau_units_2025_with_legal_note.csv")
    links = shared_data("camau", "camau_old_to_new_wards.csv")
    run(capsys, units, "--succession", links)
    assert selectors.current_communes().count() == 64
    assert UnitSuccession.objects.count() == 186
    old = AdminUnit.objects.filter(level="commune", valid_to__isnull=False)
    assert old.count() == 164
    assert sum(unit.succession_to.count() > 1 for unit in old) == 19
