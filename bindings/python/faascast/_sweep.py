"""A scenario at many points: here, or wherever an executor's workers are."""

from __future__ import annotations

import functools
import os
import pickle
import queue
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any, Optional, Union

from . import _core, _toml
from ._errors import InputError
from ._progress import Callback, Progress, callback_of
from ._results import SweepResult
from ._scenario import Scenario, ScenarioLike, scenario_of

if TYPE_CHECKING:
    import pandas

    from ._trace import PathLike

Vary = Union[Mapping[str, Any], Iterable[str]]

_CHUNK_S = 0.1  # work of a task: an executor's own cost is a millisecond or two
_PROBES = 4  # points that are timed before the rest is cut into chunks
_MOST_CHUNK = 4096
_LOOK_S = 0.05


def axes_of(vary: Vary) -> list[str]:
    """The command line's KEY=VALUES of a mapping: lists of values, or texts such as "0.1:10:log:7"."""
    if isinstance(vary, str):
        return [vary]
    if not isinstance(vary, Mapping):
        return list(vary)
    axes = []
    for key, values in vary.items():
        if hasattr(values, "tolist"):
            values = values.tolist()
        if isinstance(values, str):
            axes.append(f"{key}={values}")
            continue
        if not isinstance(values, Sequence):
            values = [values]
        axes.append(f"{key}=" + ",".join(_value(value) for value in values))
    return axes


def _value(value: Any) -> str:
    """As on the command line: text without quotes, unless it could be taken for something else."""
    if isinstance(value, str) and re.fullmatch(r"[\w./+ -]+", value):
        return value
    return _toml.value_text(value)


def _shard(shard: Union[None, str, tuple[int, int]]) -> tuple[int, int]:
    if shard is None:
        return 1, 1
    try:
        parts: Sequence[Any] = shard.split("/") if isinstance(shard, str) else shard
        index, count = (int(part) for part in parts)
    except ValueError:
        raise InputError([("shard", f"{shard!r} is not a part of a whole", "write I/N")]) from None
    if not 1 <= index <= count:
        raise InputError([("shard", f"there is no part {index} of {count}", "count from 1")])
    return index, count


def _points_file(points: Any) -> str:
    """Points of a frame or a list of dicts as the JSON that ``--list`` reads."""
    import json
    import tempfile

    if hasattr(points, "to_dict"):
        points = points.to_dict(orient="records")
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False, encoding="utf-8") as stream:
        json.dump([{k: v for k, v in point.items()} for point in points], stream, default=str)
    return stream.name


@functools.lru_cache(maxsize=4)
def _asked(request: bytes, seed: Optional[int], key: str) -> tuple[Scenario, list[str]]:
    """A task's scenario and keys, read once by each worker."""
    scenario, keys = pickle.loads(request)
    if key and _core.scenario_key(scenario._checked, seed) != key:
        raise RuntimeError(
            f"this worker's faascast {_core.version} ({_core.__file__}) is another build, or sees "
            "other files, than the one that started the sweep: install the same on every worker"
        )
    return scenario, keys


def run_chunk(
    request: bytes, seed: Optional[int], key: str, store: str, points: list[tuple[int, list[str]]]
) -> list[tuple[int, str, float]]:
    """A task of a sweep: (number, JSON, seconds) of each of its points."""
    scenario, keys = _asked(request, seed, key)
    values = [one for _, one in points]
    results = _core.run_points(scenario._checked, keys, values, seed, 1, store)
    return [(number, json, took) for (number, _), (json, took) in zip(points, results)]


def _chunks(
    points: Sequence[tuple[int, list[str]]], size: int
) -> Iterator[list[tuple[int, list[str]]]]:
    for begin in range(0, len(points), size):
        yield list(points[begin : begin + size])


_Future = Future[list[tuple[int, str, float]]]


class _Dispatcher:
    """Puts chunks into an executor, and takes results in the order in which they end.

    Uses only ``submit`` and ``add_done_callback``, which every executor and its futures have.
    """

    def __init__(
        self,
        session: _core.SweepSession,
        executor: Executor,
        task: tuple[bytes, Optional[int], str, str],
        callback: Optional[Callback],
    ) -> None:
        self._session = session
        self._executor = executor
        self._task = task
        self._callback = callback
        self._ended: queue.SimpleQueue[_Future] = queue.SimpleQueue()
        self._open: set[_Future] = set()
        self._times: list[float] = []
        self._kept = len(session) - len(session.numbers())

    def run(self, points: Sequence[tuple[int, list[str]]], chunk: Optional[int]) -> bool:
        """All points. @return whether none is missing."""
        try:
            if chunk is None:
                probes, points = points[:_PROBES], points[_PROBES:]
                if not self._through(probes, 1):
                    return False
                # The first one's time includes reading the scenario: the fastest is the work itself.
                fastest = min(self._times, default=_CHUNK_S)
                chunk = max(1, min(_MOST_CHUNK, round(_CHUNK_S / max(fastest, 1e-6))))
            return self._through(points, chunk)
        finally:
            for future in self._open:
                future.cancel()

    def _through(self, points: Sequence[tuple[int, list[str]]], chunk: int) -> bool:
        for part in _chunks(points, chunk):
            future = self._executor.submit(run_chunk, *self._task, part)
            self._open.add(future)
            future.add_done_callback(self._ended.put)
        while self._open:
            try:
                future = self._ended.get(timeout=_LOOK_S)
            except queue.Empty:
                if not self._look():
                    return False
                continue
            self._open.discard(future)
            for number, json, took in future.result():
                self._session.keep(number, json)
                self._times.append(took)
                self._kept += 1
            if not self._look():
                return False
        return True

    def _look(self) -> bool:
        return self._callback is None or self._callback(self._kept, len(self._session)) is not False


def sweep(
    scenario: ScenarioLike,
    vary: Vary = (),
    *,
    points: Union[None, PathLike, Iterable[Mapping[str, Any]], pandas.DataFrame] = None,
    latin: int = 0,
    shard: Union[None, str, tuple[int, int]] = None,
    executor: Optional[Executor] = None,
    chunk: Optional[int] = None,
    seed: Optional[int] = None,
    threads: int = 0,
    store: Optional[PathLike] = None,
    keep_points: bool = True,
    save: bool = False,
    progress: Progress = None,
) -> SweepResult:
    """A scenario at many points: a grid, a Latin hypercube or a list.

    Parameters
    ----------
    scenario : Scenario, path, str or dict
        May have a ``[sweep]`` of its own.
    vary : mapping or list of str
        Keys and their values: ``{"traffic.scale": [0.5, 1, 2], "deployment[0].memory":
        "128 MB:1 GB:log:4"}``, or as on the command line, ``["traffic.scale=0.5,1,2"]``.
    points : path, list of dict or DataFrame, optional
        Instead: the points themselves.
    latin : int
        Above 0: a Latin hypercube of so many points.
    shard : str or (int, int), optional
        Only part I of N: ``"1/4"``.
    executor : concurrent.futures.Executor, optional
        Runs the points: a thread or process pool, ``distributed.Client(...).get_executor()``,
        ``mpi4py.futures.MPIPoolExecutor()``, ... Workers need the same build of faascast, and the
        scenario's files at the same paths. Points are checked and kept by this process alone.
    chunk : int, optional
        Points of a task; by default as many as take about a tenth of a second.
    seed, threads, store, save, progress
        As for :func:`run`; ``progress`` counts points. ``threads`` is for sweeps without executor.
    keep_points : bool
        Take finished points from the store, and put new ones there as they come: the same sweep
        goes on where it ended.

    Returns
    -------
    SweepResult
        Rows in the order of the plan, whatever ran them: the same bytes as without executor.

    Raises
    ------
    InputError
        For keys and values that no point can have; what single points do not allow is in their
        ``status``.
    KeyboardInterrupt
        Points that were finished are in the store.
    """
    asked = scenario_of(scenario)
    axes = axes_of(vary)
    name = "" if store is None else os.path.abspath(os.fspath(store))
    part = _shard(shard)
    listed = ""
    made = None
    if points is not None:
        listed = os.fspath(points) if isinstance(points, (str, os.PathLike)) else ""
        if not listed:
            listed = made = _points_file(points)
    callback = callback_of(progress)
    try:
        plan = _core.plan_sweep(asked._checked, axes, listed, latin, seed)
        if executor is None:
            report = _core.sweep(plan, seed, threads, name, keep_points, part, callback)
        else:
            session = _core.SweepSession(plan, seed, name, keep_points, part)
            report = _sweep_on(executor, session, plan, asked, seed, name, chunk, callback)
    finally:
        if made is not None:
            os.unlink(made)
    result = SweepResult(report)
    if save and not result.interrupted:
        result.keep(store)
    return result


def _sweep_on(
    executor: Executor,
    session: _core.SweepSession,
    plan: _core.SweepPlan,
    scenario: Scenario,
    seed: Optional[int],
    store: str,
    chunk: Optional[int],
    callback: Optional[Callback],
) -> _core.Report:
    model = scenario.to_dict().get("model", {})
    if "onnx" in model and "profile" not in model and "model.onnx" not in plan.keys:
        # Workers must not measure it anew, each on its own machine.
        scenario = scenario.edit({"model.profile": scenario.model_profile(store=store or None)})
    try:
        request = pickle.dumps((scenario, plan.keys))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        what = f"the scenario cannot be sent to workers: {error}"
        mend = "define policies as classes or functions of a module, not within a function"
        raise InputError([("executor", what, mend)]) from error
    task = (request, seed, _core.scenario_key(scenario._checked, seed), store)
    all = plan.points
    points = [(number, all[number]) for number in session.numbers()]
    return session.take_report(not _Dispatcher(session, executor, task, callback).run(points, chunk))


def merge(parts: Iterable[Union[SweepResult, PathLike]]) -> SweepResult:
    """The parts of a sweep (``shard="1/4"``, ...) as the whole: ``faascast merge``.

    Parameters
    ----------
    parts : iterable of SweepResult or path
        Every part: results, or their JSON files.

    Returns
    -------
    SweepResult
        The same, byte for byte, as that of one sweep.

    Raises
    ------
    InputError
        Where they are not of one sweep, or points are missing or there twice.
    """
    texts, names = [], []
    for i, part in enumerate(parts):
        if isinstance(part, SweepResult):
            texts.append(part.to_json())
            names.append(f"part {i + 1}")
        else:
            with open(part, encoding="utf-8") as stream:
                texts.append(stream.read())
            names.append(os.fspath(part))
    return SweepResult(_core.merge_shards(texts, names))
