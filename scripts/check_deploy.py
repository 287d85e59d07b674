"""Run `check --deploy --fail-level WARNING` with the production settings and the variables an operator must set."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    with tempfile.TemporaryDirectory() as var:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings.production",
            "PORTAL_VAR_DIR": var,
            "SECRET_KEY": secrets.token_urlsafe(64),
            "LOOKUP_SECRETS": f"1={secrets.token_urlsafe(32)}",
            "FIELD_KEYS": f"1={secrets.token_urlsafe(32)}",
            "ALLOWED_HOSTS": "portal.example",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
            "REDIS_URL": "redis://:password@127.0.0.1:1/0",
            "EMAIL_URL": "smtp://127.0.0.1:25",
            "PRIVATE_MEDIA_ROOT": f"{var}/private",
            "BASE_URL": "https://portal.example",
        }
        command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout, done.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
