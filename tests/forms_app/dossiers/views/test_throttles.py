"""Lookups of a dossier are limited per address and per code."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from django.test import Client

from forms_app.dossiers.views.throttles import LOOKUPS_BY_CODE
from tests.forms_app.dossiers.factories import at, file_dossier


@pytest.mark.django_db
class TestThrottle:
    def test_limit_is_lifted_after_its_window(self) -> None:
        receipt = file_dossier(now=at("2026-11-23 09:00"))
        with time_machine.travel(at("2026-11-23 09:00"), tick=False) as clock:
            for _n in range(LOOKUPS_BY_CODE.limit):
                data = {"code": receipt.code, "lookup_key": "AAAABBBB"}
                assert Client(REMOTE_ADDR="10.1.0.1").post("/tra-cuu/", data).status_code == 422
            right = {"code": receipt.code, "lookup_key": receipt.lookup_key}
            refused = Client(REMOTE_ADDR="10.1.0.1").post("/tra-cuu/", right)
            assert refused.status_code == 429
            assert receipt.lookup_key in refused.content.decode(), "what was typed stands"
            clock.shift(timedelta(seconds=LOOKUPS_BY_CODE.seconds))
            assert Client(REMOTE_ADDR="10.1.0.1").post("/tra-cuu/", right).status_code == 302

    def test_lookups_of_unknown_codes_are_limited_too(self) -> None:
        answers = [
            Client(REMOTE_ADDR="10.2.0.1")
            .post("/tra-cuu/", {"code": "H12.99-260101-0001", "lookup_key": "AAAABBBB"})
            .status_code
            for _n in range(14)
        ]
        assert answers == [422] * LOOKUPS_BY_CODE.limit + [429] * 2

    def test_notations_of_a_code_share_one_limit(self) -> None:
        receipt = file_dossier()
        notations = [
            receipt.code,
            receipt.code.lower(),
            f" {receipt.code} ",
            receipt.code.replace("-", "–"),
        ] * 4
        answers = [
            Client(REMOTE_ADDR="10.3.0.1")
            .post("/tra-cuu/", {"code": code, "lookup_key": "AAAABBBB"})
            .status_code
            for code in notations
        ]
        assert answers == [422] * LOOKUPS_BY_CODE.limit + [429] * (len(notations) - LOOKUPS_BY_CODE.limit)
        assert all(left <= right for left, right in pairwise(answers))

    @pytest.mark.parametrize("missing", ["code", "lookup_key"])
    def test_incomplete_lookup_is_not_counted(self, missing: str) -> None:
        data = {"code": "H12.99-260101-0001", "lookup_key": "AAAABBBB"} | {missing: ""}
        for _n in range(LOOKUPS_BY_CODE.limit + 3):
            assert Client().post("/tra-cuu/", data).status_code == 422

    @pytest.mark.parametrize("code", ["x" * 60, "’; DROP TABLE", "<script>", "H12-١٢٣-0001", "🙂"])
    def test_every_wrong_lookup_gets_the_same_response(self, code: str) -> None:
        answer = Client().post("/tra-cuu/", {"code": code, "lookup_key": "AAAABBBB"})
        assert answer.status_code == 422
        assert "Không tìm thấy hồ sơ có mã hồ sơ" in answer.content.decode()
