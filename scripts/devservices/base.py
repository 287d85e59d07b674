"""The base class of the servers."""

from __future__ import annotations

import os
import shutil
from abc import ABC, abstractmethod
from pathlib import Path

from devservices.state import State
from devservices.system import pick_port, say, wait_until


class Service(ABC):
    """A server on 127.0.0.1 with its files in `home`."""

    name: str
    variable: str
    """The environment variable that gives the portal the address."""
    usual_port: int
    start_seconds = 30.0

    def __init__(self, state: State) -> None:
        self.state = state
        self.home: Path = state.home(self.name)
        self.port = state.port(self.name)

    @property
    def port_variable(self) -> str:
        return f"PORTAL_{self.name.upper()}_PORT"

    def up(self) -> None:
        """Install what is missing and launch without waiting for an answer."""
        if self.is_running():
            return
        self.install()
        self.port = self.choose_port()
        say(f"  {self.name}: starting on port {self.port}")
        self.launch()
        self.state.save_port(self.name, self.port)

    def choose_port(self) -> int:
        """Return the port from the environment (0: any free one), otherwise the last one used, or the usual one."""
        asked = os.environ.get(self.port_variable)
        if asked and int(asked):
            return int(asked)
        return pick_port(0 if asked else self.port or self.usual_port)

    def wait(self) -> None:
        """Wait until the server answers, then prepare it."""
        wait_until(self.answers, self.start_seconds, f"{self.name} (see {self.home})")
        self.prepare()

    def down(self) -> None:
        if self.is_running():
            say(f"  {self.name}: stopping")
            self.stop()

    def is_running(self) -> bool:
        return bool(self.port) and self.process_runs() and self.answers()

    def remove(self) -> None:
        """Delete the server's files; the next `up` creates them again."""
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    @abstractmethod
    def url(self) -> str: ...

    @abstractmethod
    def install(self) -> None: ...

    @abstractmethod
    def launch(self) -> None: ...

    @abstractmethod
    def process_runs(self) -> bool:
        """Return True if the process started by this class is alive; another server on the port does not count."""

    @abstractmethod
    def answers(self) -> bool:
        """Return True if the server answers requests."""

    @abstractmethod
    def stop(self) -> None: ...

    def prepare(self) -> None:
        """Create what the running server must contain; called on every `up`, so it must be idempotent."""
        return
