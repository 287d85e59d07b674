"""scripts/with_services runs a command with the addresses of the servers."""

from __future__ import annotations

from tests.support.script_copy import ScriptCopy


def test_command_gets_the_addresses_and_determines_the_exit_code(copy: ScriptCopy) -> None:
    copy.take("with_services")
    copy.stub("scripts/services", '[ "$1" = env ] && echo export REDIS_URL=redis://here; exit 0')
    done = copy.run("with_services", "bash", "-c", "echo $REDIS_URL; exit 7")
    assert (done.returncode, done.stdout) == (7, "redis://here\n")


def test_command_is_not_run_without_servers(copy: ScriptCopy) -> None:
    copy.take("with_services")
    copy.stub("scripts/services", "exit 1")
    done = copy.run("with_services", "echo", "ran")
    assert done.returncode != 0
    assert done.stdout == ""
