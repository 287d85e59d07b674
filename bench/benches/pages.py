"""A procedure page against a stock Wagtail page of the same size, and a cached page against a constant view.

Cold means: out of the page cache, as for a signed-in person. The parts that the product remembers between two publishes
(core.pagecache.remember) are warm, as they are for everybody but the first; what that first visit costs is printed too.
"""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable

from django.test import Client, override_settings
from wagtail.models import Site

from bench import catalogue
from bench.load import per_second, side_by_side
from bench.result import Result
from bench.scale import scale
from bench.server import server
from bench.stock.models import StockPage
from core.pagecache.remembering import parts

COLD_BAR, HIT_BAR = 4.0, 0.9
CONSTANT = "/bench/constant/"


def _size(address: str, path: str) -> int:
    with urllib.request.urlopen(address + path, timeout=30) as answer:  # noqa: S310 - our own server
        return len(answer.read())


def _make_stock(size: int) -> str:
    """Put a stock page of about ``size`` bytes as deep in the tree as a procedure; returns its address."""
    text = "<p>Giấy tờ cần chuẩn bị và các bước thực hiện.</p>"
    parent = Site.objects.get(is_default_site=True).root_page
    for level in ("muc", "nhom"):
        parent = parent.add_child(instance=StockPage(title=level, slug=level, body=text, show_in_menus=True))
    body = text * max(1, (size - 900) // len(text.encode()))
    parent.add_child(instance=StockPage(title="Trang mẫu", slug="trang-mau", body=body))
    return "/bench/stock/muc/nhom/trang-mau/"


def run() -> list[Result]:
    """Measure without the page cache, then with it; ratios within one server run each."""
    page = catalogue.load()[0]
    path = page.url or ""
    with server(page_cache=False) as address:
        size = _size(address, path)
        stock = _make_stock(size)
        print(f"procedure page {size} bytes, stock page {_size(address, stock)} bytes")
        cold = side_by_side(lambda: per_second(address, path), lambda: per_second(address, stock))
    with server(page_cache=True) as address:
        _size(address, path)
        hit = side_by_side(lambda: per_second(address, path), lambda: per_second(address, CONSTANT))
    print(f"procedure cold {cold.first:.0f}/s, stock {cold.second:.0f}/s")
    print(f"cached {hit.first:.0f}/s, constant {hit.second:.0f}/s")
    first = side_by_side(lambda: _seconds(path, parts.forget), lambda: _seconds(stock))
    print(f"first visit after a publish {first.first * 1000:.1f} ms, stock {first.second * 1000:.1f} ms")
    return [
        Result("pages-cold", round(cold.ratio, 2), COLD_BAR),
        Result("pages-hit", round(hit.ratio, 3), HIT_BAR),
    ]


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
