"""`/healthz`: 200 while the database answers, degraded parts by name, nothing confidential."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.utils import timezone

from core import health
from core.models import OutboxMessage
from core.web.redis_cache import DegradingRedisCache, breaker
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
    def test_every_part_is_reported_ok(self, client):
        response = client.get(URL)
        assert response.status_code == 200
        assert response.json() == {"status": "ok", "database": "ok", "cache": "ok", "outbox": "ok"}

    def test_response_is_never_cached(self, client):
        assert "no-store" in client.get(URL).headers["Cache-Control"]

    def test_uses_few_queries(self, client, django_assert_max_num_queries):
        with django_assert_max_num_queries(2):
            client.get(URL)

    def test_needs_no_session_and_sets_no_cookie(self, client):
        assert not client.get(URL).cookies

    def test_cache_down_is_degraded(self, client, monkeypatch):
        gone = DegradingRedisCache(f"redis://127.0.0.1:{free_port()}/0", {"OPTIONS": {"socket_timeout": 0.5}})
        monkeypatch.setattr(health, "cache", gone)
        response = client.get(URL)
        assert response.status_code == 200
        assert response.json() == {"status": "degraded", "database": "ok", "cache": "down", "outbox": "ok"}

    @pytest.mark.redis
    def test_silent_cache_is_degraded_until_it_answers(self, client, monkeypatch, own_redis):
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

    def test_waiting_messages_are_ok_until_late(self, client):
        message()
        message(delivered_at=timezone.now(), created_at=timezone.now() - timedelta(days=3))
        assert client.get(URL).json()["outbox"] == "ok"
        message(created_at=timezone.now() - timedelta(minutes=11))
        message(failed_at=timezone.now(), last_error="SMTP said bi-mat")
        response = client.get(URL)
        assert response.status_code == 200
        assert response.json()["outbox"] == "late=1 failed=1"
        assert response.json()["status"] == "degraded"

    def test_response_has_no_personal_data_and_no_errors(self, client, settings):
        message(failed_at=timezone.now(), last_error="password of smtp://nobody:secret@example.vn")
        text = client.get(URL).text
        for secret in ("bi-mat", "secret", "smtp", settings.SECRET_KEY, "127.0.0.1", "mail"):
            assert secret not in text

    def test_an_app_above_registers_its_part(self, client, monkeypatch):
        monkeypatch.setattr(health, "_checks", {})
        health.register("scanner")(lambda: "down")
        health.register("unused")(lambda: None)
        assert client.get(URL).json() == {
            "status": "degraded", "database": "ok", "cache": "ok", "outbox": "ok", "scanner": "down",
        }  # fmt: skip

    def test_an_error_in_a_registered_check_is_not_hidden(self, client, monkeypatch):
        monkeypatch.setattr(health, "_checks", {"scanner": lambda: 1 // 0})
        with pytest.raises(ZeroDivisionError):
            client.get(URL)

    def test_probe_expires_after_ten_seconds(self, client, time_machine):
        time_machine.move_to("2026-03-02T02:00:00+00:00", tick=False)
        client.get(URL)
        time_machine.move_to("2026-03-02T02:00:11+00:00", tick=False)
        assert cache.get(health.PROBE) is None


@pytest.mark.django_db
class TestSearch:
    def test_search_is_omitted_without_elasticsearch(self, client):
        assert "search" not in client.get(URL).json()

    def test_unreachable_elasticsearch_is_down(self, client, settings):
        settings.ELASTICSEARCH_URL = f"http://127.0.0.1:{free_port()}"
        response = client.get(URL)
        assert response.status_code == 200
        assert response.json() == {
            "status": "degraded", "database": "ok", "cache": "ok", "outbox": "ok", "search": "down",
        }  # fmt: skip

    def test_silent_elasticsearch_is_down_within_its_budget(self, client, settings):
        settings.ELASTICSEARCH_TIMEOUT = 0.3
        with socket.create_server(("127.0.0.1", 0)) as server:
            settings.ELASTICSEARCH_URL = f"http://127.0.0.1:{server.getsockname()[1]}"
            assert client.get(URL).json()["search"] == "down"

    def test_invalid_answer_of_elasticsearch_is_down(self, client, settings):
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
    def test_answering_elasticsearch_is_ok(self, client, elasticsearch_url):
        assert client.get(URL).json()["search"] == "ok"


class TestDatabase:
    @pytest.mark.django_db
    def test_database_down_is_503_and_skips_other_checks(self, client, monkeypatch):
        def fail(*_args, **_kwargs):
            raise OperationalError("password authentication failed for user portal")

        monkeypatch.setattr(connection, "cursor", fail)
        response = client.get(URL)
        assert response.status_code == 503
        assert response.json() == {"status": "down", "database": "down"}

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_lost_database_server_is_503_and_200_after_it_returns(self, client, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setitem(connection.settings_dict, "PORT", str(free_port()))
            connection.close()
            response = client.get(URL)
            assert response.status_code == 503
            assert response.json() == {"status": "down", "database": "down"}
            connection.close()
        assert client.get(URL).status_code == 200

    @pytest.mark.django_db
    def test_unmigrated_database_is_down(self, client):
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {OutboxMessage._meta.db_table} RENAME TO gone")
        assert client.get(URL).status_code == 503


@pytest.mark.django_db
class TestPublicAddress:
    def test_parts_are_shown_only_to_this_machine(self, client):
        message(failed_at=timezone.now())
        assert client.get(URL).json()["outbox"] == "late=0 failed=1"
        assert client.get(URL, REMOTE_ADDR="203.0.113.9").json() == {"status": "degraded"}

    def test_one_check_serves_the_requests_of_some_seconds(self, client, settings, django_assert_num_queries):
        settings.HEALTH_SECONDS = 60.0
        health._state._taken = None
        client.get(URL)
        with django_assert_num_queries(0):
            assert client.get(URL).json()["status"] == "ok"
        health._state._taken = None

    def test_each_network_has_a_limit(self, client):
        for _request in range(health.LIMIT.limit):
            assert client.get(URL, REMOTE_ADDR="203.0.113.9").status_code == 200
        response = client.get(URL, REMOTE_ADDR="203.0.113.9")
        assert response.status_code == 429
        assert int(response["Retry-After"]) > 0
        assert client.get(URL, REMOTE_ADDR="203.0.113.10").status_code == 200
