"""Every notebook of examples/notebooks runs from top to bottom, and has no outputs of an old run."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

NOTEBOOKS = sorted((pathlib.Path(os.environ["FAASCAST_ROOT"]) / "examples/notebooks").glob("*.ipynb"))


def test_there_are_notebooks():
    assert len(NOTEBOOKS) >= 5


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_clean(notebook):
    for cell in json.loads(notebook.read_text())["cells"]:
        assert not cell.get("outputs") and cell.get("execution_count") is None


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(notebook, tmp_path):
    pytest.importorskip("nbconvert")
    pytest.importorskip("matplotlib")
    # The kernel is this interpreter, whatever kernels the user has.
    kernel = tmp_path / "share" / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(
        json.dumps({"argv": command, "display_name": "Python 3", "language": "python"})
    )
    out = os.environ.get("FAASCAST_NOTEBOOKS_OUT", str(tmp_path))  # to look at them
    ended = subprocess.run(
        [sys.executable, "-m", "nbconvert", "--execute", "--to", "notebook", "--output-dir", out]
        + ["--ExecutePreprocessor.timeout=280", str(notebook)],
        capture_output=True, text=True, timeout=290, cwd=tmp_path,
        env={**os.environ, "JUPYTER_PATH": str(tmp_path / "share" / "jupyter"), "MPLBACKEND": "module://matplotlib_inline.backend_inline"},
    )
    assert ended.returncode == 0, ended.stderr[-4000:]
    ran = json.loads((pathlib.Path(out) / notebook.name).read_text())
    shown = [output for cell in ran["cells"] for output in cell.get("outputs", [])]
    assert any("image/png" in output.get("data", {}) for output in shown)
