"""The port of a server."""

from __future__ import annotations

from devservices import cli, system
from devservices.state import State, state_dir


def test_port_stays_the_same_between_calls(fake_server) -> None:
    cli.main(["up"])
    port = State(state_dir()).port("fake")
    cli.main(["down"])
    cli.main(["up"])
    assert State(state_dir()).port("fake") == port > 0


def test_port_from_the_environment_is_used(fake_server, monkeypatch) -> None:
    free = system.pick_port(0)
    monkeypatch.setenv("PORTAL_FAKE_PORT", str(free))
    cli.main(["up"])
    assert State(state_dir()).port("fake") == free
