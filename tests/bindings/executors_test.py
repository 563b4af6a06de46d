"""Sweeps on executors: as they say, wherever their workers are, and when workers die."""

import os
import pathlib
import signal
import subprocess
import sys
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest
from conftest import table

import faascast as fc
from faascast import _sweep

GRID = {"traffic.scale": [0.25, 0.5, 1, 2], "deployment[0].memory": ["512 MB", "1024 MB"]}


def serial(scenario, grid=GRID, **options):
    return scenario.sweep(grid, keep_points=False, **options).to_json()


@pytest.mark.parametrize("chunk", [None, 1, 3, 100])
def test_threads(small, chunk):
    with ThreadPoolExecutor(2) as executor:
        result = small.sweep(GRID, executor=executor, chunk=chunk, keep_points=False)
    assert result.to_json() == serial(small)


def test_processes_that_are_forked_after_a_run(small):
    expected = serial(small)  # has started threads in this process
    with ProcessPoolExecutor(2) as executor:
        assert small.sweep(GRID, executor=executor, keep_points=False).to_json() == expected
        trace = fc.Trace.from_arrivals(np.linspace(0, 3600, 400))
        traced = small.with_traffic(trace)
        result = traced.sweep({"deployment[1].count": [1, 2]}, executor=executor, keep_points=False)
        assert result.to_json() == serial(traced, {"deployment[1].count": [1, 2]})
        points = [{"traffic.scale": 0.5}, {"traffic.scale": 3}]
        result = small.sweep(points=points, executor=executor, keep_points=False)
        assert result.to_json() == small.sweep(points=points, keep_points=False).to_json()


def test_points_go_to_the_store_as_they_come(small, tmp_path):
    store = tmp_path / "store.sqlite"

    class Dies(Exception):
        pass

    def die(done, total):
        if done >= 3:
            raise Dies

    with ThreadPoolExecutor(1) as executor, pytest.raises(Dies):
        small.sweep(GRID, executor=executor, chunk=1, store=store, progress=die)
    first = []
    with ThreadPoolExecutor(1) as executor:
        result = small.sweep(
            GRID, executor=executor, store=store, progress=lambda done, all: first.append(done)
        )
    assert first[0] >= 3  # were known before
    assert result.to_json() == serial(small)


def test_false_from_the_callback_stops(small):
    with ThreadPoolExecutor(1) as executor:
        result = small.sweep(
            GRID, executor=executor, chunk=1, keep_points=False, progress=lambda done, all: done < 2
        )
    assert result.interrupted
    statuses = [point["status"] for point in result.to_dict()["points"]]
    assert statuses.count("done") == 2 and len(statuses) == 8


def test_any_executor_will_do(small):
    class Here:
        """The least that an executor is."""

        sizes = []

        def submit(self, function, /, *arguments):
            self.sizes.append(len(arguments[-1]))
            future = Future()
            future.set_result(function(*arguments))
            return future

    executor = Here()
    tiny = small.edit({"traffic.generator.duration": "1 min"})
    grid = {"traffic.scale": np.linspace(0.1, 1, 40).round(4)}
    assert tiny.sweep(grid, executor=executor, keep_points=False).to_json() == serial(tiny, grid)
    # After the probes a task has about a tenth of a second of work, not one point.
    assert executor.sizes[:4] == [1, 1, 1, 1] and executor.sizes[4] > 1


def test_errors_of_workers_are_raised(small):
    class Fails:
        def submit(self, function, /, *arguments):
            future = Future()
            future.set_exception(OSError("no network"))
            return future

    with pytest.raises(OSError, match="no network"):
        small.sweep(GRID, executor=Fails(), keep_points=False)


def test_another_build_is_found_out(small):
    import pickle

    request = pickle.dumps((small, ["traffic.scale"]))
    with pytest.raises(RuntimeError, match="another build"):
        _sweep.run_chunk(request, None, "0" * 64, "", [(0, ["1"])])


def test_what_cannot_be_sent_is_said(small):
    scenario = small.with_policy("functions", fc.KeepAlive(lambda instance, pool: 60.0))
    with ProcessPoolExecutor(1) as executor, pytest.raises(fc.InputError, match="cannot be sent"):
        scenario.sweep(GRID, executor=executor, keep_points=False)


@pytest.fixture
def dask(tmp_path):
    """A real scheduler and two workers, each a process of its own, over TCP."""
    distributed = pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    logs = []

    def start(*command):
        log = open(tmp_path / f"{command[0]}-{len(logs)}.log", "w")
        logs.append(log)
        program = [sys.executable, "-m", f"distributed.cli.dask_{command[0]}", *command[1:]]
        return subprocess.Popen(program, stdout=log, stderr=log, cwd=tmp_path)

    quiet = ("--no-dashboard", "--scheduler-file", str(file))
    scheduler = start("scheduler", *quiet, "--port", "0", "--host", "127.0.0.1")
    options = (*quiet, "--nthreads", "1", "--no-nanny", "--host", "127.0.0.1")
    workers = [start("worker", *options, "--name", f"w{i}") for i in range(2)]
    client = distributed.Client(scheduler_file=str(file), timeout=60)
    try:
        client.wait_for_workers(2, timeout=60)
        yield client, workers
    finally:
        client.close()
        for process in [*workers, scheduler]:
            process.kill()
            process.wait()
        for log in logs:
            log.close()


def test_dask_loses_a_worker_and_no_row(dask):
    client, workers = dask
    executor = client.get_executor(pure=False, retries=3)
    scenario = fc.Scenario.from_dict(
        table(traffic={"generator": {"kind": "poisson", "rate_per_s": 20.0, "duration": "1 h"}})
    )
    grid = {"traffic.scale": np.linspace(0.5, 2, 60).round(4)}
    killed = []

    def kill_one(done, total):
        if done >= 15 and not killed:
            os.kill(workers[0].pid, signal.SIGKILL)
            killed.append(done)

    result = scenario.sweep(grid, executor=executor, chunk=2, keep_points=False, progress=kill_one)
    assert killed and killed[0] < 60  # in the middle
    assert workers[0].wait(10) == -signal.SIGKILL and workers[1].poll() is None
    assert result.to_json() == serial(scenario, grid)


def test_the_dask_example(root, tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    script = root / "examples" / "cluster" / "dask_sweep.py"
    out = tmp_path / "points.csv"
    program = [sys.executable, str(script), "quickstart", "--local", "2", "-o", str(out)]
    program += ["--vary", "traffic.scale=0.5,1"]
    subprocess.run(program, check=True, timeout=200, cwd=tmp_path)
    expected = fc.sweep("quickstart", ["traffic.scale=0.5,1"], keep_points=False)
    assert out.read_text() == expected.to_csv()


def test_the_slurm_example_without_slurm(root, tmp_path, cli):
    """The array's tasks one after another, one of them submitted again."""
    if not pathlib.Path(cli).exists():
        pytest.skip("the command line is not built")
    scripts = root / "examples" / "cluster"
    environment = {
        **os.environ,
        "FAASCAST": cli,
        "SCENARIO": "quickstart",
        "VARY": "traffic.scale=0.5,1,2",
        "PARTS": "3",
        "OUT": str(tmp_path / "out"),
    }
    for task in ("1", "2", "3", "2"):
        environment["SLURM_ARRAY_TASK_ID"] = task
        environment["SLURM_ARRAY_TASK_COUNT"] = "1"  # what Slurm says of one that runs again
        subprocess.run(["bash", scripts / "slurm_sweep.sh"], check=True, env=environment, timeout=100)
    subprocess.run(["bash", scripts / "slurm_merge.sh"], check=True, env=environment, timeout=100)
    expected = fc.sweep("quickstart", {"traffic.scale": [0.5, 1, 2]}, keep_points=False)
    assert (tmp_path / "out" / "points.csv").read_text() == expected.to_csv()


def test_mpi(tmp_path):
    """mpi4py's pool is an executor like the others; run as its documentation says."""
    pytest.importorskip("mpi4py")
    import shutil

    if shutil.which("mpirun") is None:
        pytest.skip("there is no mpirun")
    script = tmp_path / "script.py"
    script.write_text(
        "import faascast as fc\nfrom mpi4py.futures import MPIPoolExecutor\n"
        "if __name__ == '__main__':\n"
        "    with MPIPoolExecutor() as executor:\n"
        "        r = fc.sweep('quickstart', {'traffic.scale': [0.5, 1]}, executor=executor,\n"
        "                     keep_points=False)\n"
        f"    r.save({str(tmp_path / 'r.csv')!r})\n"
    )
    program = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "3", sys.executable]
    ended = subprocess.run([*program, "-m", "mpi4py.futures", str(script)], timeout=200)
    assert ended.returncode == 0
    expected = fc.sweep("quickstart", {"traffic.scale": [0.5, 1]}, keep_points=False)
    assert (tmp_path / "r.csv").read_text() == expected.to_csv()


