"""The size of a first visit on a slow connection."""

from __future__ import annotations

import gzip
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Response

from tests.e2e.scenario import FILING

pytestmark = pytest.mark.browser
MAX_BYTES = 100_000
# As a proxy sends it: text gzipped, fonts unchanged (docs/operations.md).
MAX_COMPRESSED_BYTES = 60_000
MAX_REQUESTS = 11
PATHS = {
    "home": "/",
    "catalogue": "/thu-tuc/",
    "search": "/tim-kiem/?q=nop+ho+so",
    "procedure": "",
    "filing": FILING,
    "lookup": "/tra-cuu/",
}


@pytest.mark.parametrize("name", PATHS)
def test_first_visit_is_small_and_uses_no_other_host(scenario_visits, server, scenario, name):
    answers: list[Response] = []
    page = scenario_visits.page(width=360)

    def record(answer: Response) -> None:
        answers.append(answer)

    page.on("response", record)
    page.goto(PATHS[name] or scenario.province.procedure.url, wait_until="networkidle")

    bodies = {answer.url: answer.body() for answer in answers if answer.ok}
    assert any(url.endswith(".css") for url in bodies), "the page's own styles were not counted"
    assert {urlsplit(url).netloc for url in bodies} == {urlsplit(server.url).netloc}
    assert len(bodies) <= MAX_REQUESTS, sorted(bodies)
    assert sum(map(len, bodies.values())) <= MAX_BYTES, {url: len(body) for url, body in bodies.items()}
    packed = [body if url.endswith(".woff2") else gzip.compress(body) for url, body in bodies.items()]
    assert sum(map(len, packed)) <= MAX_COMPRESSED_BYTES


def test_fonts_are_preloaded_and_used(scenario_visits):
    """A heading needs both files, so neither may wait for the style sheet."""
    page = scenario_visits.page()
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
