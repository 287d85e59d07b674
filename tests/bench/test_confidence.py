"""The fit of the likelihood that something fits, on invented examples."""

from __future__ import annotations

import pytest

from bench.confidence import Example, fit, solve


def test_a_system_of_equations_is_solved_whatever_the_order_of_its_rows():
    assert solve([[0.0, 2.0], [4.0, 1.0]], [4.0, 6.0]) == pytest.approx([1.0, 2.0])


def test_the_fit_tells_answers_from_the_rest_by_the_hit_that_fits_best():
    answered = [Example([[0.1, 1.0], [0.8 + n / 100, 1.0]], True, "tuning") for n in range(10)]
    unanswered = [Example([[0.2 + n / 100, 1.0], [0.1, 1.0]], False, "tuning") for n in range(10)]
    weight, intercept = fit([*answered, *unanswered])
    assert weight > 0
    assert all(weight * example.hits[1][0] + intercept > 0 for example in answered)
    assert all(weight * example.hits[0][0] + intercept < 0 for example in unanswered)


def test_the_fit_agrees_with_scikit_learn():
    """The figures are those of ``LogisticRegression(C=2, class_weight="balanced")`` in scikit-learn 1.9 (ADR 240)."""
    answered = [[1.5, 0.2], [0.9, 0.8], [0.4, 0.9], [0.7, 0.6]]
    others = [[1.1, 0.1], [0.2, 0.3], [0.1, 0.8], [0.3, 0.1]]
    examples = [Example([[*row, 1.0]], row in answered, "tuning") for row in (*answered, *others)]
    assert fit(examples) == pytest.approx([1.099133, 1.01811, -1.200722], abs=1e-5)
