"""Cached values are JSON in every installation: what the portal and its libraries cache can be used when read."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache, caches
from hypothesis import given
from hypothesis import strategies as st
from wagtail.coreutils import get_locales_display_names
from wagtail.models import Locale, Site

from accounts import places
from accounts.models import AdministrativeUnit
from core.web.cache_values import JsonSerializer, LocalCache
from home.models import PortalImage

SIMPLE = st.none() | st.booleans() | st.integers() | st.text() | st.binary()
VALUES = st.recursive(
    SIMPLE, lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner)
)


@given(VALUES)
def test_values_round_trip(value: Any) -> None:
    stored = JsonSerializer().dumps(value)
    assert JsonSerializer().loads(stored) == value


def test_marks_of_the_encoding_are_ordinary_keys_of_a_dict() -> None:
    for value in ({"__pairs__": [["a", 1]]}, {"__bytes__": "YQ=="}):
        assert JsonSerializer().loads(JsonSerializer().dumps(value)) == value


@pytest.mark.parametrize("value", [object(), {1, 2}, lambda: 1])
def test_values_that_json_cannot_represent_are_refused_in_memory_too(value: Any) -> None:
    assert isinstance(caches["default"], LocalCache)
    for write in (cache.set, cache.add):
        with pytest.raises(TypeError):
            write("k", value)


@pytest.mark.django_db
class TestUsers:
    """Everything that this portal, Django and Wagtail put into the cache; the second call reads it from there."""

    def test_locales_of_the_admin(self) -> None:
        assert [get_locales_display_names()[locale.pk] for locale in Locale.objects.all()]
        assert [get_locales_display_names()[locale.pk] for locale in Locale.objects.all()]

    def test_root_paths_of_sites(self, django_assert_num_queries: Any) -> None:
        first = Site.get_site_root_paths()
        with django_assert_num_queries(0):
            second = Site.get_site_root_paths()
        assert second == first
        assert all(path.root_url for path in second)

    def test_units_of_addresses(self, django_assert_num_queries: Any) -> None:
        province = AdministrativeUnit.objects.create(
            gso_code="98", name="Tỉnh Thử", level="province", valid_from="2025-07-01"
        )
        commune = AdministrativeUnit.objects.create(
            gso_code="99001", name="Xã Thử", level="commune", parent=province, valid_from="2025-07-01"
        )
        first = places.provinces(), places.communes(str(province.pk))
        with django_assert_num_queries(0):
            second = places.provinces(), places.communes(str(province.pk))
        assert second == first
        assert [place.value for place in second[1]] == [str(commune.pk)]

    def test_renditions_are_not_in_the_shared_cache(self) -> None:
        assert PortalImage.get_rendition_model().cache_backend is caches["renditions"]
