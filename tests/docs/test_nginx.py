"""The sample proxy configuration serves no file that the portal protects."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from wagtail.models import Collection

from home.models import PortalDocument, PortalImage
from tests.paths import ROOT

TEXT = (ROOT / "docs" / "examples" / "nginx.conf").read_text(encoding="utf-8")
DENIED = re.findall(r"location \^~ (\S+)\s+\{ return 404; \}", TEXT)


@pytest.mark.parametrize(
    ("model", "folder"), [(PortalDocument, "documents"), (PortalImage, "original_images")]
)
@pytest.mark.django_db
def test_documents_and_originals_of_images_are_denied(model, folder) -> None:
    given = {"collection": Collection.get_first_root_node(), "title": "x"}
    name = model._meta.get_field("file").generate_filename(model(**given), "x.pdf")
    assert name.split("/")[0] == folder
    assert f"{settings.MEDIA_URL}{folder}/" in DENIED


def test_private_files_have_no_address() -> None:
    assert settings.PRIVATE_MEDIA_ROOT.name not in re.findall(r"alias \S+/(\w+)/;", TEXT)
    assert len(re.findall(r"\balias\b", TEXT)) == 2


@pytest.mark.parametrize(
    ("path", "masked"),
    [
        ("/ho-so/geheim/", True),
        ("/en/ho-so/geheim/noi-dung/", True),
        ("/nop-ho-so/1.000894/tiep/geheim/", True),
        ("/quan-tri/password_reset/confirm/MQ/geheim/", True),
        ("/tra-cuu/xac-nhan-thu/geheim/", True),
        ("/en/tra-cuu/cap-lai/geheim/", True),
        ("/tai-khoan/loi-moi/geheim/", True),
        ("/en/tai-khoan/thu-dien-tu/xac-nhan/geheim/", True),
        ("/tai-khoan/thu-dien-tu/", False),
        ("/mot-cua/ho-so/H12-1/", False),
        ("/tin-tuc/", False),
    ],
)
def test_keys_in_addresses_are_masked_in_the_log(path: str, masked: bool) -> None:
    patterns = [pattern.replace("?<", "?P<") for pattern in re.findall(r'"~(\^[^"]+)"', TEXT)]
    assert any(re.search(pattern, path) for pattern in patterns) is masked


def test_only_current_versions_of_tls_are_offered() -> None:
    assert re.findall(r"ssl_protocols ([^;]+);", TEXT) == ["TLSv1.2 TLSv1.3"]
