"""The contrast of every pair of colour tokens that meet on a page, in both themes (WCAG 1.4.3, 1.4.11)."""

from __future__ import annotations

import re

import pytest

from tests.paths import ROOT

CSS = ROOT / "static" / "css"
GROUNDS = (
    "paper",
    "ground",
    "brand-tint",
    "info-tint",
    "done-tint",
    "wait-tint",
    "bad-tint",
)
STATES = ("info", "done", "wait", "bad")
TEXT_PAIRS = [
    *((ink, ground) for ink in ("ink", "ink-2", "brand") for ground in GROUNDS),
    *((state, f"{state}-tint") for state in STATES),
    *((state, "paper") for state in STATES),
    *((state, "ground") for state in STATES),
    ("brand-dark", "brand-tint"),
    ("brand-dark", "paper"),
    ("on-brand", "brand"),
    ("on-brand", "brand-dark"),
    ("paper", "bad"),
    ("ink", "line-soft"),
    ("ink-2", "line-soft"),
    ("ink", "mark"),
    ("brand", "mark"),
    ("footer-ink", "footer"),
]


def _tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", block))


def _themes() -> dict[str, dict[str, str]]:
    css = (CSS / "tokens.css").read_text(encoding="utf-8")
    light = _tokens(css[: css.index("@media")])
    dark_start = css.index("prefers-color-scheme: dark")
    dark = light | _tokens(css[dark_start : css.index("@media print")])
    paper = light | _tokens(css[css.index("@media print") :])
    return {"light": light, "dark": dark, "print": paper}


def _luminance(colour: str) -> float:
    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


THEMES = _themes()


def test_contrast_formula_on_known_values() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_is_readable(theme: str, ink: str, ground: str) -> None:
    tokens = THEMES[theme]
    assert contrast(tokens[ink], tokens[ground]) >= 4.5, f"{ink} on {ground} ({theme})"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), [("edge", "paper"), ("edge", "ground"), ("brand", "line-soft")])
def test_edges_of_controls_are_visible(theme: str, edge: str, ground: str) -> None:
    tokens = THEMES[theme]
    assert contrast(tokens[edge], tokens[ground]) >= 3, f"{edge} on {ground} ({theme})"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_focus_ring_is_visible_on_every_background(theme: str, ground: str) -> None:
    """The ring has two colours, at least one of which contrasts with the background."""
    tokens = THEMES[theme]
    assert (
        max(
            contrast(tokens["ink"], tokens[ground]),
            contrast(tokens["sun"], tokens[ground]),
        )
        >= 3
    )


def test_paper_is_black_on_white() -> None:
    tokens = THEMES["print"]
    assert contrast(tokens["ink"], tokens["ground"]) == pytest.approx(21)
    assert contrast(tokens["ink-2"], tokens["ground"]) >= 7


def test_colours_are_defined_only_in_the_tokens() -> None:
    """Style sheets name tokens; the exceptions are pure black and white on paper and the veil behind a dialog."""
    for sheet in ("base.css", "components.css", "desk.css"):
        text = (CSS / sheet).read_text(encoding="utf-8")
        assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", text)) <= {"#fff"}, sheet


def test_sheets_of_a_public_page_weigh_at_most_30_kb() -> None:
    sheets = ("tokens.css", "base.css", "components.css", "print.css")
    assert sum((CSS / sheet).stat().st_size for sheet in sheets) <= 30_000


@pytest.mark.parametrize("sheet", ["tokens.css", "base.css", "components.css", "desk.css", "print.css"])
def test_no_gradient_no_foreign_host(sheet: str) -> None:
    text = (CSS / sheet).read_text(encoding="utf-8")
    assert "gradient" not in text
    assert "//" not in re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
