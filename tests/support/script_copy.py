"""A copy of individual scripts with stand-ins for the tools they call."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.paths import ROOT


class ScriptCopy:
    """Scripts in a temporary project; `stub(name, body)` replaces a tool and logs its calls."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls = folder / "calls"
        self.bin = folder / ".venv" / "bin"
        self.bin.mkdir(parents=True)
        (folder / "scripts").mkdir()

    def take(self, *names: str) -> None:
        for name in names:
            shutil.copy(ROOT / "scripts" / name, self.folder / "scripts" / name)

    def stub(self, name: str, body: str = "exit 0") -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/bash\necho "{Path(name).name} $*" >> {self.calls}\n{body}\n')
        path.chmod(0o755)

    def run(self, script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.folder / "scripts" / script, *arguments],
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **environment},
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def called(self) -> list[str]:
        """Return the logged calls, in order: the tool's name and its arguments."""
        return self.calls.read_text().splitlines() if self.calls.exists() else []
