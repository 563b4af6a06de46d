import os

import matplotlib.pyplot as plt
import numpy as np
import pytest
from conftest import table

import faascast as fc


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_breakeven(small):
    large = small.edit({"deployment[0].memory": "3008 MB"})
    result = large.breakeven(
        requests_per_point=300, replications=2, calibration=False, answers=False
    )
    pair = result.pairs[0]
    assert (pair["serverless"], pair["dedicated"]) == ("functions", "servers")
    assert pair["verdict"] == "crosses" and result.crossings == [
        one["inferences_per_day"] for one in pair["crossings"]
    ]
    frame = result.to_frame()
    assert set(frame["name"]) == {"functions", "servers"}
    assert frame["usd_per_month"].dtype == np.float64
    # At the crossing the sides change places.
    by_side = frame[frame["feasible"].astype(bool)].pivot_table(
        index="inferences_per_day", columns="name", values="usd_per_month"
    ).dropna()
    cheaper = by_side["functions"] < by_side["servers"]
    assert cheaper.iloc[0] and not cheaper.iloc[-1]
    assert result.plot().get_xscale() == "log"
    assert "<table>" in result._repr_html_()


def test_breakeven_by_time_of_the_objective(small):
    strict = small.edit({"objective": {}}).edit({"objective.p99": "5 s"})
    options = {"requests_per_point": 200, "replications": 2, "calibration": False, "answers": False}
    assert fc.breakeven(strict, **options).to_json() == fc.breakeven(
        strict.edit({"objective.p99": "1 s"}), p99_s=5.0, **options
    ).to_json()


def test_breakeven_map(small):
    result = small.breakeven_map(cv=[1, 3], execution_s=[0.1], requests_per_point=100)
    cells = result.to_dict()["map"]
    assert [(cell["cv"], cell["execution_s"]) for cell in cells] == [(1.0, 0.1), (3.0, 0.1)]
    assert len(result.plot().texts) == 2


def test_hybrid(small):
    result = small.hybrid(replications=2)
    assert result.to_dict()["rows"][0]["count"] == 0
    assert result.plot().has_data()
    assert len(result.to_frame()) == len(result.to_dict()["rows"])


def test_optimise():
    scenario = fc.Scenario.from_dict(
        table(deployment=[{"name": "f", "platform": "aws-lambda", "keep_alive": "600 s"}])
    )
    result = scenario.optimise(vary={"deployment[0].memory": ["512 MB", "1024 MB"]})
    assert result.winner["settings"]["memory"] in ("512 MB", "1024 MB", "1 GB")
    assert result.plot().has_data()
    fastest = scenario.optimise(minimise="p99", vary=["deployment[0].memory=512 MB,1024 MB"])
    assert fastest.winner["p99_s"] <= result.winner["p99_s"]


def test_sensitivity(small):
    result = small.sensitivity(verdict=False)
    first = result.to_dict()["deployments"][0]
    assert first["name"] == "functions" and first["figures"]
    assert result.plot(most=3).has_data()
    assert len(result.to_frame()) >= len(first["figures"])


def test_quick_is_near_the_simulation(small):
    quick = small.quick().to_frame().set_index("name")
    run = small.run()
    assert quick.loc["functions", "usd_per_month"] == pytest.approx(
        run["functions"].usd_per_month, rel=0.1
    )


def test_validate(root, monkeypatch):
    data = root.parent / "shared" / "data"
    with pytest.raises(fc.InputError, match="measured"):
        fc.validate(data=root)
    if not os.environ.get("FAASCAST_FULL"):
        pytest.skip("takes a while: FAASCAST_FULL=1, as tests/run.sh --full sets it")
    if not (data / "measured").is_dir():
        pytest.skip(f"{data} has no public measurements")
    result = fc.validate(data=data)
    columns = result.to_columns()
    assert "blind" in columns["part"]
    assert result.plot().has_data()
    with pytest.raises(ValueError, match="not kept"):
        result.keep()
