"""The driver's side of the plug-in ``preloaded``: a test process with everything loaded that forks per mutant."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


class PreloadedTests:
    """A pytest process in ``folder``. A mutant takes as long as its tests."""

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path
    ) -> None:
        requests_in, requests_out = os.pipe()
        answers_in, answers_out = os.pipe()
        with log.open("w") as output:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env={
                    **environment,
                    "PRELOADED_REQUESTS": str(requests_in),
                    "PRELOADED_ANSWERS": str(answers_out),
                },
                pass_fds=(requests_in, answers_out),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self._log = log
        os.close(requests_in)
        os.close(answers_out)
        self._requests = os.fdopen(requests_out, "w", buffering=1)
        self._answers = os.fdopen(answers_in)

    def ask(self, module: str, source: str | None, tests: Sequence[str], timeout: float) -> str:
        """Return the answer (``preloaded.Answer``) for the mutated ``source`` of ``module``; None: the original."""
        request = {"module": module, "source": source, "tests": list(tests), "timeout": timeout}
        self._requests.write(json.dumps(request) + "\n")
        answer = self._answers.readline().strip()
        if not answer:
            raise RuntimeError(f"the preloaded tests ended: see {self._log}")
        return answer

    def close(self) -> None:
        self._requests.close()
        self._process.wait()
        self._answers.close()
