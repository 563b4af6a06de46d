import gc
import json
import threading

import matplotlib.pyplot as plt
import numpy as np
import pytest
from conftest import table

import faascast as fc


def test_figures_agree_with_the_json(small):
    result = small.run()
    for one in result.deployments.values():
        figures = result.to_dict()["deployments"][list(result.deployments).index(one.name)]
        assert one.requests == figures["requests"] == one.latency.count
        for q, name in ((0.5, "p50"), (0.9, "p90"), (0.95, "p95"), (0.99, "p99")):
            assert one.latency.quantile(q) == figures["latency_s"][name]
        assert one.latency.max_s == figures["latency_s"]["max"]
        assert one.usd_per_month == figures["bill_month_usd"]["total"]
        # The histogram knows each value to 0.1 %.
        mean = np.average(one.latency.values_s, weights=one.latency.counts)
        assert mean == pytest.approx(one.latency.mean_s, rel=1e-3)


def test_quantiles_are_order_statistics(small):
    latency = small.run()["functions"].latency
    everything = np.repeat(latency.values_s, latency.counts)
    shares = np.array([0.001, 0.25, 0.5, 0.75, 0.999, 1.0])
    expected = everything[np.ceil(shares * everything.size).astype(int) - 1]
    assert np.array_equal(latency.quantile(shares), expected)
    for bad in (0.0, 1.1, np.nan):
        with pytest.raises(ValueError, match="quantile"):
            latency.quantile(bad)
    assert np.isnan(small.run()["servers"].cold_start.quantile(0.5))


def test_arrays_are_read_only_views_of_the_result(small):
    latency = small.run()["functions"].latency
    first, second = latency.values_s, latency.values_s
    assert first.ctypes.data == second.ctypes.data  # nothing is copied
    assert first.base is not None and not first.flags.writeable
    kept = first.copy()
    del latency, second
    gc.collect()
    assert np.array_equal(first, kept)  # the view keeps the memory alive


def test_the_same_seed_gives_the_same_bits_with_any_threads(small):
    one = small.run(threads=1)
    assert small.run(threads=2).to_json() == one.to_json()
    assert small.run(seed=8).fingerprint != one.fingerprint
    assert small.edit(seed=8).run().fingerprint == small.run(seed=8).fingerprint


def test_a_run_takes_names_files_and_dicts(tmp_path, small):
    small.save(tmp_path / "s.toml")
    assert fc.run(tmp_path / "s.toml").fingerprint == small.run().fingerprint
    assert fc.run(table()).fingerprint == small.run().fingerprint
    assert fc.run("quickstart").to_dict()["scenario"]


def test_compare_puts_the_cheapest_first(small):
    costs = [one.usd_per_month for one in small.compare().deployments.values()]
    assert costs == sorted(costs)


def test_replications_give_intervals(small):
    result = small.run(replications=3)
    interval = result["functions"].intervals["latency_mean_s"]
    assert interval["low"] < interval["mean"] < interval["high"]
    assert small.run(precision="20%").to_dict()["replications"] >= 10


def test_the_timeline_adds_up(small):
    one = small.run(timeline=True)["functions"]
    assert one.timeline.completed.sum() == one.completed
    assert one.timeline.cold_starts.sum() == one.cold_starts
    assert len(small.run()["functions"].timeline) == 0
    assert list(one.timeline.to_frame().columns)[0] == "start_s"


def test_functions_add_up():
    rng = np.random.default_rng(1)
    arrivals = np.sort(rng.uniform(0, 3600, 500))
    trace = fc.Trace.from_arrivals(arrivals, function=rng.choice(["a", "b", "c"], 500))
    one = fc.Scenario.from_dict(table(traffic={"trace": trace})).run()["functions"]
    assert len(one.functions) == 3
    assert one.functions.requests.sum() == 500
    assert one.functions.latency_sum_s.sum() == pytest.approx(one.latency.mean_s * 500)
    assert len(one.functions.to_frame()) == 3


def test_frames_and_columns(small):
    frame = small.run().to_frame()
    assert list(frame["name"]) == ["functions", "servers"]
    assert frame["latency_p99_s"].dtype == np.float64
    assert frame["requests"].dtype == np.int64
    bill = small.run()["functions"].bill()
    assert bill["usd"].sum() == pytest.approx(small.run()["functions"].usd_per_month, abs=1e-5)


def test_of_several_deployments_one_has_to_be_named(small):
    with pytest.raises(ValueError, match="functions, servers"):
        small.run().latency
    single = fc.Scenario.from_dict(table(deployment=table()["deployment"][:1]))
    assert single.run().latency.count == single.run()[0].requests
    with pytest.raises(KeyError, match="functions, servers"):
        small.run()["function"]
    with pytest.raises(AttributeError, match="no figure"):
        small.run()["functions"].colour


def test_hybrids_have_parts():
    result = fc.run("hybrid")
    hybrids = [one for one in result.deployments.values() if one.kind == "hybrid"]
    for one in hybrids:
        servers, functions = one.parts
        assert servers.latency.count + functions.latency.count == one.latency.count


@pytest.mark.parametrize("kind", ["latency", "cost", "instances", "cold-starts"])
def test_plots_draw_into_the_axes_that_they_are_given(small, kind):
    figure, ax = plt.subplots()
    assert small.run(timeline=True).plot(ax, kind=kind) is ax
    assert ax.has_data()
    plt.close(figure)


def test_plots_say_what_they_need(small):
    with pytest.raises(ValueError, match="timeline=True"):
        small.run().plot(kind="instances")
    with pytest.raises(ValueError, match="kind must be"):
        small.run().plot(kind="pie")
    plt.close("all")


def test_notebooks_see_a_table(small):
    html = small.run()._repr_html_()
    assert "<table>" in html and "functions" in html
    sneaky = fc.Scenario.from_dict(table(name="<script>")).run()
    assert "<script>" not in sneaky._repr_html_()


def test_results_are_saved_by_their_ending(small, tmp_path):
    result = small.run()
    for name in ("r.json", "r.csv", "r.md", "r.html", "r.txt"):
        result.save(tmp_path / name)
        assert (tmp_path / name).stat().st_size > 100
    assert json.loads((tmp_path / "r.json").read_text()) == result.to_dict()
    with pytest.raises(ValueError, match="ending"):
        result.save(tmp_path / "r.xlsx")


def test_many_threads_may_run_at_once(small):
    expected = small.run(threads=1).fingerprint
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(small.run(threads=1).fingerprint))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8
