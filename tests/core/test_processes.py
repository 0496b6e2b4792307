"""Children end with their parent; SIGTERM does what Ctrl-C does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from wardspace.core.processes import stopped_as_by_ctrl_c

CHILD = (
    "import os, sys, time; from wardspace.core import processes\n"
    "{}\n"
    "processes.end_with(int(sys.argv[1])); print(os.getpid(), flush=True); time.sleep(600)\n"
)
PARENT = (
    "import os, subprocess, sys, time\n"
    "subprocess.Popen([sys.executable, '-c', sys.argv[1], str(os.getpid())]); time.sleep(600)\n"
)


def gone(pid, seconds=20):
    deadline = time.monotonic() + seconds
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return not psutil.pid_exists(pid)


@pytest.mark.processes
@pytest.mark.parametrize("before", ["", "processes.sys.platform = 'another'"], ids=["kernel", "thread"])
def test_a_child_ends_with_a_parent_that_was_killed(before):
    parent = subprocess.Popen([sys.executable, "-c", PARENT, CHILD.format(before)], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    assert psutil.pid_exists(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert gone(child)


@pytest.mark.processes
def test_a_child_whose_parent_ended_before_it_began_ends_too():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    child = subprocess.Popen([sys.executable, "-c", CHILD.format(""), str(ended.pid)], stdout=subprocess.DEVNULL)
    assert child.wait(60) != 0


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_stop_interrupts_and_is_told(name):
    number = getattr(signal, name)
    before = signal.getsignal(number)
    seen = []
    with stopped_as_by_ctrl_c() as stopped:
        assert stopped() is None
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
            time.sleep(5)
        seen.append(stopped())
    assert seen == [number]
    assert signal.getsignal(number) is before


def test_a_stop_asks_whoever_handles_ctrl_c():
    pressed = []
    before = signal.signal(signal.SIGINT, lambda *_: pressed.append(True))
    try:
        with stopped_as_by_ctrl_c():
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGINT, before)
    assert pressed == [True]


def test_a_stop_ends_a_job_in_the_background_which_ignores_ctrl_c():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stopped_as_by_ctrl_c(), pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_hang_up_that_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stopped_as_by_ctrl_c() as stopped:
            signal.raise_signal(signal.SIGHUP)
            assert stopped() is None
    finally:
        signal.signal(signal.SIGHUP, before)


def test_another_thread_changes_nothing():
    seen = []

    def work():
        with stopped_as_by_ctrl_c() as stopped:
            seen.append((signal.getsignal(signal.SIGTERM), stopped()))

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [(before, None)]
