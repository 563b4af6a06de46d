import numpy as np
import pytest

import faascast as fc


def test_every_platform_shows_figures_with_source_and_date():
    assert "aws-lambda" in fc.Platform.names()
    for name in fc.Platform.names():
        frame = fc.Platform.load(name).to_frame()
        assert (frame["source"] != "").all() and (frame["as_of"] != "").all()
    lam = fc.Platform.load("aws-lambda")
    assert lam.name == "aws-lambda" and "<table>" in lam._repr_html_()
    assert "aws-lambda" in repr(lam)


def test_rules_of_a_day():
    before = fc.Platform.load("aws-lambda", as_of="2020-06-30").to_frame().set_index("figure")
    now = fc.Platform.load("aws-lambda").to_frame().set_index("figure")
    assert not before["value"].equals(now["value"])


def test_survival_curves_fall_from_one_to_zero():
    times = np.array([0.0, 1.0, 300.0, 600.0, 3600.0, 1e6])
    for name in fc.Platform.names():
        one = fc.Platform.load(name)
        if one.keep_alive_rule == "fixed-window" and not one.to_dict()["keep_alive"]["window_s"]:
            continue  # Knative's own rule is about load, not about idle time
        alive = one.survival(times)
        assert alive[0] == 1.0 and alive[-1] < 0.01
        assert np.all(np.diff(alive) <= 0)
    assert isinstance(fc.Platform.load("aws-lambda").survival(300), float)


def test_idle_for_exactly_the_window_is_expired():
    fixed = [
        one
        for one in map(fc.Platform.load, fc.Platform.names())
        if one.keep_alive_rule == "fixed-window"
    ]
    assert fixed
    for one in fixed:
        window = one.to_dict()["keep_alive"]["window_s"]
        if not window:
            continue
        assert one.survival([window * 0.999, window]).tolist() == [1.0, 0.0]


def test_tariffs():
    assert "aws-lambda" in fc.Tariff.names() and "aws/c6i.large" in fc.Tariff.names()
    frame = fc.Tariff.load("aws-lambda", region="us-east-1").to_frame()
    assert (frame["price"].str.startswith("$")).all() and (frame["source"] != "").all()


def test_a_quote_is_arithmetic():
    quote = fc.quote(platform="aws-lambda", memory="512 MB", duration="120 ms", requests=3_000_000)
    # 180,000 GB-s at $0.0000166667 and 3 million requests at $0.20 a million.
    total = quote.to_dict()["bill_month_usd"]["total"]
    assert total == pytest.approx(180_000 * 0.0000166667 + 0.6, abs=1e-6)


def test_profiles():
    profile = fc.Profile.load("dqn-cartpole")
    assert "dqn-cartpole" in fc.shipped_profiles() and "dqn-cartpole" in fc.shipped_models()
    assert profile.samples_ns.base is not None and not profile.samples_ns.flags.writeable
    assert profile.samples_ns.ctypes.data == profile.samples_ns.ctypes.data
    assert np.array_equal(profile.to_dict()["samples_ns"], profile.samples_ns)


def test_profiles_of_samples_in_memory(tmp_path):
    samples = np.random.default_rng(1).gamma(4.0, 0.02, 1000)
    profile = fc.Profile.from_samples(samples, model="mine", load_s=0.2, peak_memory_mb=300)
    assert np.allclose(profile.samples_s, samples, atol=1e-9)
    profile.save(tmp_path / "mine.json")
    assert fc.Profile.load(tmp_path / "mine.json") == profile
    scenario = fc.Scenario.from_dict(
        {
            "traffic": {"generator": {"kind": "poisson", "rate_per_s": 1, "duration": "1 h"}},
            "model": {"profile": profile},
            "deployment": [{"server": "aws/c6i.large"}],
        }
    )
    by_file = scenario.with_model({"profile": str(tmp_path / "mine.json")})
    assert scenario.run().fingerprint == by_file.run().fingerprint
    execution = scenario.run()[0].execution
    assert execution.mean_s == pytest.approx(samples.mean(), rel=0.5)
    assert profile.plot().has_data()
