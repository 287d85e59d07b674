"""Look up the pinned packages in vulnerability databases with pip-audit.

Exit code 0: every package was looked up and none has a known vulnerability; 1: a vulnerability is known;
3: not audited, because no database could be reached or a package was not found in it. Never 0 without an audit.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name
from sbom import pinned

ROOT = Path(__file__).resolve().parents[1]
FILES = ("requirements.txt", "requirements-dev.txt")
SERVICES = ("pypi", "osv")
TIMEOUT_SECONDS = 300
CLEAN, VULNERABLE, NOT_AUDITED = 0, 1, 3


@dataclass(frozen=True, slots=True)
class Audit:
    """The packages that were looked up, the vulnerabilities found, and why the audit is incomplete (or "")."""

    packages: int
    vulnerabilities: list[str]
    missing: str


def audit(service: str) -> Audit:
    """Run pip-audit against one service."""
    command = [sys.executable, "-m", "pip_audit", "--strict", "--vulnerability-service", service]
    command += ["--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json"]
    for name in FILES:
        command += ["--requirement", str(ROOT / name)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return Audit(0, [], f"no answer within {TIMEOUT_SECONDS} s")
    try:
        return parse_report(json.loads(done.stdout)["dependencies"])
    except (ValueError, KeyError, TypeError):
        lines = done.stderr.strip().splitlines() or [f"pip-audit exited with {done.returncode}"]
        return Audit(0, [], lines[-1])


def parse_report(dependencies: list[dict[str, object]]) -> Audit:
    """Read pip-audit's report; a pinned package that is skipped or absent makes the audit incomplete."""
    looked_up = {canonicalize_name(str(row["name"])) for row in dependencies if "skip_reason" not in row}
    wanted = {name for file in FILES for name in pinned(ROOT / file)}
    vulnerabilities = [
        f"{row['name']} {row['version']}: {found['id']}, fixed in {', '.join(found['fix_versions']) or 'no version'}"
        for row in dependencies
        for found in row.get("vulns", [])  # type: ignore[attr-defined]
    ]
    missing = ", ".join(sorted(wanted - looked_up))
    return Audit(len(looked_up), vulnerabilities, f"not looked up: {missing}" if missing else "")


def main() -> int:
    reasons = []
    for service in SERVICES:
        result = audit(service)
        if result.vulnerabilities:
            print("\n".join(result.vulnerabilities))
            return VULNERABLE
        if result.packages and not result.missing:
            print(f"audited {result.packages} packages with {service}: no known vulnerabilities")
            return CLEAN
        reasons.append(f"{service}: {result.missing or '0 packages'}")
    for reason in reasons:
        print(f"not audited: {reason}")
    return NOT_AUDITED


if __name__ == "__main__":
    sys.exit(main())
