"""A procedure page against a stock Wagtail page of the same size, and a cached page against a constant view."""

from __future__ import annotations

import urllib.request

from wagtail.models import Site

from bench import catalogue
from bench.load import best_of, per_second
from bench.result import Result
from bench.server import server
from bench.stock.models import StockPage

COLD_BAR, HIT_BAR = 4.0, 0.9
CONSTANT = "/bench/constant/"


def _size(address: str, path: str) -> int:
    with urllib.request.urlopen(address + path, timeout=30) as answer:  # noqa: S310 - our own server
        return len(answer.read())


def _make_stock(size: int) -> str:
    """Put a stock page of about ``size`` bytes as deep in the tree as a procedure; returns its address."""
    parent = Site.objects.get(is_default_site=True).root_page
    for level in ("muc", "nhom"):
        parent = parent.add_child(instance=StockPage(title=level, slug=level, body="", show_in_menus=True))
    text = "<p>Giấy tờ cần chuẩn bị và các bước thực hiện.</p>"
    body = text * max(1, (size - 900) // len(text.encode()))
    parent.add_child(instance=StockPage(title="Trang mẫu", slug="trang-mau", body=body))
    return "/bench/stock/muc/nhom/trang-mau/"


def run() -> list[Result]:
    """Measure without the page cache, then with it; ratios within one server run each."""
    page = catalogue.load()[0]
    path = page.url or ""
    with server(page_cache=False) as address:
        size = _size(address, path)
        stock_path = _make_stock(size)
        print(f"procedure page {size} bytes, stock page {_size(address, stock_path)} bytes")
        stock = best_of(lambda: per_second(address, stock_path))
        cold = best_of(lambda: per_second(address, path))
    with server(page_cache=True) as address:
        _size(address, path)
        constant = best_of(lambda: per_second(address, CONSTANT))
        hit = best_of(lambda: per_second(address, path))
    print(f"stock {stock:.0f}/s, procedure cold {cold:.0f}/s; constant {constant:.0f}/s, cached {hit:.0f}/s")
    return [
        Result("pages-cold", round(cold / stock, 2), COLD_BAR),
        Result("pages-hit", round(hit / constant, 3), HIT_BAR),
    ]
