"""Full-text records of the national portal: the address that they contain."""

from __future__ import annotations

import pytest
from django.test import Client

from procedures.imports.apply import import_records
from procedures.imports.formats.full_text import fulltext_record
from procedures.models import Procedure, ProcedurePage, ProcedureVersion

ADDRESS = "https://dichvucong.gov.vn/thu-tuc-hanh-chinh/019d2bfb-df3a-71d0-af09-cf4e1a45e6a4"


def record(address: object = ADDRESS) -> dict:
    return {"ma_thu_tuc": "1.000894", "ten_thu_tuc": "Đăng ký kết hôn", "detail_url": address}


@pytest.mark.parametrize(
    "address",
    [
        "", None, "https://dichvucong.gov.vn/", "https://dichvucong.gov.vn/p/home/dvc-tthc.html?ma_thu_tuc=1.000894",
        "http://dichvucong.gov.vn/thu-tuc-hanh-chinh/019d2bfb-df3a-71d0-af09-cf4e1a45e6a4",
        "https://dichvucong.gov.vn.example/thu-tuc-hanh-chinh/019d2bfb-df3a-71d0-af09-cf4e1a45e6a4",
        "javascript:alert(1)", f"{ADDRESS}?x=1", "https://dichvucong.gov.vn/thu-tuc-hanh-chinh/1.000894",
    ],
)  # fmt: skip
def test_other_addresses_are_left_out(address: object) -> None:
    assert fulltext_record(record(address)).national_url == ""


@pytest.mark.django_db
def test_page_links_to_the_procedure_on_the_national_portal(client: Client) -> None:
    import_records([fulltext_record(record("")).to_json()])
    page = ProcedurePage.objects.get()
    assert "dichvucong.gov.vn/thu-tuc-hanh-chinh" not in client.get(page.url).content.decode()

    import_records([fulltext_record(record()).to_json()])
    assert Procedure.objects.get().national_url == ADDRESS
    assert f'href="{ADDRESS}"' in client.get(page.url).content.decode()
    assert ProcedureVersion.objects.count() == 1, "an address is no part of the legal content"

    import_records([{"core_code": "1.000894", "title": "Đăng ký kết hôn"}])
    assert Procedure.objects.get().national_url == ADDRESS, "a file without the address does not take it away"
