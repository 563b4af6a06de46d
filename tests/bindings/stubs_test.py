"""The types: what _core.pyi says is what the module has, and the package is typed throughout."""

import importlib.util
import os
import subprocess
import sys

import pytest

import faascast

FOLDER = os.path.dirname(faascast.__file__)

if importlib.util.find_spec("mypy") is None:
    pytest.skip("mypy is not installed", allow_module_level=True)


def ask(*command, **options):
    ended = subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, timeout=280, **options
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_stub_is_the_module(tmp_path):
    allowed = tmp_path / "allowed"
    # Of every class: pybind11's metaclass, and the __init__ of those that cannot be made.
    allowed.write_text("faascast\\._core\\.[A-Z]\\w+\nfaascast\\._core\\.\\w+\\.__init__\n")
    ask(
        "mypy.stubtest", "faascast._core", "--allowlist", str(allowed), "--ignore-unused-allowlist",
        cwd=tmp_path,
    )


def test_the_package_is_typed(tmp_path):
    ask(
        "mypy", "--strict", "--ignore-missing-imports", "--cache-dir", str(tmp_path / "cache"),
        "-p", "faascast", cwd=tmp_path, env={**os.environ, "MYPYPATH": os.path.dirname(FOLDER)},
    )


def test_users_see_types(tmp_path):
    (tmp_path / "user.py").write_text(
        "import faascast as fc\n"
        "result: fc.RunResult = fc.run('quickstart', seed=1)\n"
        "p99: float = result[0].latency.quantile(0.99)\n"
        "reveal_type(fc.sweep('quickstart', {'seed': [1]}))\n"
    )
    ask(
        "mypy", "--strict", "--ignore-missing-imports", "--cache-dir", str(tmp_path / "cache"),
        "user.py", cwd=tmp_path, env={**os.environ, "MYPYPATH": os.path.dirname(FOLDER)},
    )


def test_every_public_name_is_documented():
    undocumented = []
    for name in faascast.__all__:
        value = getattr(faascast, name)
        if isinstance(value, type):
            members = [f"{name}.{key}" for key in vars(value) if not key.startswith("_")]
            undocumented += [
                one for one in members
                if callable(getattr(value, one.split(".")[1], None))
                and not getattr(value, one.split(".")[1]).__doc__
            ]
        if (callable(value) or isinstance(value, type)) and not value.__doc__:
            undocumented.append(name)
    assert undocumented == []
