"""Two agencies with content that must be isolated, and a user for every role."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client
from wagtail.models import Collection

from accounts.models import Agency, Membership, User
from accounts.services import grant
from forms_app.dossiers import services as filing
from forms_app.dossiers.models import Attachment, Dossier
from home.models import NewsPage, PortalDocument, PortalImage
from tests.accounts.factories import START, AgencyFactory, UserFactory
from tests.forms_app.dossiers.factories import file_dossier, make_form, make_version, picture
from tests.home.factories import agency_site, front_page, published

ROLE = Membership.Role
#: Everyone who may send a request. ``a`` is the agency of the dossier, ``b`` the other one, ``p`` the Provincial
#: Inspectorate, which inspects both.
ROLES = (
    "anonymous", "citizen", "officer_a", "officer_b", "head_a", "editor_a", "editor_b", "communication_a",
    "controller_a", "operator_a", "inspector_a", "inspector_b", "inspector_p", "superuser",
)  # fmt: skip
STAFF_ROLES = {
    "officer": ROLE.RECEIVER, "head": ROLE.HEAD, "editor": ROLE.EDITOR, "communication": ROLE.COMMUNICATION,
    "controller": ROLE.CONTROLLER, "operator": ROLE.OPERATOR, "inspector": ROLE.INSPECTOR,
}  # fmt: skip


@dataclass
class Scenario:
    """``receipt`` belongs to the dossier at agency ``a``; ``other`` is the receipt of another citizen."""

    a: Agency
    b: Agency
    receipt: filing.FilingReceipt
    other: filing.FilingReceipt
    news_a: NewsPage
    news_b: NewsPage
    document_b: PortalDocument
    image_b: PortalImage
    people: dict[str, User] = field(default_factory=dict)

    @property
    def dossier(self) -> Dossier:
        return self.receipt.dossier

    @property
    def file(self) -> Attachment:
        return self.dossier.attachments.get()

    @property
    def core_code(self) -> str:
        return str(self.dossier.procedure_version.procedure.core_code)

    def client(self, role: str, **options: Any) -> Client:
        """Return a client of ``role`` that gets a 500 response instead of an exception."""
        client = Client(raise_request_exception=False, **options)
        if role != "anonymous":
            client.force_login(self.people[role], "django.contrib.auth.backends.ModelBackend")
        return client


def make_scenario() -> Scenario:
    """Create the scenario, a few hundred rows, once per test."""
    front_page()
    province = AgencyFactory(kind=Agency.Kind.PROVINCE)
    a, b = AgencyFactory(parent=province), AgencyFactory(parent=province)
    places = {"a": a, "b": b, "p": AgencyFactory(kind=Agency.Kind.INSPECTORATE, parent=province)}
    receipt, other = file_dossier(_form(a)), file_dossier(_form(b), full_name="Trần Văn Khác")
    news_a, news_b = _news(a), _news(b)
    collection = Collection.get_first_root_node().add_child(name=f"Riêng {b.name}")
    document = PortalDocument(title="Tài liệu của B", collection=collection)
    document.file.save("b.txt", ContentFile(b"cua B"))
    image = PortalImage.objects.create(
        title="Ảnh của B", alt_text="Ảnh", file=picture(), collection=collection
    )
    scenario = Scenario(a, b, receipt, other, news_a, news_b, document, image)
    scenario.people["citizen"], scenario.people["superuser"] = UserFactory(), UserFactory(is_superuser=True)
    for role in ROLES:
        name, _dash, place = role.partition("_")
        if name in STAFF_ROLES:
            scenario.people[role] = _member(places[place], STAFF_ROLES[name])
    return scenario


def _form(agency: Agency) -> Any:
    return make_form(make_version(), agency)


def _news(agency: Agency) -> NewsPage:
    site = agency_site(agency)
    page: NewsPage = published(site, NewsPage(title=f"Tin của {agency.name}", agency=agency, date=START))
    return page


def _member(agency: Agency, role: str) -> User:
    user = UserFactory()
    grant(user=user, agency=agency, role=role, valid_from=START)
    return User.objects.get(pk=user.pk)


def status_of(response: Any) -> int:
    """Read a response to its end, as a browser does, and return its status."""
    text_of(response)
    return int(response.status_code)


def text_of(response: Any) -> str:
    """Return the whole body as text. Not ``close()``: that would end the connection of the test's transaction."""
    if not response.streaming:
        return str(response.content.decode("utf-8", "replace"))
    body = b"".join(response.streaming_content)
    for closer in response._resource_closers:
        closer()
    return body.decode("utf-8", "replace")
