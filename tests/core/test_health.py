"""``/healthz``: 200 while the database answers, what limps by name, nothing that helps a stranger."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.utils import timezone

from core import health, hooks
from core.cache import DegradingRedisCache, breaker
from core.models import OutboxMessage
from search.engines.elastic import client as elastic
from tests.support.redis_server import free_port

URL = "/healthz"


@pytest.fixture(autouse=True)
def _closed_breakers():
    breaker.reset()
    elastic.breaker_for.cache_clear()
    yield
    breaker.reset()
    elastic.breaker_for.cache_clear()


def message(**changes) -> OutboxMessage:
    number = OutboxMessage.objects.count()
    made = OutboxMessage.objects.create(
        kind="mail", key=f"m:{number}", payload={"to": ["bi-mat@example.vn"]}, available_at=timezone.now(),
        **{name: value for name, value in changes.items() if name != "created_at"},
    )  # fmt: skip
    if "created_at" in changes:
        OutboxMessage.objects.filter(pk=made.pk).update(created_at=changes["created_at"])
    return made


@pytest.mark.django_db
class TestParts:
    def test_everything_well(self, client):
        response = client.get(URL)
        assert response.status_code == 200
        assert response.json() == {"status": "ok", "database": "ok", "cache": "ok", "outbox": "ok"}

    def test_is_never_kept(self, client):
        assert "no-store" in client.get(URL).headers["Cache-Control"]

    def test_costs_few_statements(self, client, django_assert_max_num_queries):
        with django_assert_max_num_queries(2):
            client.get(URL)

    def test_needs_no_session_and_sets_no_cookie(self, client):
        assert not client.get(URL).cookies

    def test_a_cache_that_is_down(self, client, monkeypatch):
        gone = DegradingRedisCache(f"redis://127.0.0.1:{free_port()}/0", {"OPTIONS": {"socket_timeout": 0.5}})
        monkeypatch.setattr(health, "cache", gone)
        response = client.get(URL)
        assert response.status_code == 200
        assert response.json() == {"status": "degraded", "database": "ok", "cache": "down", "outbox": "ok"}

    @pytest.mark.redis
    def test_a_cache_that_is_silent_or_back(self, client, monkeypatch, own_redis):
        limits = {"OPTIONS": {"socket_timeout": 0.3, "socket_connect_timeout": 0.3}}
        shared = DegradingRedisCache(own_redis.url, limits)
        monkeypatch.setattr(health, "cache", shared)
        assert client.get(URL).json()["cache"] == "ok"
        own_redis.silence()
        assert client.get(URL).json()["cache"] == "down"
        own_redis.wake()
        breaker.reset()
        assert client.get(URL).json()["status"] == "ok"
        shared._cache.get_client().connection_pool.disconnect()

    def test_messages_that_wait_are_well_until_they_are_late(self, client):
        message()
        message(delivered_at=timezone.now(), created_at=timezone.now() - timedelta(days=3))
        assert client.get(URL).json()["outbox"] == "ok"
        message(created_at=timezone.now() - timedelta(minutes=11))
        message(failed_at=timezone.now(), last_error="SMTP said bi-mat")
        response = client.get(URL)
        assert response.status_code == 200
        assert response.json()["outbox"] == "late=1 failed=1"
        assert response.json()["status"] == "degraded"

    def test_says_nothing_of_people_or_errors(self, client, settings):
        message(failed_at=timezone.now(), last_error="password of smtp://nobody:secret@example.vn")
        text = client.get(URL).text
        for secret in ("bi-mat", "secret", "smtp", settings.SECRET_KEY, "127.0.0.1", "mail"):
            assert secret not in text

    def test_an_app_above_adds_its_part(self, client):
        @hooks.register("health")
        def scanner() -> tuple[str, str]:
            return "scanner", "down"

        try:
            assert client.get(URL).json() == {
                "status": "degraded", "database": "ok", "cache": "ok", "outbox": "ok", "scanner": "down",
            }  # fmt: skip
        finally:
            hooks.unregister("health", scanner)

    def test_leaves_nothing_in_the_cache_for_long(self, client, time_machine):
        time_machine.move_to("2026-03-02T02:00:00+00:00", tick=False)
        client.get(URL)
        time_machine.move_to("2026-03-02T02:00:11+00:00", tick=False)
        assert cache.get(health.PROBE) is None


@pytest.mark.django_db
class TestSearch:
    def test_is_not_named_where_the_database_searches(self, client):
        assert "search" not in client.get(URL).json()

    def test_that_is_off_is_down(self, client, settings):
        settings.ELASTICSEARCH_URL = f"http://127.0.0.1:{free_port()}"
        response = client.get(URL)
        assert response.status_code == 200
        assert response.json() == {
            "status": "degraded", "database": "ok", "cache": "ok", "outbox": "ok", "search": "down",
        }  # fmt: skip

    def test_that_is_silent_is_down_within_its_budget(self, client, settings):
        settings.ELASTICSEARCH_TIMEOUT = 0.3
        with socket.create_server(("127.0.0.1", 0)) as server:
            settings.ELASTICSEARCH_URL = f"http://127.0.0.1:{server.getsockname()[1]}"
            assert client.get(URL).json()["search"] == "down"

    def test_that_talks_rubbish_is_down(self, client, settings):
        with socket.create_server(("127.0.0.1", 0)) as server:

            def answer() -> None:
                link, _address = server.accept()
                with link:
                    link.recv(4096)
                    link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")

            thread = threading.Thread(target=answer)
            thread.start()
            settings.ELASTICSEARCH_URL = f"http://127.0.0.1:{server.getsockname()[1]}"
            assert client.get(URL).json()["search"] == "down"
            thread.join()

    @pytest.mark.elasticsearch
    def test_that_answers_is_well(self, client, elasticsearch_url):
        assert client.get(URL).json()["search"] == "ok"


class TestDatabase:
    @pytest.mark.django_db
    def test_down_is_503_and_nothing_else_is_asked(self, client, monkeypatch):
        def fail(*_args, **_kwargs):
            raise OperationalError("password authentication failed for user portal")

        monkeypatch.setattr(connection, "cursor", fail)
        response = client.get(URL)
        assert response.status_code == 503
        assert response.json() == {"status": "down", "database": "down"}

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_a_server_that_is_really_gone_is_503_and_200_when_it_is_back(self, client, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setitem(connection.settings_dict, "PORT", str(free_port()))
            connection.close()
            response = client.get(URL)
            assert response.status_code == 503
            assert response.json() == {"status": "down", "database": "down"}
            connection.close()
        assert client.get(URL).status_code == 200

    @pytest.mark.django_db
    def test_a_database_that_was_never_migrated_is_down(self, client):
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {OutboxMessage._meta.db_table} RENAME TO gone")
        assert client.get(URL).status_code == 503
