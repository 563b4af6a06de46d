"""The same answers as the command line's, byte for byte."""

import json
import os
import subprocess

import pytest

import faascast as fc


@pytest.fixture
def ask(cli, tmp_path, small):
    if not os.path.exists(cli):
        pytest.skip("the command line is not built")
    file = tmp_path / "small.toml"
    small.save(file)

    def run(*arguments):
        command = [cli, arguments[0], str(file), *arguments[1:]]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    return run, fc.Scenario.load(file)


def without_command(text):
    """A page of the command line names the line that makes it again."""
    result = json.loads(text)
    result.pop("command", None)
    return result


def test_run(ask):
    cli, scenario = ask
    result = scenario.run()
    assert result.to_dict() == without_command(cli("run", "--json"))
    assert result.to_csv() == cli("run", "--csv")
    assert str(result) == cli("run")
    assert result.to_markdown() == cli("run", "--markdown")


def test_options_have_the_same_names_and_defaults(ask):
    cli, scenario = ask
    changed = scenario.edit({"traffic.scale": 2}).compare(seed=3, replications=2)
    told = cli(
        "compare", "--set", "traffic.scale=2", "--seed", "3", "--replications", "2", "--json"
    )
    assert changed.to_dict() == without_command(told)
    assert scenario.quick().to_json() == cli("run", "--quick", "--json")


def test_studies(ask):
    cli, scenario = ask
    sweep = scenario.sweep({"traffic.scale": [1, 2]})
    assert sweep.to_json() == cli("sweep", "--vary", "traffic.scale=1,2", "--json")
    assert scenario.hybrid(replications=2).to_json() == cli("hybrid", "--replications", "2", "--json")
    points = ("--requests-per-point", "500", "--replications", "2", "--json")
    breakeven = scenario.breakeven(requests_per_point=500, replications=2)
    assert breakeven.to_dict() == without_command(cli("breakeven", *points))
    sensitivity = scenario.sensitivity(verdict=False)
    assert sensitivity.to_json() == cli("sensitivity", "--no-verdict", "--json")


def test_the_store_is_shared(ask):
    cli, scenario = ask
    cli("run", "--save")
    stored = fc.runs()[1]
    assert stored.to_dict()["fingerprint"] == scenario.run().fingerprint
