"""The command line of scripts/services."""

from __future__ import annotations

import argparse

from devservices.base import Service
from devservices.clamav import ClamAV
from devservices.elasticsearch import Elasticsearch
from devservices.postgres import Postgres
from devservices.redis import Redis
from devservices.state import State, state_dir
from devservices.system import ServiceError, say

# Elasticsearch takes longest to start, so it is launched first and waited for last.
SERVICES: dict[str, type[Service]] = {kind.name: kind for kind in (Elasticsearch, Postgres, Redis, ClamAV)}


def up(state: State, services: list[Service]) -> int:
    with state.locked():
        for service in services:
            service.up()
        for service in reversed(services):
            service.wait()
    return status(services)


def down(state: State, services: list[Service]) -> int:
    with state.locked():
        for service in services:
            service.down()
    return 0


def purge(state: State, services: list[Service]) -> int:
    """Stop the servers and delete their files, at the end of a continuous-integration run."""
    down(state, services)
    for service in services:
        service.remove()
    state.remove_fallback_folder()
    return 0


def status(services: list[Service]) -> int:
    """Print each server's address; return 0 if all are running."""
    running = [service.is_running() for service in services]
    for service, is_up in zip(services, running, strict=True):
        say(f"  {service.name:<14} {service.url if is_up else 'stopped'}")
    return 0 if all(running) else 1


def env(services: list[Service]) -> int:
    """Print `export` lines for the servers that are running; return 0 if all are."""
    running = [service for service in services if service.is_running()]
    for service in running:
        print(f"export {service.variable}={service.url}")
    return 0 if len(running) == len(services) else 1


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/services", description=__doc__)
    parser.add_argument("verb", choices=["up", "down", "purge", "status", "env"])
    parser.add_argument("services", nargs="*", choices=[[], *SERVICES], metavar="|".join(SERVICES))
    options = parser.parse_args(arguments)
    state = State(state_dir())
    chosen = [kind(state) for name, kind in SERVICES.items() if name in (options.services or SERVICES)]
    try:
        match options.verb:
            case "up":
                return up(state, chosen)
            case "down":
                return down(state, chosen)
            case "purge":
                return purge(state, chosen)
            case "status":
                return status(chosen)
            case _:
                return env(chosen)
    except ServiceError as error:
        say(f"scripts/services: {error}")
        return 2
