"""What a process asks of the machine for itself. A child doesn't outlive us: an orphan would go on writing to an index that
another process has opened."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import faulthandler
import gc
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 38  # below the 40 that compose.yaml gives


def die_with_parent(parent: int) -> None:
    """Call first thing in a child: the kernel ends it when `parent`, its parent's process id, ends. Linux only; elsewhere
    a child ends at its next write to the parent."""
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


def collect_seldom() -> None:
    """Call once in a process of our own, after its imports. A question makes tens of thousands of short-lived objects and hardly
    a cycle; with the interpreter's thresholds the collector took 3 of the 18 ms that the slowest searches lasted."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def on_signals() -> asyncio.Event:
    """What SIGTERM and SIGINT set. A process that has not ended STOP_SECONDS after that is ended, and says where each thread
    stood: nothing of ours is lost by it, and a service that hangs while it stops would hang for ever."""
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()

    def stop() -> None:
        stopping.set()
        faulthandler.dump_traceback_later(STOP_SECONDS, exit=True)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    return stopping
