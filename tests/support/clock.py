"""Run the suite at another time: TEST_NOW=2027-02-05T23:58:00 (Vietnamese time); the clock runs on from there.

All threads of this process see that clock; servers, browsers and subprocesses do not.
"""

from __future__ import annotations

import datetime as dt
import os
from zoneinfo import ZoneInfo

import time_machine

VARIABLE = "TEST_NOW"
_TIME_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_travels: list[time_machine.travel] = []


def moment(text: str) -> dt.datetime:
    """Return the time given by the variable; raise ValueError if it is invalid."""
    try:
        read = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{VARIABLE}={text!r}: expected a moment such as 2027-02-05T23:58:00") from None
    return read if read.tzinfo else read.replace(tzinfo=_TIME_ZONE)


def start() -> None:
    """Move the clock to the time given by the variable, if it is set."""
    if text := os.environ.get(VARIABLE, ""):
        _travels.append(time_machine.travel(moment(text), tick=True))
        _travels[-1].start()


def stop() -> None:
    while _travels:
        _travels.pop().stop()
