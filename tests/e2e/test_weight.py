"""What the first visit costs a citizen on a slow line."""

from __future__ import annotations

import gzip
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Response

from tests.e2e.town import FILING

pytestmark = pytest.mark.browser
MOST_BYTES = 100_000
# As a proxy sends it: text gzipped, fonts as they are (docs/operations.md).
MOST_PACKED = 60_000
MOST_REQUESTS = 11
PLACES = {
    "home": "/",
    "catalogue": "/thu-tuc/",
    "search": "/tim-kiem/?q=nop+ho+so",
    "procedure": "",
    "filing": FILING,
    "lookup": "/tra-cuu/",
}


@pytest.mark.parametrize("name", PLACES)
def test_a_first_visit_is_light_and_asks_nobody_else(strolls, server, town, name):
    answers: list[Response] = []
    page = strolls.page(width=360)

    def note(answer: Response) -> None:
        answers.append(answer)

    page.on("response", note)
    page.goto(PLACES[name] or town.province.procedure.url, wait_until="networkidle")

    bodies = {answer.url: answer.body() for answer in answers if answer.ok}
    assert any(url.endswith(".css") for url in bodies), "the page's own styles were not counted"
    assert {urlsplit(url).netloc for url in bodies} == {urlsplit(server.url).netloc}
    assert len(bodies) <= MOST_REQUESTS, sorted(bodies)
    assert sum(map(len, bodies.values())) <= MOST_BYTES, {url: len(body) for url, body in bodies.items()}
    packed = [body if url.endswith(".woff2") else gzip.compress(body) for url, body in bodies.items()]
    assert sum(map(len, packed)) <= MOST_PACKED


def test_every_font_is_asked_for_with_the_page_and_used(strolls):
    """A heading needs both files: the second must not wait for the styles that name it."""
    page = strolls.page()
    warnings: list[str] = []
    page.on("console", lambda message: warnings.append(message.text) if message.type == "warning" else None)
    page.goto("/", wait_until="networkidle")
    preloaded = page.eval_on_selector_all(
        "link[rel=preload][as=font]", "links => links.map(link => link.href)"
    )
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').filter(one => one.name.endsWith('.woff2')).map(one => one.name)"
    )
    assert sorted(preloaded) == sorted(loaded)
    assert len(preloaded) == 2
    assert not [text for text in warnings if "preload" in text]
