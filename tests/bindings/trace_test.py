import numpy as np
import pandas as pd
import pytest
from conftest import table

import faascast as fc


def test_arrays_come_back(tmp_path):
    given = {
        "arrival_s": np.array([0.0, 0.5, 0.5, 2.000000001]),
        "execution_s": np.array([0.1, np.nan, 0.2, 0.3]),
        "memory_mb": np.array([128, 200, 300, 64]),
    }
    trace = fc.Trace.from_arrivals(function=[5, 5, 3, 5], **given)
    back = trace.to_columns()
    assert np.array_equal(back["arrival_s"], given["arrival_s"])
    assert np.array_equal(back["execution_s"], given["execution_s"], equal_nan=True)
    assert np.array_equal(back["memory_mb"], given["memory_mb"])
    assert np.array_equal(back["function"], [0, 0, 1, 0])  # by first appearance
    assert np.array_equal(trace.arrivals(), given["arrival_s"])
    trace.save(tmp_path / "t.csv")
    read = fc.Trace.from_file(tmp_path / "t.csv").to_columns()
    assert all(np.array_equal(read[name], back[name], equal_nan=True) for name in back)


def test_a_trace_in_memory_is_its_file(tmp_path, small):
    rng = np.random.default_rng(3)
    trace = fc.Trace.from_arrivals(
        np.sort(rng.uniform(0, 7200, 3000)), function=rng.integers(0, 5, 3000)
    )
    trace.save(tmp_path / "t.csv")
    in_memory, from_file = small.with_traffic(trace), small.with_traffic(tmp_path / "t.csv")
    for scale in (0.5, 1, 2):
        one = in_memory.edit({"traffic.scale": scale}).run()
        other = from_file.edit({"traffic.scale": scale}).run()
        assert one.fingerprint == other.fingerprint


def test_execution_times_need_no_model():
    trace = fc.Trace.from_arrivals([0.0, 10.0], execution_s=[1.0, 2.0], cold_execution_s=[3.0, 4.0])
    assert trace.has_execution
    changes = table(traffic={"trace": trace})
    del changes["model"]
    functions = fc.Scenario.from_dict(changes).run()["functions"]
    # The first request is cold and takes 3 s; the second finds a warm instance.
    assert functions.latency.max_s == 3.0
    assert functions.latency.mean_s == 2.5


def test_frames_by_the_names_of_the_plain_format():
    frame = pd.DataFrame(
        {
            "timestamp": pd.to_datetime(["2026-01-01 00:00:05", "2026-01-01", "2026-01-01 00:00:02"]),
            "function": ["b", "a", "a"],
        }
    )
    trace = fc.Trace.from_frame(frame)
    assert np.array_equal(trace.arrivals(), [0.0, 2.0, 5.0])
    assert list(trace.to_frame()["function"]) == [0, 0, 1]
    assert fc.Trace.from_frame({"arrival_s": [2, 1]}).arrivals().tolist() == [1.0, 2.0]


def test_numpy_times_are_exact():
    steps = np.array([0, 1, 10**15 + 1], dtype="timedelta64[ns]")
    assert fc.Trace.from_arrivals(steps)._traffic.columns(1, None)["at_ns"].tolist() == [
        0,
        1,
        10**15 + 1,
    ]
    days = np.array(["2026-01-01", "2026-01-02"], dtype="datetime64[D]")
    assert fc.Trace.from_arrivals(days).arrivals().tolist() == [0.0, 86400.0]


@pytest.mark.parametrize(
    ("arguments", "where", "what"),
    [
        ({"arrival_s": [1.0, 0.5]}, "arrival_s[1]", "earlier"),
        ({"arrival_s": [-1.0]}, "arrival_s", "before the start"),
        ({"arrival_s": []}, "arrival_s", "no arrivals"),
        ({"arrival_s": [np.nan]}, "arrival_s[0]", "not a number"),
        ({"arrival_s": [np.inf]}, "arrival_s", "out of range"),
        ({"arrival_s": ["x"]}, "arrival_s", "not numbers"),
        ({"arrival_s": [[1.0]]}, "arrival_s", "2 dimensions"),
        ({"arrival_s": [1.0], "execution_s": [1.0, 2.0]}, "execution_s", "2 values for 1"),
        ({"arrival_s": [1.0], "function": [1, 2]}, "function", "2 values for 1"),
        ({"arrival_s": [1.0], "execution_s": [-2.0]}, "execution_s[0]", "below zero"),
        ({"arrival_s": [1.0], "cold_execution_s": [2.0]}, "cold_execution_s", "no execution_s"),
    ],
)
def test_wrong_arrays_are_told_with_their_place(arguments, where, what):
    with pytest.raises(fc.InputError) as caught:
        fc.Trace.from_arrivals(**arguments)
    assert caught.value.problems[0].where == where
    assert what in caught.value.problems[0].what


def test_wrong_frames():
    with pytest.raises(fc.InputError, match="column size"):
        fc.Trace.from_frame({"arrival_s": [1.0], "size": [1]})
    with pytest.raises(fc.InputError, match="exactly one"):
        fc.Trace.from_frame({"function": [1]})


def test_generators_and_what_is_made_of_traces():
    trace = fc.Trace.generate("gamma", rate_per_s=5, cv=3, duration="10 min")
    info = trace.info()
    assert info["interarrival_cv"] == pytest.approx(3, rel=0.4)
    assert np.array_equal(trace.arrivals(seed=2), trace.arrivals(seed=2))
    assert trace.arrivals(seed=2).size != trace.arrivals(seed=3).size
    half = trace.cut(60, 120)
    assert half.arrivals().max() < 60
    whole = trace.arrivals()
    assert half.arrivals().size == ((whole >= 60) & (whole < 120)).sum()
    assert trace.scaled(2).arrivals().max() < 301
    both = fc.Trace.merge([half, half.anonymised(0.5)])
    assert both.info()["functions"] == 2
    assert (both.to_frame().query("function == 1")["arrival_s"] % 0.5 < 1e-9).all()
    assert fc.Trace.from_file("bursty-inference-day").info()["requests"] > 1000
    assert "gamma" in fc.generator_kinds() and "plain" in fc.trace_formats()
    with pytest.raises(fc.InputError, match="kind"):
        fc.Trace.generate("gama")
    with pytest.raises(fc.InputError, match="no rule"):
        trace.scaled(2, by="magic")


def test_equal_content_is_equal():
    one, other = (fc.Trace.from_arrivals([0.0, 1.0]) for _ in range(2))
    assert one == other and hash(one) == hash(other)
    assert one != fc.Trace.from_arrivals([0.0, 1.5])
    assert one.cut(0, 1) != one


def test_plots():
    ax = fc.Trace.generate(rate_per_s=1, duration="3 h").plot(parts=10)
    assert ax.get_xlabel() == "time, hours"
