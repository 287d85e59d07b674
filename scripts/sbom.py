"""The runtime dependencies as a CycloneDX list of components (SBOM) and as a list of licences.

    sbom.py sbom        write artifacts/sbom.json
    sbom.py licences    write docs/licences.md

Both read the installed environment, restricted to requirements.txt. A package without a known licence, or with one
that is not in ALLOWED, is an error: decide, then add the licence here (ADR 92).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
SBOM = ROOT / "artifacts" / "sbom.json"
LICENCES = ROOT / "docs" / "licences.md"
ALLOWED = {
    "0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CNRI-Python", "ISC", "LGPL-3.0-only", "MIT", "MIT-0",
    "MIT-CMU", "MPL-2.0", "OFL-1.1", "PSF-2.0", "Python-2.0",
}  # fmt: skip
# Older packages state their licence only by a classifier; "BSD" leaves the number of clauses open.
CLASSIFIERS = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
# Shipped in the repository, not installed.
BUNDLED = (("Be Vietnam Pro (`static/fonts`)", "", "OFL-1.1"),)
HEAD = """\
# Licences of the runtime dependencies

Written by `make licences` from the installed packages of `requirements.txt`; the script refuses unknown licences. The
portal itself is under the [BSD 3-Clause licence](../LICENSE). Test and lint tools are not part of a deployment.

| Package | Version | Licence |
|---|---|---|
"""

Component = dict[str, Any]


class SbomError(Exception):
    """The list cannot be created, or a licence is not accepted; the message says why."""


def pinned(path: Path) -> dict[str, str]:
    """Return the version of each package in a requirements file that applies to this platform."""
    lines = re.findall(r"^([a-zA-Z0-9][^\\#\n]*==[^\\#\n]*)", path.read_text(), re.M)
    found: dict[str, str] = {}
    for requirement in map(Requirement, lines):
        if requirement.marker is None or requirement.marker.evaluate():
            (specifier,) = requirement.specifier
            found[canonicalize_name(requirement.name)] = specifier.version
    return found


def direct(path: Path) -> set[str]:
    """Return the names in a requirements.in file."""
    lines = [line.partition("#")[0].strip() for line in path.read_text().splitlines()]
    return {canonicalize_name(Requirement(line).name) for line in lines if line and not line.startswith("-")}


def describe_environment() -> dict[str, Any]:
    """Return the SBOM of everything that is installed for this Python."""
    command = [
        sys.executable,
        "-m",
        "cyclonedx_py",
        "environment",
        "--pyproject",
        str(ROOT / "pyproject.toml"),
    ]
    command += ["--output-reproducible", "--output-format", "JSON", sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SbomError(done.stderr.strip())
    sbom: dict[str, Any] = json.loads(done.stdout)
    return sbom


def restrict(sbom: dict[str, Any], packages: dict[str, str], roots: set[str]) -> dict[str, Any]:
    """Keep the components in `packages` and make the portal depend on `roots`.

    Raise SbomError if a package is missing or installed in another version.
    """
    components: dict[str, Component] = {
        name: component
        for component in sbom["components"]
        if (name := canonicalize_name(component["name"])) in packages
    }
    wrong = [
        f"{name}=={version}"
        for name, version in packages.items()
        if name not in components or components[name]["version"] != version
    ]
    if wrong:
        raise SbomError(f"not installed as pinned: {', '.join(sorted(wrong))}")
    kept = {component["bom-ref"] for component in components.values()}
    portal = sbom["metadata"]["component"]["bom-ref"]
    edges = [
        {**edge, "dependsOn": [ref for ref in edge.get("dependsOn", []) if ref in kept]}
        for edge in sbom["dependencies"]
        if edge["ref"] in kept
    ]
    root = {"ref": portal, "dependsOn": sorted(components[name]["bom-ref"] for name in roots)}
    return {
        **sbom,
        "components": [components[name] for name in sorted(components)],
        "dependencies": [root, *edges],
    }


def licence_of(component: Component) -> str:
    """Return the licence as an SPDX expression, "" if the package names none."""
    names = []
    for entry in component.get("licenses", []):
        if "expression" in entry:
            return str(entry["expression"])
        licence = entry["license"].get("id") or entry["license"].get("name", "")
        names.append(CLASSIFIERS.get(licence, licence))
    if len(set(names)) > 1 and "BSD" in names:  # the same licence, named twice
        names.remove("BSD")
    return " AND ".join(dict.fromkeys(names))


def refused(licence: str) -> bool:
    """Return True if a part of the expression is unknown or not allowed."""
    parts = re.split(r" (?:AND|OR) ", licence.replace("(", "").replace(")", ""))
    return not all(part in ALLOWED for part in parts)


def licence_rows(components: list[Component]) -> list[tuple[str, str, str]]:
    """Return (package, version, licence) for each component; raise SbomError for refused licences."""
    rows = [(component["name"], component["version"], licence_of(component)) for component in components]
    if unknown := [
        f"{name}: {licence or 'no licence'}" for name, _version, licence in rows if refused(licence)
    ]:
        raise SbomError("licence unknown or not allowed: " + ", ".join(unknown))
    return sorted([*rows, *BUNDLED], key=lambda row: row[0].lower())


def runtime_sbom() -> dict[str, Any]:
    return restrict(
        describe_environment(), pinned(ROOT / "requirements.txt"), direct(ROOT / "requirements.in")
    )


def main(arguments: list[str]) -> int:
    try:
        sbom = runtime_sbom()
        rows = licence_rows(sbom["components"])
        match arguments:
            case ["sbom"]:
                target, text = SBOM, json.dumps(sbom, indent=2, sort_keys=True) + "\n"
            case ["licences"]:
                target, text = LICENCES, HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)
            case _:
                print(__doc__)
                return 2
    except SbomError as error:
        print(f"sbom: {error}")
        return 1
    target.parent.mkdir(exist_ok=True)
    target.write_text(text)
    print(f"{target.relative_to(ROOT)}: {len(sbom['components'])} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
