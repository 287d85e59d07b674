"""Register the filing offer of a procedure (docs/domain.md#submission-channels), and the dossiers that depend on it."""

from __future__ import annotations

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from core import health, malware_scan
from core.wagtail import dependants
from core.wagtail.dependants import Dependants
from forms_app.builder import obstacles
from forms_app.dossiers.models import Dossier, FilingChannel
from forms_app.dossiers.selectors.filing import filing_option, why_not_filed_here
from forms_app.dossiers.services.scans import late_files
from procedures import filing_links
from procedures.choices import ServiceLevel
from procedures.dependants import procedures_of
from procedures.filing_links import FilingLink, is_on_national_portal
from procedures.models import Procedure


@filing_links.register
def portal_filing_link(procedure: Procedure) -> FilingLink | None:
    """Return the portal's own form, the national portal or None, according to the dated filing channel. One query."""
    option = filing_option(procedure)
    if option.channel == FilingChannel.Channel.NATIONAL:
        # Rows made before a change of the setting may lead elsewhere: its first page is always right.
        address = option.url if is_on_national_portal(option.url) else filing_links.NATIONAL_PORTAL
        return FilingLink(_("Apply on the national portal"), address, note=_("Opens dichvucong.gov.vn."))
    if option.channel != FilingChannel.Channel.OWN:
        return None
    if option.minutes is None or not option.has_agency:
        return (
            _national_portal() if option.service_level in {ServiceLevel.FULL, ServiceLevel.PARTIAL} else None
        )
    return FilingLink(
        _("Apply online"),
        reverse("dossiers:start", args=[procedure.core_code]),
        note=_("About %(minutes)d minutes. You can save and continue at any time.")
        % {"minutes": option.minutes},
        blank_form=reverse("dossiers:blank-form", args=[procedure.core_code]),
    )


def _national_portal() -> FilingLink:
    return FilingLink(
        _("Apply on the national portal"),
        filing_links.NATIONAL_PORTAL,
        note=_("This portal has no online form for the procedure yet. Opens dichvucong.gov.vn."),
    )


@obstacles.register
def obstacles_to_filing(procedure: Procedure) -> list[str]:
    """Return why citizens cannot file ``procedure`` with its published form."""
    return why_not_filed_here(procedure)


@health.register("malware_scan")
def malware_scan_health() -> str | None:
    """Return the state of the scanner, then of the files waiting for it; None without a scanner. Two queries."""
    state = malware_scan.health()
    if state != "ok":
        return state
    late = late_files()
    return f"late={late}" if late else "ok"


@dependants.register
def dossiers_of_procedures(instance: Model) -> list[Dependants]:
    """Return the dossiers filed under the procedures of a page or row."""
    filed = Dossier.objects.filter(procedure_version__procedure__in=procedures_of(instance).values("pk"))
    return [Dependants(_("Dossiers"), filed.count())]
