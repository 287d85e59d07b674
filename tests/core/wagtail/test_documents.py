"""Documents of a restricted collection: their titles, and the headers with which they are sent."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from wagtail.models import Collection, CollectionViewRestriction

from accounts.models import Membership, User
from accounts.services import grant
from home.models import PortalDocument
from tests.accounts.factories import START, AgencyFactory, UserFactory

pytestmark = pytest.mark.django_db
CHOOSER = "/quan-tri/documents/chooser/"


def document(title, collection):
    made = PortalDocument(title=title, collection=collection)
    made.file.save(f"{title}.txt", ContentFile(b"x"))
    return made


@pytest.fixture
def documents():
    """A public document, one for signed-in people, one for a group."""
    root = Collection.get_first_root_node()
    found = {"public": document("Chung", root)}
    for kind in (CollectionViewRestriction.LOGIN, CollectionViewRestriction.GROUPS):
        collection = root.add_child(name=kind)
        restriction = CollectionViewRestriction.objects.create(collection=collection, restriction_type=kind)
        if kind == CollectionViewRestriction.GROUPS:
            restriction.groups.add(Group.objects.create(name="Ban chỉ đạo"))
        found[kind] = document(f"Kin{kind}", collection.add_child(name="bên dưới"))
    return found


@pytest.fixture
def editor():
    user = UserFactory()
    grant(user=user, agency=AgencyFactory(), role=Membership.Role.EDITOR, valid_from=START)
    return User.objects.get(pk=user.pk)


def shown(client, documents):
    """Return the documents whose titles the chooser reveals, by each of its addresses."""
    listed = client.get(f"{CHOOSER}results/").text
    return {
        name: (
            one.title in listed,
            client.get(f"{CHOOSER}chosen/{one.pk}/").status_code,
            client.get(f"{CHOOSER}chosen-multiple/?id={documents['public'].pk}&id={one.pk}").status_code,
        )
        for name, one in documents.items()
    }


def test_chooser_shows_what_the_editor_may_read(client, editor, documents):
    client.force_login(editor, "django.contrib.auth.backends.ModelBackend")
    told, hidden = (True, 200, 200), (False, 404, 404)
    assert shown(client, documents) == {"public": told, "login": told, "groups": hidden}
    editor.groups.add(Group.objects.get(name="Ban chỉ đạo"))
    assert shown(client, documents) == {"public": told, "login": told, "groups": told}


@pytest.mark.parametrize("key", ["x", "1.0", "💩", "9" * 30])
def test_malformed_key_is_a_404(client, editor, documents, key):
    client.force_login(editor, "django.contrib.auth.backends.ModelBackend")
    assert client.get(f"{CHOOSER}chosen/{key}/").status_code == 404
    assert client.get(f"{CHOOSER}chosen-multiple/", {"id": key}).status_code == 404


def test_no_cache_keeps_a_restricted_document(client, editor, documents):
    client.force_login(editor, "django.contrib.auth.backends.ModelBackend")
    expected = {"public": "no-cache", "login": "private, no-store"}
    for name, policy in expected.items():
        response = client.get(documents[name].url)
        assert b"".join(response.streaming_content) == b"x"
        assert response.headers["Cache-Control"] == policy
        again = client.get(documents[name].url, headers={"if-none-match": response.headers["ETag"]})
        assert (again.status_code, again.headers["Cache-Control"]) == (304, policy)


def test_no_header_says_none(client, documents):
    response = client.get(documents["public"].url)
    assert response.status_code == 200
    assert "Content-Encoding" not in response.headers
    assert "None" not in str(response.headers)
    response.close()


def test_restricted_document_is_not_sent_to_people_without_access(client, documents):
    assert client.get(documents["login"].url).status_code == 302
    assert client.get("/tai-lieu/999/x.txt").status_code == 404
