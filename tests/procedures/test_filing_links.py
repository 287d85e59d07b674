"""Which addresses belong to the national portal."""

from __future__ import annotations

from typing import Any

import pytest

from procedures.filing_links import is_on_national_portal
from procedures.imports.record import ProcedureRecord
from procedures.snapshot import RecordError


@pytest.mark.parametrize(
    "address",
    [
        "https://dichvucong.gov.vn", "https://dichvucong.gov.vn/p/home/dvc.html?ma=1.001193#nop",
        "https://dichvucong.gov.vn:443/x", "https://thanhtoan.dichvucong.gov.vn/x", "HTTPS://DichVuCong.gov.vn/x",
        "https://dichvucong.gov.vn./x", "https://dichvucong.gov.vn?x=1",
    ],
)  # fmt: skip
def test_addresses_of_the_national_portal(address: str) -> None:
    assert is_on_national_portal(address)


@pytest.mark.parametrize(
    "address",
    [
        "", "dichvucong.gov.vn", "http://dichvucong.gov.vn/x", "//dichvucong.gov.vn", "javascript:alert(1)",
        "https://dichvucong.gov.vn.example/x", "https://giadichvucong.gov.vn/x", "https://dichvucong.camau.gov.vn/x",
        "https://dichvucong.gov.vn@xau.example/x", "https://xau.example\\.dichvucong.gov.vn/x",
        "https://xau.example\\@dichvucong.gov.vn", "https://dichvucong.gov.vn:8443/x", "https://gov.vn/",
        "https://xau.example/dichvucong.gov.vn", "https://dichvucong.gov.vn/\nx", "https://dichvucong。gov.vn/x",
    ],
)  # fmt: skip
def test_other_addresses(address: str) -> None:
    assert not is_on_national_portal(address)


def test_hosts_are_a_setting(settings: Any) -> None:
    settings.NATIONAL_PORTAL_HOSTS = ["quocgia.example", "thu.quocgia.example"]
    assert is_on_national_portal("https://nop.quocgia.example/x")
    assert not is_on_national_portal("https://dichvucong.gov.vn/x")


def test_import_refuses_a_link_to_another_portal() -> None:
    facts = {"core_code": "1.001193", "title": "Đăng ký khai sinh"}
    assert ProcedureRecord.from_json({**facts, "national_url": "https://dichvucong.gov.vn/x"}).national_url
    with pytest.raises(RecordError, match="national_url"):
        ProcedureRecord.from_json({**facts, "national_url": "https://xau.example/x"})
