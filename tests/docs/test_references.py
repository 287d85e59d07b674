"""Every reference in code and documents resolves."""

from __future__ import annotations

import re

import pytest

from tests.paths import ROOT
from tests.support.references import anchors_of, problems, slug, sources, unresolved_new_names


def test_every_reference_resolves():
    found = [
        problem
        for name in sources()
        for problem in problems(name, (ROOT / name).read_text(encoding="utf-8", errors="replace"))
    ]
    assert not found, "\n".join(found)


def test_findings_name_their_tests_by_the_whole_path():
    text = (ROOT / "docs" / "findings-2026-11.md").read_text(encoding="utf-8")
    named = re.findall(r"[\w./-]*\btest_\w+\.py", text)
    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_new_names_of_renamed_things_exist():
    text = (ROOT / "docs" / "renames.md").read_text(encoding="utf-8")
    found = list(unresolved_new_names(text))
    assert not found, "\n".join(found)


def test_new_name_that_does_not_exist_is_found():
    row = "| `core.gone` | `core.{text,no_such_module}`, `core.text.fold`, `core.text.no_such_function` |"
    assert [name.rpartition(".")[2] for name in unresolved_new_names(row)] == [
        "no_such_module",
        "no_such_function",
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("core/x.py", "# see docs/no-such-page.md"),
        ("core/x.py", "# see docs/domain.md#no-such-heading"),
        ("core/x.py", "# see docs/architecture.md#rule-99"),
        ("core/x.py", "# decided in ADR 9999"),
        ("core/x.py", "# decided in docs/adr/9999"),
        ("core/x.py", '"""Deadlines (DOMAIN 2.6)."""'),
        ("core/x.py", "# FACTS: a silent server"),
        ("core/x.py", "# as measured (FACTS)"),
        ("core/x.py", "# ARCHITECTURE rule 12"),
        ("core/x.py", "# see ``core.text.no_such_function``"),
        ("core/x.html", "{# docs/design.md#no-such-heading #}"),
        ("docs/x.md", "[gone](no-such-page.md)"),
        ("docs/x.md", "[gone](domain.md#no-such-heading)"),
        ("docs/x.md", "![gone](images/no-such-picture.png)"),
        ("docs/x.md", "see `core/no_such_module.py`"),
        ("docs/x.md", "see `core/no_such_folder`"),
        ("docs/x.md", "see `core.no_such_module.thing`"),
        ("docs/features/x.md", "except those in `NO_SUCH_CONSTANT`"),
        ("docs/features/x.md", "through a hash (`access.identity_hash`)"),
        ("core/x.py", "# see ``credentials.no_such_function()``"),
        ("docs/where-to-change.md", "`NOSUCHCONSTANT` in `core/text.py`"),
    ],
)
def test_broken_reference_is_found(name, text):
    assert len(list(problems(name, text))) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("core/x.py", "# docs/domain.md#deadlines, docs/architecture.md#rule-12 and ADR 26 (docs/adr/0026)"),
        ("core/x.py", "FACTS: Final = ()\nprint(set(FACTS)); settings.SESSION_COOKIE_DOMAIN"),
        ("core/x.py", "# ``core.text.slugify`` and ``accounts.Agency``"),
        ("docs/x.md", "[there](domain.md#deadlines), [here](../README.md), [far](https://example.org/x#y)"),
        ("docs/x.md", "see `core/text.py`, `tests/docs/test_references.py::test_x` and `transitions.py`"),
        (
            "docs/features/x.md",
            "`credentials.identity_hash`, `services.actions`, `dossiers.end_suspensions`, `settings.DEMO`, `list.sort`",
        ),
        ("docs/features/x.md", "`INTERNAL_ACTIONS`, `SECRET_KEY`, `NFC`, one `UPDATE`"),
    ],
)
def test_valid_reference_passes(name, text):
    assert list(problems(name, text)) == []


def test_anchors_follow_github():
    assert slug("Identity numbers, `codes` & [links](x.md)") == "identity-numbers-codes--links"
    text = '# Same\n\n## Same\n\n<a id="rule-1"></a>\n\n```\n# no heading\n```\n'
    assert anchors_of(text) == {"same", "same-1", "rule-1"}
