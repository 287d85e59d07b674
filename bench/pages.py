"""A procedure page compared with a plain Wagtail page of the same size, and a cached page with a constant view.

"Cold" means not from the page cache, as for a signed-in user. The page fragments that are cached until the next
publication are warm, as for everyone but the first visitor; the cost of that first visit is printed, too.
"""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable

from django.test import Client, override_settings
from wagtail.models import Site

from bench.baseline.models import BaselinePage
from bench.fixtures import load_demo_procedures
from bench.load import per_second
from bench.measure import Result, scale, side_by_side
from bench.server import WORKERS, server
from core.web.process_cache import process_cache

MIN_COLD_RATIO, MIN_HIT_RATIO = 4.0, 0.9
CONSTANT_PATH = "/bench/constant/"


def run() -> list[Result]:
    """Measure without the page cache, then with it; both sides of a ratio come from the same server run."""
    page, workers = load_demo_procedures()[0], scale(WORKERS, 1)
    path = page.url or ""
    with server(page_cache=False, workers=workers) as address:
        size = _size(address, path)
        baseline = _make_baseline_page(size)
        print(f"procedure page {size} bytes, baseline page {_size(address, baseline)} bytes")
        cold = side_by_side(lambda: per_second(address, path), lambda: per_second(address, baseline))
    with server(page_cache=True, workers=workers) as address:
        _size(address, path)
        hit = side_by_side(lambda: per_second(address, path), lambda: per_second(address, CONSTANT_PATH))
    print(f"procedure page cold {cold.first:.0f}/s, baseline page {cold.second:.0f}/s")
    print(f"procedure page cached {hit.first:.0f}/s, constant view {hit.second:.0f}/s")
    first = side_by_side(lambda: _seconds(path, process_cache.clear), lambda: _seconds(baseline))
    print(
        f"first visit after a publication {first.first * 1000:.1f} ms, baseline page {first.second * 1000:.1f} ms"
    )
    return [
        Result("pages-cold", round(cold.ratio, 2), MIN_COLD_RATIO),
        Result("pages-hit", round(hit.ratio, 3), MIN_HIT_RATIO),
    ]


def _size(address: str, path: str) -> int:
    with urllib.request.urlopen(address + path, timeout=30) as answer:  # noqa: S310 - our own server
        return len(answer.read())


def _make_baseline_page(size: int) -> str:
    """Create a page of about ``size`` bytes, as deep in the tree as a procedure page; return its address."""
    text = "<p>Giấy tờ cần chuẩn bị và các bước thực hiện.</p>"
    parent = Site.objects.get(is_default_site=True).root_page
    for level in ("muc", "nhom"):
        parent = parent.add_child(
            instance=BaselinePage(title=level, slug=level, body=text, show_in_menus=True)
        )
    body = text * max(1, (size - 900) // len(text.encode()))
    parent.add_child(instance=BaselinePage(title="Trang mẫu", slug="trang-mau", body=body))
    return "/bench/baseline/muc/nhom/trang-mau/"


def _seconds(path: str, before: Callable[[], object] = bool, visits: int = scale(40, 2)) -> float:
    """Return the seconds of one visit in this process, without the page cache."""
    client, spent = Client(HTTP_HOST="localhost"), 0.0
    with override_settings(PAGE_CACHE_ENABLED=False):
        client.get(path)
        for _visit in range(visits):
            before()
            began = time.perf_counter()
            client.get(path)
            spent += time.perf_counter() - began
    return spent / visits
