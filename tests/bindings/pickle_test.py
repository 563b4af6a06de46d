import copy
import pickle

import numpy as np
from conftest import table

import faascast as fc


def again(value):
    return pickle.loads(pickle.dumps(value))


def test_scenarios(small, tmp_path):
    trace = fc.Trace.from_arrivals([0.0, 1.0, 5.0])
    profile = fc.Profile.load("dqn-cartpole")
    scenarios = [
        small,
        small.edit({"traffic.scale": 2}),
        small.with_traffic(trace).with_model(profile),
        fc.Scenario.load("quickstart"),
        fc.Scenario.of_question("logreg-mnist-odd", "bursty-inference-day", p99_s=1.0),
    ]
    for scenario in scenarios:
        assert again(scenario) == scenario
        assert again(scenario).run().fingerprint == scenario.run().fingerprint
        assert copy.deepcopy(scenario) == scenario


def test_traces(tmp_path):
    arrays = fc.Trace.from_arrivals([0.0, 1.0], execution_s=[0.5, 0.5], function=["a", "b"])
    arrays.save(tmp_path / "t.csv")
    traces = [
        arrays,
        fc.Trace.from_file(tmp_path / "t.csv"),
        fc.Trace.generate("poisson", rate_per_s=1, duration="10 min"),
    ]
    traces += [traces[2].cut(0, 60), traces[2].scaled(3), fc.Trace.merge(traces[:1] * 2)]
    for trace in traces:
        assert again(trace) == trace
        assert np.array_equal(again(trace).arrivals(), trace.arrivals())


def test_results_of_runs_are_whole(small):
    result = small.run(timeline=True)
    back = again(result)
    assert back.to_json() == result.to_json()
    assert str(back) == str(result) and back.to_html() == result.to_html()
    for name in result.deployments:
        one, other = result[name], back[name]
        assert one.latency.quantile(0.99) == other.latency.quantile(0.99)
        assert np.array_equal(one.latency.counts, other.latency.counts)
        assert np.array_equal(one.timeline.instances, other.timeline.instances)
        assert np.array_equal(one.functions.requests, other.functions.requests)
    assert again(back).to_json() == result.to_json()
    assert len(pickle.dumps(result)) < 300_000


def test_other_results_and_values(small):
    sweep = small.sweep({"traffic.scale": [1, 2]}, keep_points=False)
    assert again(sweep).to_csv() == sweep.to_csv()
    quick = small.quick()
    assert again(quick).to_json() == quick.to_json()
    profile = fc.Profile.from_samples([0.1, 0.2])
    assert again(profile) == profile
    assert again(fc.WAIT) == fc.WAIT


def test_functions_of_the_package_can_be_sent():
    assert again(fc.run) is fc.run
    assert again(fc.run)(again(table())).fingerprint == fc.run(table()).fingerprint


def test_a_kept_result_can_be_kept_again(small, tmp_path):
    number = again(small.run()).keep(tmp_path / "s.sqlite")
    assert fc.runs(tmp_path / "s.sqlite")[number].to_json() == small.run().to_json()
