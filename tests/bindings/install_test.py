"""Installing: by cmake --install, and by pip into an environment. Uses the build that is there."""

import os
import shutil
import subprocess
import sys

import pytest

BUILD = os.path.dirname(os.environ["FAASCAST_BIN"])
ASK = "import faascast as fc; print(fc.run('quickstart').fingerprint, fc.__file__)"


def run(*command, **options):
    ended = subprocess.run(command, capture_output=True, text=True, **options)
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    return ended.stdout


def test_cmake_install(tmp_path):
    run("cmake", "--install", BUILD, "--component", "python", "--prefix", str(tmp_path / "usr"))
    (package,) = (tmp_path / "usr").rglob("faascast/__init__.py")
    where = str(package.parent.parent)
    told = run(sys.executable, "-c", ASK, env={**os.environ, "PYTHONPATH": where})
    assert where in told
    assert (package.parent / "py.typed").exists() and (package.parent / "_core.pyi").exists()


def test_pip_install(root, tmp_path):
    if not os.environ.get("FAASCAST_FULL"):
        pytest.skip("compiles everything: FAASCAST_FULL=1, as tests/run.sh --full sets it")
    if shutil.which("cmake") is None:
        pytest.skip("there is no cmake")
    environment = tmp_path / "V"
    run(sys.executable, "-m", "venv", "--system-site-packages", str(environment))
    python = str(environment / "bin" / "python")
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    settings = {**clean, "FAASCAST_BUILD": str(tmp_path / "build")}
    install = [python, "-m", "pip", "install", "--no-build-isolation", "--no-deps", "--no-index"]
    run(*install, str(root), env=settings, timeout=3000)
    assert str(environment) in run(python, "-c", ASK, env=clean, cwd=tmp_path)
