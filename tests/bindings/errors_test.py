import pickle

import pytest
from conftest import table

import faascast as fc


def test_all_problems_at_once_with_place_and_mend(tmp_path):
    file = tmp_path / "wrong.toml"
    file.write_text(
        '[traffic]\ngenerator = { kind = "poison", rate_per_s = 1 }\n'
        '[model]\nexecution = "15 minuts"\n'
        '[[deployment]]\nplatform = "aws-lamda"\nmemmory = "1 GB"\n'
    )
    with pytest.raises(fc.InputError) as caught:
        fc.Scenario.load(file)
    problems = caught.value.problems
    assert len(problems) >= 4
    assert any(p.where.startswith(f"{file}:4:") and "minuts" in p.what for p in problems)
    assert any("memory" in p.mend for p in problems)
    assert all(str(p) in str(caught.value) for p in problems)
    assert isinstance(caught.value, ValueError)


def test_errors_survive_pickling():
    error = fc.InputError([("here", "wrong", "mend it")])
    back = pickle.loads(pickle.dumps(error))
    assert back.problems == error.problems and str(back) == str(error)


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda: fc.run("no-such-scenario"), "no-such-scenario"),
        (lambda: fc.run("quickstat"), "quickstart"),
        (lambda: fc.run(table(), replications=0), "out of range"),
        (lambda: fc.run(table(), threads=-1), "out of range"),
        (lambda: fc.run(table(), precision="much"), "not a precision"),
        (lambda: fc.run(table(), precision=2), "not a precision"),
        (lambda: fc.breakeven(), "nothing to ask"),
        (lambda: fc.breakeven(table(), model="x"), "beside a model"),
        (lambda: fc.breakeven(table(objective={})), "objective"),
        (lambda: fc.optimise(table(), minimise="time"), "cost or p99"),
        (lambda: fc.sweep(table(), shard="3/2"), "no part 3 of 2"),
        (lambda: fc.sweep(table(), shard="a"), "not a part"),
        (lambda: fc.sweep(table(), {"traffic.scal": [1, 2]}), "scal"),
        (lambda: fc.Platform.load("aws-lamda"), "aws-lambda"),
        (lambda: fc.Platform.load("aws-lambda", as_of="yesterday"), "not a day"),
        (lambda: fc.Tariff.load("aws-lamda"), "aws-lambda"),
        (lambda: fc.quote(platform="aws-lambda", memory="much"), "memory"),
        (lambda: fc.Profile.load("no-such-model"), "no-such-model"),
        (lambda: fc.Profile.from_samples([]), "no samples"),
        (lambda: fc.Profile.from_samples([1.0, -1.0]), "above 0"),
        (lambda: fc.Trace.from_file("no-such-file.csv"), "no-such-file"),
        (lambda: fc.runs("/nowhere/store.sqlite").list(), "store"),
    ],
)
def test_mistakes_are_input_errors(call, what):
    with pytest.raises(fc.InputError, match=what):
        call()


def test_wrong_types_are_type_errors(small):
    with pytest.raises(TypeError):
        fc.run(table(), seed=-1)
    with pytest.raises(TypeError):
        fc.run(table(), seed="one")
    with pytest.raises(TypeError):
        fc.run(table(), sede=1)
    with pytest.raises(TypeError):
        fc.Scenario.from_dict(table(), folders="x")
    with pytest.raises(TypeError, match="progress"):
        fc.run(table(), progress=3)


def test_a_failing_callback_ends_the_run_with_its_error(long):
    class Mine(Exception):
        pass

    def fail(done, total):
        raise Mine

    with pytest.raises(Mine):
        long.run(progress=fail)


def test_false_from_the_callback_stops(long):
    result = long.run(progress=lambda done, total: False)
    assert result.interrupted
    assert result.to_dict()["deployments"][0]["requests"] > 0
    with pytest.raises(fc.Interrupted):
        long.breakeven(progress=lambda done, total: False)


def test_progress_comes_to_its_end(small):
    seen = []
    small.edit({"traffic.generator.rate_per_s": 300}).run(progress=lambda *told: seen.append(told))
    assert seen and seen[-1][0] <= seen[-1][1] * 1.1
    assert all(a[0] <= b[0] for a, b in zip(seen, seen[1:]))


def test_a_bar_is_driven(small):
    class Bar:  # as tqdm's
        n = 0
        total = None

        def update(self, more):
            self.n += more

        def reset(self, total=None):
            self.n, self.total = 0, total

    bar = Bar()
    small.edit({"traffic.generator.rate_per_s": 300}).run(progress=bar)
    assert bar.n > 0 and bar.total
