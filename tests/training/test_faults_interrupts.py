from __future__ import annotations

import signal
import threading

import pytest

from wardspace.training.faults import graceful_interrupt


def test_the_first_press_is_a_flag_that_interrupts_at_the_end():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), graceful_interrupt() as pressed:
        assert not pressed()
        signal.raise_signal(signal.SIGINT)
        assert pressed()
    assert signal.getsignal(signal.SIGINT) is before


def test_the_second_press_interrupts_at_once():
    reached = False
    with pytest.raises(KeyboardInterrupt), graceful_interrupt():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        reached = True
    assert not reached


def test_another_thread_is_left_alone():
    seen = []

    def work():
        with graceful_interrupt() as pressed:
            seen.append(pressed())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [False]
