"""Ctrl-C in the middle of every study."""

import os
import signal
import threading
import time

import pytest

import faascast as fc


def interrupted_after(call):
    """Seconds from the signal to the KeyboardInterrupt."""
    sent = []

    def send():
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(0.5, send)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        call()
    caught = time.monotonic()
    timer.join()
    return caught - sent[0]


STUDIES = {
    "run": lambda s: s.run(),
    "replications": lambda s: s.run(replications=1000),
    "breakeven": lambda s: s.breakeven(requests_per_point=10_000_000),
    "hybrid": lambda s: s.hybrid(),
    "optimise": lambda s: s.optimise(),
    "sensitivity": lambda s: s.sensitivity(),
    "sweep": lambda s: s.sweep({"traffic.scale": [1, 2, 3]}),
}


@pytest.mark.parametrize("study", STUDIES)
def test_ctrl_c_raises_keyboard_interrupt(long, study):
    # A tenth of a second on a machine that is not busy; the test only proves that nothing waits
    # for the minutes that the work would take.
    assert interrupted_after(lambda: STUDIES[study](long)) < 5.0


def test_how_long_it_takes(long):
    # On a machine that does other things too, the best of several: nothing here waits longer.
    tries = (interrupted_after(lambda: long.run(threads=1)) for _ in range(20))
    assert any(seconds < 0.1 for seconds in tries)


def test_with_a_policy(long):
    policy = fc.KeepAlive(lambda instance, pool: 600.0)
    slow = long.with_policy("functions", policy)
    assert interrupted_after(slow.run) < 5.0


def test_the_next_run_is_whole(long, small):
    interrupted_after(long.run)
    assert not small.run().interrupted
