"""What a procedure page costs a citizen on a slow line."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Response

pytestmark = pytest.mark.browser
MOST_BYTES = 100_000


def test_a_procedure_page_is_light_and_asks_nobody_else(strolls, server, town):
    answers: list[Response] = []
    page = strolls.page(width=360)

    def note(answer: Response) -> None:
        answers.append(answer)

    page.on("response", note)
    page.goto(town.province.procedure.url, wait_until="networkidle")
    sizes = {
        answer.url: len(answer.body())
        for answer in answers
        if answer.ok and not answer.headers.get("content-type", "").startswith("image/")
    }
    assert any(url.endswith(".css") for url in sizes), "the page's own styles were not counted"
    assert {urlsplit(url).netloc for url in sizes} == {urlsplit(server.url).netloc}
    assert sum(sizes.values()) <= MOST_BYTES, sizes
