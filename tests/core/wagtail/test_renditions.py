"""Which files below the media root the demo and the development server send."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.http import Http404
from django.test import RequestFactory
from PIL import Image
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Collection, CollectionViewRestriction

from core.wagtail import renditions
from home.models import PortalDocument, PortalImage
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db


def picture(collection: Collection | None = None) -> Any:
    file = get_test_image_file(filename="cau.png", size=(40, 30))
    return PortalImage.objects.create(
        title="Cầu", alt_text="Cây cầu", file=file, collection=collection or Collection.get_first_root_node()
    )


def copy_of(image: Any) -> Any:
    file = get_test_image_file(filename="cau.width-20.png", size=(20, 15))
    return image.renditions.create(filter_spec="width-20", focal_point_key="", width=20, height=15, file=file)


def get(name: str, user: Any = None) -> Any:
    request = RequestFactory().get(f"/media/images/{name}")
    request.user = user or AnonymousUser()
    request.session = {}  # type: ignore[assignment]
    return renditions.serve(request, name)


def name_of(rendition: Any) -> str:
    return str(rendition.file.name).removeprefix(renditions.FOLDER)


def test_resized_copy_is_sent() -> None:
    rendition = copy_of(picture())
    assert rendition.url == f"/media/images/{name_of(rendition)}"
    answer = get(name_of(rendition))
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "max-age=3600"
    assert Image.open(BytesIO(b"".join(answer.streaming_content))).size == (20, 15)
    answer.close()


def test_nothing_else_below_the_media_root_is_sent() -> None:
    image = picture()
    document = PortalDocument(title="Mật", collection=Collection.get_first_root_node())
    document.file.save("mat.txt", ContentFile(b"x"))
    rendition = copy_of(image)
    names = [
        image.file.name,
        document.file.name,
        f"../{image.file.name}",
        f"../{document.file.name}",
        "",
        ".",
    ]
    rendition.delete()
    for name in [*names, name_of(rendition)]:
        with pytest.raises(Http404):
            get(name)


def test_picture_of_a_restricted_collection_is_for_those_who_may_see_it() -> None:
    collection = Collection.get_first_root_node().add_child(name="Nội bộ")
    CollectionViewRestriction.objects.create(
        collection=collection, restriction_type=CollectionViewRestriction.LOGIN
    )
    name = name_of(copy_of(picture(collection.add_child(name="bên dưới"))))
    with pytest.raises(Http404):
        get(name)
    answer = get(name, UserFactory())
    assert answer["Cache-Control"] == "private, no-store"
    answer.close()


def test_picture_that_the_scanner_refused_is_not_sent(settings: Any) -> None:
    image = picture()
    name = name_of(copy_of(image))
    settings.CLAMAV_ADDRESS = "127.0.0.1:3310"
    with pytest.raises(Http404):
        get(name)
