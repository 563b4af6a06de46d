"""What the package says to an interpreter that it is not for."""

import os
import shutil
import subprocess
import sys

import pytest

import faascast


def told_by(python, folder, program="import faascast"):
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder)}
    ended = subprocess.run(
        [python, "-c", program], capture_output=True, text=True, env=environment, timeout=60
    )
    return ended.returncode, ended.stderr


@pytest.fixture
def package(tmp_path):
    shutil.copytree(os.path.dirname(faascast.__file__), tmp_path / "faascast")
    return tmp_path


def test_of_another_version(package):
    """As there may be no other Python here: a package that was built for another."""
    for file in (package / "faascast").glob("_core*.so"):
        file.unlink()
    build = package / "faascast" / "_build.py"
    own = "{}.{}".format(*sys.version_info[:2])
    build.write_text(build.read_text().replace(f'"{own}"', '"3.99"'))
    code, error = told_by(sys.executable, package)
    assert code != 0
    assert f"built for Python 3.99 ({faascast._build.PYTHON_EXECUTABLE})" in error
    assert f"this is Python {own}" in error


def test_without_numpy(package):
    hidden = (
        "import sys\nsys.modules['numpy'] = None\nimport faascast"  # as if it were not installed
    )
    code, error = told_by(sys.executable, package, hidden)
    assert code != 0
    assert "needs numpy" in error and faascast._build.PYTHON_EXECUTABLE in error


def test_the_tests_run_on_the_interpreter_that_it_was_built_for():
    assert os.path.samefile(sys.executable, faascast._build.PYTHON_EXECUTABLE)
