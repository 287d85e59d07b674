"""The public search does not find a restricted page until the restriction is lifted."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from home.models import NewsIndexPage
from search.models import IndexedDocument
from search.services.indexing import check_sources
from tests.home import factories
from tests.procedures.factories import make_page, make_section

pytestmark = pytest.mark.django_db
LOGIN = PageViewRestriction.LOGIN


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Run what follows a commit, such as the delivery of the outbox."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def pages(committed):
    """Published news and a live procedure, all indexed."""
    with committed():
        news = factories.news(title="Triều cường dâng cao")
        procedure = make_page(make_section(), title="Cấp phép đê bao")
        procedure.save_revision().publish()
    return news, procedure


@pytest.mark.parametrize("above", [False, True])
@pytest.mark.parametrize("number", [0, 1])
def test_search_follows_restriction_and_its_removal(pages, committed, above, number):
    page = pages[number]
    restricted = page.get_parent() if above else page
    with committed():
        restriction = PageViewRestriction.objects.create(page=restricted, restriction_type=LOGIN)
    assert not IndexedDocument.objects.filter(ref=str(page.pk)).exists()
    with committed():
        restriction.delete()
    assert IndexedDocument.objects.filter(ref=str(page.pk)).exists()


def test_page_published_while_restricted_is_found_once_it_is_open(pages, committed):
    news = pages[0]
    with committed():
        restriction = PageViewRestriction.objects.create(page=news, restriction_type=LOGIN)
        news.save_revision().publish()
    with committed():
        restriction.delete()
    assert IndexedDocument.objects.filter(ref=str(news.pk)).exists()


def test_public_search_shows_nothing_of_a_restricted_page(client, pages, committed):
    def shown():
        addresses = ("/tim-kiem/?q=trieu+cuong+dang+cao", "/tim-kiem/goi-y/?q=trieu+cuong")
        return ["Triều cường dâng cao" in str(client.get(address).content.decode()) for address in addresses]

    assert shown() == [True, True]
    with committed():
        PageViewRestriction.objects.create(page=NewsIndexPage.objects.get(), restriction_type=LOGIN)
    assert shown() == [False, False]


def test_restricted_page_can_be_deleted(pages, committed):
    PageViewRestriction.objects.create(page=pages[0], restriction_type=LOGIN)
    with committed():
        pages[0].delete()
    assert not IndexedDocument.objects.filter(ref=str(pages[0].pk)).exists()


class TestCheckOfTheSources:
    def test_nothing_to_correct(self, pages):
        assert check_sources() == 0

    def test_documents_that_should_not_be_there_and_missing_ones_are_corrected(self, pages, committed):
        news, procedure = pages
        PageViewRestriction.objects.bulk_create([PageViewRestriction(page=news, restriction_type=LOGIN)])
        IndexedDocument.objects.filter(ref=str(procedure.pk)).delete()
        with committed():
            assert check_sources() == 2
        refs = set(IndexedDocument.objects.values_list("ref", flat=True))
        assert str(procedure.pk) in refs
        assert str(news.pk) not in refs

    def test_query_count_does_not_grow(self, pages, committed, django_assert_num_queries):
        with CaptureQueriesContext(connection) as few:
            check_sources()
        with committed():
            factories.news(2)
            factories.news(3)
        with django_assert_num_queries(len(few)):
            check_sources()
