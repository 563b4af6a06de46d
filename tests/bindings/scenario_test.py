import datetime
import tomllib

import numpy as np
import pytest
from conftest import table

import faascast as fc


def test_a_dict_a_text_and_a_file_say_the_same(tmp_path):
    from_dict = fc.Scenario.from_dict(table())
    from_text = fc.Scenario.from_toml(from_dict.to_toml())
    file = tmp_path / "small.toml"
    from_dict.save(file)
    from_file = fc.Scenario.load(file)
    assert from_dict.to_dict() == table() == from_text.to_dict() == from_file.to_dict()
    assert from_dict.run().fingerprint == from_text.run().fingerprint == from_file.run().fingerprint


def test_attributes(small):
    assert small.name == "small"
    assert small.seed == 7
    assert small.deployments == ["functions", "servers"]
    assert small.has_objective
    assert not small.edit({"objective": {}}).has_objective
    assert small["traffic.generator.rate_per_s"] == 2.0
    assert small["deployment[1].count"] == 2
    with pytest.raises(KeyError, match="deployment"):
        small["deployment[2].count"]
    assert "aws-lambda" in small._repr_html_()
    assert "functions" in repr(small)


def test_edits_make_new_ones_by_the_keys_of_the_schema(small):
    edited = small.edit({"traffic.scale": 2, "deployment[0].memory": "1 GB"}, seed=9)
    assert edited["traffic.scale"] == 2 and edited["deployment[0].memory"] == "1 GB"
    assert edited.seed == 9 and small.seed == 7
    assert edited != small and small == fc.Scenario.from_dict(table())
    assert small.edit(["traffic.scale=2"])["traffic.scale"] == 2
    assert edited.edit({"traffic.scale": 3})["traffic.scale"] == 3


def test_values_of_python_become_values_of_toml():
    made = fc.Scenario.from_dict(
        table(horizon=datetime.timedelta(minutes=30), free_tier=np.bool_(True), seed=np.int64(3))
    )
    assert made["horizon"] == "1800000000 us"
    assert made["free_tier"] is True
    assert made.seed == 3
    with pytest.raises(TypeError, match="a scenario cannot hold"):
        fc.Scenario.from_dict(table(name=object()))


def test_awkward_text_survives():
    name = 'quotes " and \\ and\nlines, ünïcode and \x7f'
    assert fc.Scenario.from_dict(table(name=name)).to_dict()["name"] == name


def test_shipped_scenarios_load_by_name():
    names = fc.shipped_scenarios()
    assert "quickstart" in names
    for name in names:
        scenario = fc.Scenario.load(name)
        if scenario["traffic"].get("trace", "bursty-inference-day") == "bursty-inference-day":
            scenario.validate()  # others need public data
        assert tomllib.loads(scenario.to_toml()) == scenario.to_dict()


def test_changes_at_loading():
    loaded = fc.Scenario.load("quickstart", set={"seed": 5})
    assert loaded.seed == 5
    assert fc.Scenario.load("quickstart", set=["seed=5"]) == loaded


def test_other_traffic_and_model(small):
    trace = fc.Trace.from_arrivals([0.0, 1.0, 2.5])
    assert small.with_traffic(trace).run()["functions"].requests == 3
    assert small.with_traffic("bursty-inference-day").to_dict()["traffic"]["trace"]
    faster = small.with_model({"execution": "10 ms"}).run()
    assert faster["functions"].latency.max_s < small.run()["functions"].latency.max_s
    profiled = small.with_model(fc.Profile.load("dqn-cartpole"))
    assert profiled.run().to_dict()["profile_hash"] == fc.Profile.load("dqn-cartpole").sha256


def test_validate_finds_what_shows_only_together(small):
    small.validate()
    with pytest.raises(fc.InputError) as caught:
        small.edit({"deployment[0].memory": "10241 MB"}).validate()
    assert "deployment" in caught.value.problems[0].where


def test_the_schema_has_every_key_with_its_text():
    keys = {row.key: row for row in fc.schema()}
    assert keys["traffic.scale"].default == "1.0" or keys["traffic.scale"].default == "1"
    assert all(row.text for row in keys.values())
    assert "[[deployment]]" in fc.scenario_template()


def test_a_question_becomes_a_scenario():
    asked = fc.Scenario.of_question("logreg-mnist-odd", "bursty-inference-day", p99_s=1.0)
    assert asked.has_objective
    assert len(asked.deployments) > 2


def test_survival_curves_are_keep_alive_laws():
    curve = fc.survival_curve([300, 600, 900], [0.9, 0.4, 0.0])
    made = fc.Scenario.from_dict(
        table(deployment=[{"platform": "aws-lambda", "memory": "512 MB", "keep_alive": curve}])
    )
    assert made.run()["aws-lambda"].cold_starts > 0
    with pytest.raises(ValueError):
        fc.survival_curve([1, 2], [1.0])
