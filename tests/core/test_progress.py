import pytest

from wardspace.core import progress as module
from wardspace.core.progress import progress


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def told(capsys):
    return capsys.readouterr().err.splitlines()


def test_a_short_job_says_nothing_in_a_log(clock, capsys):
    with progress("embedding", 10) as advance:
        for _ in range(10):
            clock[0] += 5
            advance()
    assert told(capsys) == []


def test_a_long_job_says_in_a_log_how_far_it_is_and_how_long_it_takes(clock, capsys):
    with progress("training mlm (tokens)", 4_000_000) as advance:
        for _ in range(400):  # an hour and 40 minutes
            clock[0] += 15
            advance(10_000)
    lines = told(capsys)
    assert lines[0] == "  training mlm (tokens): 40,000 of 4,000,000 after 1 min 00 s, about 1 h 39 min left"
    minutes = [int(line.split("after ")[1].split(",")[0].split(" min")[0].replace(" h ", "")) for line in lines[:5]]
    assert minutes == [1, 2, 4, 8, 16]
    assert len(lines) == 5 + 8  # at most ten minutes apart from then on


def test_what_an_interrupted_job_had_done_is_not_taken_for_speed(clock, capsys):
    with progress("training mlm (tokens)", 1_000) as advance:
        advance(900)
        for _ in range(6):
            clock[0] += 10
            advance(1)
    assert told(capsys) == ["  training mlm (tokens): 906 of 1,000 after 1 min 00 s, about 15 min 40 s left"]


def test_one_step_of_minutes_gives_no_forecast(clock, capsys):
    with progress("TF-IDF", 3) as advance:
        clock[0] += 90
        advance()
    assert told(capsys) == ["  TF-IDF: 1 of 3 after 1 min 30 s"]


def test_an_unknown_total_is_left_out(clock, capsys):
    with progress("notes", None) as advance:
        clock[0] += 60
        advance(12_345)
    assert told(capsys) == ["  notes: 12,345 after 1 min 00 s"]


def test_a_silenced_job_says_nothing_however_long(clock, capsys):
    with progress("notes", 10, show=False) as advance:
        clock[0] += 6_000
        advance()
    assert told(capsys) == []
