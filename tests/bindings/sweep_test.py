import itertools

import numpy as np
import pandas as pd
import pytest
from conftest import table

import faascast as fc

GRID = {"traffic.scale": [0.5, 1, 2], "deployment[0].memory": ["512 MB", "1024 MB"]}


def test_rows_are_those_of_single_runs(small):
    result = small.sweep(GRID)
    columns = result.to_columns()
    assert len(result) == 6 and columns["deployment"].size == 12
    for number, values in enumerate(itertools.product(*GRID.values())):
        alone = small.edit(dict(zip(GRID, values))).run()
        rows = columns["point"] == number + 1
        assert columns["fingerprint"][rows].tolist() == [
            one.fingerprint for one in alone.deployments.values()
        ]
    frame = result.to_frame()
    assert list(frame["traffic.scale"][::4]) == [0.5, 1, 2]


def test_points_may_be_given_in_every_way(small, tmp_path):
    expected = small.sweep({"traffic.scale": [0.5, 2]}).to_columns()["fingerprint"].tolist()
    points = [{"traffic.scale": 0.5}, {"traffic.scale": 2}]
    pd.DataFrame(points).to_csv(tmp_path / "points.csv", index=False)
    for result in (
        small.sweep(["traffic.scale=0.5,2"]),
        small.sweep({"traffic.scale": "0.5,2"}),
        small.sweep({"traffic.scale": np.array([0.5, 2])}),
        small.sweep(points=points),
        small.sweep(points=pd.DataFrame(points)),
        small.sweep(points=tmp_path / "points.csv"),
    ):
        assert result.to_columns()["fingerprint"].tolist() == expected


def test_latin_hypercubes(small):
    result = small.sweep({"traffic.scale": "0.1:10:log"}, latin=5)
    scales = np.sort(result.to_columns()["traffic.scale"][::2])
    assert scales.size == 5
    assert (np.floor(np.log10(scales / 0.1) / 2 * 5) == np.arange(5)).all()  # one in each stratum


def test_shards_are_the_whole(small, tmp_path):
    whole = small.sweep(GRID, keep_points=False)
    parts = [small.sweep(GRID, shard=f"{i}/3", keep_points=False) for i in (1, 2, 3)]
    parts[1].save(tmp_path / "part.json")
    assert fc.merge([parts[0], tmp_path / "part.json", parts[2]]).to_csv() == whole.to_csv()
    with pytest.raises(fc.InputError):
        fc.merge(parts[:2])


def test_what_is_not_possible_says_why(small):
    result = small.sweep({"deployment[0].memory": ["512 MB", "20 GB"]})
    points = result.to_dict()["points"]
    assert [point["status"] for point in points] == ["done", "infeasible"]
    assert points[1]["reason"]


def test_finished_points_are_not_run_again(small, tmp_path):
    store = tmp_path / "store.sqlite"
    first = small.sweep(GRID, store=store)
    seen = []
    again = small.sweep(GRID, store=store, progress=lambda *told: seen.append(told))
    assert again.to_json() == first.to_json()
    with pytest.raises(fc.InputError, match="locked|store"):
        (tmp_path / "bad").write_text("x" * 100)
        small.sweep(GRID, store=tmp_path / "bad")


def test_a_sweep_of_a_trace_in_memory(small):
    trace = fc.Trace.from_arrivals(np.linspace(0, 3600, 500))
    result = small.with_traffic(trace).sweep({"deployment[1].count": [1, 2]})
    assert (result.to_columns()["requests"] == 500).all()


def test_plots(small):
    ax = small.sweep(GRID).plot()
    assert len(ax.lines) == 4  # two deployments, two memories
    with pytest.raises(ValueError, match="no column"):
        small.sweep(GRID).plot(y="colour")


def test_a_scenarios_own_sweep():
    scenario = fc.Scenario.from_dict(table(sweep={"vary": ["traffic.scale=1,2"]}))
    assert len(scenario.sweep()) == 2
