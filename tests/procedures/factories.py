"""Builders for the catalogue: a section, a procedure page with all its parts, its versions."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from wagtail.models import Page, Site

from accounts.models import Agency
from procedures.models import (
    Procedure,
    ProcedureCataloguePage,
    ProcedureChannel,
    ProcedurePage,
    ProcedureSectionPage,
    PublicationDecision,
)

# Tests use small numbers themselves ("99/QĐ-UBND", "H12.5"); numbers generated here never clash with them.
_numbers = count(90_001)


def make_agency(**values: Any) -> Agency:
    """A department valid since 2025."""
    number = next(_numbers)
    defaults = {
        "name": f"Sở Thử nghiệm {number}",
        "short_name": f"Sở TN {number}",
        "slug": f"so-thu-nghiem-{number}",
        "kind": Agency.Kind.DEPARTMENT,
        "code": f"H12.{number // 1000}.{number % 1000}",
        "valid_from": date(2025, 3, 1),
    }
    return Agency.objects.create(**{**defaults, **values})


def make_catalogue() -> ProcedureCataloguePage:
    """The only catalogue below the site's root page."""
    found = ProcedureCataloguePage.objects.first()
    if found:
        return found
    site = Site.objects.filter(is_default_site=True).first()
    root = site.root_page if site else Page.get_first_root_node()
    return root.add_child(instance=ProcedureCataloguePage(title="Thủ tục", slug="thu-tuc"))


def make_section(agency: Agency | None = None, **values: Any) -> ProcedureSectionPage:
    """A section of the catalogue for ``agency``."""
    agency = agency or make_agency()
    defaults = {"title": agency.name, "slug": agency.slug, "agency": agency}
    return make_catalogue().add_child(instance=ProcedureSectionPage(**{**defaults, **values}))


def make_decision(**values: Any) -> PublicationDecision:
    """A decision of the province."""
    number = next(_numbers)
    defaults = {"number": f"{number}/QĐ-UBND", "agency_name": "UBND tỉnh Cà Mau", "date": date(2025, 7, 1)}
    return PublicationDecision.objects.create(**{**defaults, **values})


def make_procedure(**values: Any) -> Procedure:
    """An entry of the catalogue with a code of its own."""
    core = values.pop("core_code", f"9.{next(_numbers):06d}")
    return Procedure.objects.create(core_code=core, **{"title": f"Thủ tục {core}", **values})


def make_page(section: ProcedureSectionPage | None = None, **values: Any) -> ProcedurePage:
    """A page in the tree, live but not yet published under a decision, with one channel."""
    section = section or make_section()
    procedure = values.pop("procedure", None) or make_procedure()
    defaults = {"title": procedure.title, "slug": f"thu-tuc-{procedure.core_code.replace('.', '-')}"}
    page = ProcedurePage(procedure=procedure, **{**defaults, **values})
    page.channels = [ProcedureChannel(channel="truc_tiep", time_value=3, time_unit="ngay_lam_viec")]
    return section.add_child(instance=page)
