import sqlite3

import pytest

import faascast as fc


def test_results_are_kept_and_found(small, tmp_path):
    file = tmp_path / "store.sqlite"
    result = small.run(store=file, save=True)
    number = small.run(seed=8).keep(file)
    runs = fc.runs(file)
    assert len(runs) == 2 and runs.path == str(file)
    assert list(runs.to_frame().index) == [1, number]
    stored = runs[1]
    assert stored.to_json() == result.to_json() and stored.kind == "run"
    assert stored.scenario().run().fingerprint == result.fingerprint
    assert "bill" in " ".join(runs.diff(1, number)["figure"])
    assert [one.id for one in runs] == [1, 2]
    runs.delete([1])
    assert [row["id"] for row in runs.list()] == [number]
    with pytest.raises(fc.InputError):
        runs[1]


def test_a_store_that_cannot_be_used_is_found_before_the_run(long, tmp_path):
    (tmp_path / "text.sqlite").write_text("not a store, though it is long enough to be read as one")
    with pytest.raises(fc.InputError):
        long.run(store=tmp_path / "text.sqlite", save=True)


def test_the_usual_place_is_the_command_lines(small, tmp_path):
    small.run(save=True)
    file = tmp_path / "xdg_data_home" / "faascast" / "store.sqlite"
    assert fc.runs().path == str(file)
    with sqlite3.connect(file) as store:
        assert store.execute("SELECT kind FROM runs").fetchall() == [("run",)]
