"""The list of components and licences of the runtime dependencies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sbom
from packaging.utils import canonicalize_name
from sbom import SbomError

from tests.paths import ROOT

ENVIRONMENT = {
    "metadata": {"component": {"bom-ref": "root-component"}},
    "components": [
        {"bom-ref": "Django==5.2", "name": "Django", "version": "5.2"},
        {"bom-ref": "sqlparse==0.5", "name": "sqlparse", "version": "0.5"},
        {"bom-ref": "pytest==9", "name": "pytest", "version": "9"},
    ],
    "dependencies": [
        {"ref": "Django==5.2", "dependsOn": ["sqlparse==0.5"]},
        {"ref": "sqlparse==0.5"},
        {"ref": "pytest==9", "dependsOn": ["Django==5.2"]},
    ],
}


def test_licence_page_lists_every_pinned_package_with_its_version() -> None:
    """`make licences` rewrites the page after requirements.txt changes."""
    rows = (line.split(" | ") for line in sbom.LICENCES.read_text().splitlines() if line.startswith("| "))
    listed = {canonicalize_name(row[0].removeprefix("| ")): row[1] for row in rows}
    assert listed.items() >= sbom.pinned(ROOT / "requirements.txt").items()


def test_pinned_versions_are_read_without_other_platforms(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text(
        "django==5.2 \\\n    --hash=sha256:00\n    # via -r requirements.in\n"
        "celery[redis]==5.7.0 \\\n    --hash=sha256:00\n"
        "colorama==0.4 ; sys_platform == 'win32' \\\n    --hash=sha256:00\n"
    )
    assert sbom.pinned(path) == {"django": "5.2", "celery": "5.7.0"}


def test_direct_requirements_are_read(tmp_path: Path) -> None:
    path = tmp_path / "requirements.in"
    path.write_text("# comment\n-c requirements.txt\nDjango>=5.2,<5.3\ncelery[redis]>=5.7 # why\n")
    assert sbom.direct(path) == {"django", "celery"}


def test_sbom_contains_only_the_pinned_packages_and_their_dependencies() -> None:
    result = sbom.restrict(ENVIRONMENT, {"django": "5.2", "sqlparse": "0.5"}, {"django"})
    assert [component["name"] for component in result["components"]] == ["Django", "sqlparse"]
    assert result["dependencies"] == [
        {"ref": "root-component", "dependsOn": ["Django==5.2"]},
        {"ref": "Django==5.2", "dependsOn": ["sqlparse==0.5"]},
        {"ref": "sqlparse==0.5", "dependsOn": []},
    ]


@pytest.mark.parametrize("packages", [{"django": "5.3"}, {"django": "5.2", "celery": "5.7"}])
def test_package_that_is_not_installed_as_pinned_is_an_error(packages: dict[str, str]) -> None:
    with pytest.raises(SbomError, match="not installed as pinned"):
        sbom.restrict(ENVIRONMENT, packages, {"django"})


@pytest.mark.parametrize(
    ("licenses", "expected"),
    [
        ([{"license": {"id": "MIT"}}], "MIT"),
        ([{"expression": "MPL-2.0 AND MIT"}], "MPL-2.0 AND MIT"),
        ([{"license": {"name": "License :: OSI Approved :: BSD License"}}], "BSD"),
        (
            [
                {"license": {"id": "BSD-3-Clause"}},
                {"license": {"name": "License :: OSI Approved :: BSD License"}},
            ],
            "BSD-3-Clause",
        ),
        ([{"license": {"id": "MIT"}}, {"license": {"name": "Custom"}}], "MIT AND Custom"),
        ([], ""),
    ],
)
def test_licence_is_an_spdx_expression(licenses: list[dict[str, Any]], expected: str) -> None:
    assert sbom.licence_of({"licenses": licenses}) == expected


@pytest.mark.parametrize(
    "licence", ["", "GPL-3.0-or-later", "MIT AND Custom", "LicenseRef-Proprietary OR MIT"]
)
def test_unknown_licence_is_an_error(licence: str) -> None:
    component = {"name": "thing", "version": "1", "licenses": [{"expression": licence}] if licence else []}
    with pytest.raises(SbomError, match="thing"):
        sbom.licence_rows([component])


def test_accepted_licence_is_listed() -> None:
    component = {"name": "thing", "version": "1", "licenses": [{"expression": "(MIT OR Apache-2.0)"}]}
    assert ("thing", "1", "(MIT OR Apache-2.0)") in sbom.licence_rows([component])
