"""What all tests use. Stores and configuration are each test's own."""

import os
import pathlib

import pytest

import faascast as fc


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))


@pytest.fixture
def root() -> pathlib.Path:
    return pathlib.Path(os.environ["FAASCAST_ROOT"])


@pytest.fixture
def cli() -> str:
    return os.path.join(os.environ["FAASCAST_BIN"], "faascast")


def table(**changes):
    """A small scenario of functions and servers: some 7,200 requests."""
    return {
        "name": "small",
        "seed": 7,
        "traffic": {"generator": {"kind": "poisson", "rate_per_s": 2.0, "duration": "1 h"}},
        "model": {"execution": {"kind": "exponential", "mean": "350 ms"}},
        "objective": {"p99": "5 s"},
        "deployment": [
            {"name": "functions", "platform": "aws-lambda", "memory": "512 MB"}
            | {"keep_alive": "600 s"},
            {"name": "servers", "server": "aws/c6i.large", "count": 2}
            | {"front_door": "load-balancer"},
        ],
        **changes,
    }


@pytest.fixture
def small() -> fc.Scenario:
    return fc.Scenario.from_dict(table())


@pytest.fixture
def long() -> fc.Scenario:
    """Seconds to minutes of work: to be stopped."""
    generator = {"kind": "poisson", "rate_per_s": 2000.0, "duration": "100 d"}
    return fc.Scenario.from_dict(table(traffic={"generator": generator}))
