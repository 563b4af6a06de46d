"""The questions, with the names and defaults of the command line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Optional, Union

from . import _core
from ._errors import InputError
from ._progress import Progress, callback_of
from ._results import (
    BreakevenMap,
    BreakevenResult,
    HybridResult,
    OptimiseResult,
    QuickResult,
    RunResult,
    SensitivityResult,
    ValidationResult,
)
from ._scenario import Scenario, ScenarioLike, scenario_of

if TYPE_CHECKING:
    from ._trace import PathLike


def _store(store: Optional[PathLike], save: bool = False) -> str:
    """The store's file; whether it can be written is found out before a long run."""
    name = "" if store is None else os.fspath(store)
    if save:
        _core.check_store(name)
    return name


def _precision(precision: Union[None, float, str]) -> float:
    """0.01 or "1%"; None: as many replications as were said."""
    if precision is None:
        return 0.0
    text = str(precision).strip()
    try:
        value = float(text[:-1]) / 100.0 if text.endswith("%") else float(text)
    except ValueError:
        value = 0.0
    if not 1e-4 <= value < 1.0:
        mend = 'write a share from 0.01% to below 100%, such as "1%" or 0.01'
        raise InputError([("precision", f"'{precision}' is not a precision", mend)])
    return value


def _count(name: str, value: int, least: int, most: int) -> int:
    if not least <= value <= most:
        raise InputError([(name, f"{value} is out of range", f"a number from {least} to {most}")])
    return value


def _run(
    scenario: ScenarioLike,
    ranks: bool,
    seed: Optional[int],
    threads: int,
    replications: int,
    precision: Union[None, float, str],
    timeline: bool,
    store: Optional[PathLike],
    save: bool,
    progress: Progress,
) -> RunResult:
    result = RunResult(
        _core.run(
            scenario_of(scenario)._checked,
            seed,
            _count("threads", threads, 0, 1024),
            _store(store, save),
            _count("replications", replications, 1, 10_000),
            _precision(precision),
            timeline,
            ranks,
            callback_of(progress),
        )
    )
    if save and not result.interrupted:
        result.keep(store)
    return result


def run(
    scenario: ScenarioLike,
    *,
    seed: Optional[int] = None,
    threads: int = 0,
    replications: int = 1,
    precision: Union[None, float, str] = None,
    timeline: bool = False,
    store: Optional[PathLike] = None,
    save: bool = False,
    progress: Progress = None,
) -> RunResult:
    """Replays a scenario's traffic on each of its deployments.

    Parameters
    ----------
    scenario : Scenario, path, str or dict
        A scenario, a file, a shipped scenario's name, or its keys.
    seed : int, optional
        Instead of the scenario's, 0 to 2**64 - 1.
    threads : int
        0: all cores. Results do not depend on it.
    replications : int
        Independent draws, for intervals on the figures.
    precision : float or str, optional
        Double the replications until latency and bills are known to this, such as ``"1%"``.
    timeline : bool
        Also tell what happened when; a little slower.
    store : path, optional
        Where profiles and results are kept; ``$XDG_DATA_HOME/faascast/store.sqlite``.
    save : bool
        Keep the result there.
    progress : bool, callable or tqdm bar, optional
        True: a bar. A callable is given (requests done, requests in all), and may return False to
        stop: the result then has ``interrupted`` and the figures so far.

    Returns
    -------
    RunResult

    Raises
    ------
    InputError
        With every problem at once.
    KeyboardInterrupt
        Within a tenth of a second of Ctrl-C.
    """
    return _run(
        scenario, False, seed, threads, replications, precision, timeline, store, save, progress
    )


def compare(
    scenario: ScenarioLike,
    *,
    seed: Optional[int] = None,
    threads: int = 0,
    replications: int = 1,
    precision: Union[None, float, str] = None,
    timeline: bool = False,
    store: Optional[PathLike] = None,
    save: bool = False,
    progress: Progress = None,
) -> RunResult:
    """As :func:`run`, with the cheapest deployment that meets the objective first.

    Parameters
    ----------
    scenario, seed, threads, replications, precision, timeline, store, save, progress
        As for :func:`run`.

    Returns
    -------
    RunResult
    """
    return _run(
        scenario, True, seed, threads, replications, precision, timeline, store, save, progress
    )


def quick(
    scenario: ScenarioLike, *, seed: Optional[int] = None, store: Optional[PathLike] = None
) -> QuickResult:
    """Closed forms instead of a simulation: at once, and roughly.

    Parameters
    ----------
    scenario, seed, store
        As for :func:`run`.

    Returns
    -------
    QuickResult
        ``exact`` says where a closed form holds exactly, given Poisson traffic; ``basis`` which
        one, and how far off it may be.
    """
    return QuickResult(_core.quick(scenario_of(scenario)._checked, seed, _store(store)))


def _question(
    scenario: Optional[ScenarioLike],
    model: Optional[PathLike],
    log: Optional[PathLike],
    p99_s: Optional[float],
    format: str,
) -> Scenario:
    if scenario is None:
        if model is None or log is None:
            raise InputError([("breakeven", "nothing to ask about", "a scenario, or model and log")])
        return Scenario.of_question(model, log, p99_s=p99_s, format=format)
    if model is not None or log is not None:
        raise InputError([("breakeven", "a scenario beside a model or a log", "give one of them")])
    asked = scenario_of(scenario)
    return asked if p99_s is None else asked.edit({"objective.p99": f"{p99_s!r} s"})


def breakeven(
    scenario: Optional[ScenarioLike] = None,
    *,
    model: Optional[PathLike] = None,
    log: Optional[PathLike] = None,
    format: str = "",
    p99_s: Optional[float] = None,
    serverless: str = "",
    dedicated: str = "",
    measured: Optional[PathLike] = None,
    replications: int = 10,
    precision: Union[None, float, str] = None,
    requests_per_point: int = 200_000,
    calibration: bool = True,
    answers: bool = True,
    seed: Optional[int] = None,
    threads: int = 0,
    store: Optional[PathLike] = None,
    save: bool = False,
    progress: Progress = None,
) -> BreakevenResult:
    """At which traffic servers become cheaper, at the same service level.

    Parameters
    ----------
    scenario : Scenario, path, str or dict, optional
        With an ``[objective]``.
    model, log : path, optional
        Instead of a scenario: an ONNX file and a trace, placed on shipped defaults of three clouds.
    format : str
        Of the log; empty: recognised.
    p99_s : float, optional
        The objective, seconds; instead of the scenario's p99.
    serverless, dedicated : str
        Only these deployments; empty: all pairs.
    measured : path, optional
        What was paid: CSV of inferences_per_day, usd_per_month, p99 (and deployment).
    replications : int
        Of each crossing, for its interval.
    precision : float or str, optional
        Double them until crossings are known to this.
    requests_per_point : int
        Simulated for a point of the curve, about.
    calibration : bool
        Find the interval of the platforms' figures, too.
    answers : bool
        Also the verdict at the scenario's own traffic, and what would flip it.
    seed, threads, store, save, progress
        As for :func:`run`.

    Returns
    -------
    BreakevenResult

    Raises
    ------
    InputError
        Also where the scenario has no objective.
    Interrupted
        Where ``progress`` returned False.
    """
    asked = _question(scenario, model, log, p99_s, format)
    result = BreakevenResult(
        _core.breakeven(
            asked._checked,
            seed,
            _count("threads", threads, 0, 1024),
            _store(store, save),
            serverless,
            dedicated,
            _count("replications", replications, 2, 10_000),
            _precision(precision),
            _count("requests_per_point", requests_per_point, 100, 1_000_000_000),
            "" if measured is None else os.fspath(measured),
            calibration,
            answers,
            callback_of(progress),
        )
    )
    if save:
        result.keep(store)
    return result


def breakeven_map(
    scenario: ScenarioLike,
    *,
    cv: Sequence[float] = (1, 2, 4),
    execution_s: Sequence[float] = (0.05, 0.2, 1.0),
    serverless: str = "",
    dedicated: str = "",
    requests_per_point: int = 200_000,
    seed: Optional[int] = None,
    threads: int = 0,
    store: Optional[PathLike] = None,
    progress: Progress = None,
) -> BreakevenMap:
    """The breakeven over burstiness and execution time: ``faascast breakeven --map``.

    Parameters
    ----------
    scenario : Scenario, path, str or dict
        With an ``[objective]``; its traffic and model are replaced.
    cv : sequence of float
        Coefficients of variation of the gaps between arrivals, above 0.
    execution_s : sequence of float
        Of a request, seconds, the same on both sides.
    serverless, dedicated, requests_per_point, seed, threads, store, progress
        As for :func:`breakeven`.

    Returns
    -------
    BreakevenMap
    """
    axes = [
        "cv=" + ",".join(f"{value:g}" for value in cv),
        "execution=" + ",".join(f"{value * 1e3:.9g} ms" for value in execution_s),
    ]
    return BreakevenMap(
        _core.breakeven_map(
            scenario_of(scenario)._checked,
            axes,
            seed,
            _count("threads", threads, 0, 1024),
            _store(store),
            serverless,
            dedicated,
            _count("requests_per_point", requests_per_point, 100, 1_000_000_000),
            callback_of(progress),
        )
    )


def hybrid(
    scenario: ScenarioLike,
    *,
    serverless: str = "",
    dedicated: str = "",
    queue: int | None = None,
    replications: int = 5,
    seed: Optional[int] = None,
    threads: int = 0,
    store: Optional[PathLike] = None,
    save: bool = False,
    progress: Progress = None,
) -> HybridResult:
    """How many servers for the base load, with functions for what they cannot take.

    Parameters
    ----------
    scenario : Scenario, path, str or dict
        With an ``[objective]``.
    serverless, dedicated : str
        Names of the functions and the servers; empty: the only ones.
    queue : int, optional
        Requests that wait before any overflows; None: the cheapest of 0, 1, 2, 4, ...
    replications : int
        Behind the interval of the saving.
    seed, threads, store, save, progress
        As for :func:`run`.

    Returns
    -------
    HybridResult
    """
    result = HybridResult(
        _core.hybrid(
            scenario_of(scenario)._checked,
            seed,
            _count("threads", threads, 0, 1024),
            _store(store, save),
            serverless,
            dedicated,
            None if queue is None else _count("queue", queue, 0, 1_000_000_000),
            _count("replications", replications, 2, 10_000),
            callback_of(progress),
        )
    )
    if save:
        result.keep(store)
    return result


def optimise(
    scenario: ScenarioLike,
    *,
    minimise: str = "cost",
    budget: Optional[float] = None,
    vary: Union[Mapping[str, Any], Iterable[str]] = (),
    exhaustive: bool = False,
    seed: Optional[int] = None,
    threads: int = 0,
    store: Optional[PathLike] = None,
    save: bool = False,
    progress: Progress = None,
) -> OptimiseResult:
    """The best memory, concurrency, warm capacity and number of servers.

    Parameters
    ----------
    scenario : Scenario, path, str or dict
        Settings that it gives stay as they are.
    minimise : {"cost", "p99"}
        The cheapest that meets the objective, or the fastest.
    budget : float, optional
        At most so many US dollars a month.
    vary : mapping or list of str
        Values of a setting, instead of those that would be tried:
        ``{"deployment[0].arch": ["x86", "arm"]}`` or ``["deployment[0].arch=x86,arm"]``.
    exhaustive : bool
        Simulate every candidate in full.
    seed, threads, store, save, progress
        As for :func:`run`.

    Returns
    -------
    OptimiseResult
    """
    from ._sweep import axes_of

    if minimise not in ("cost", "p99"):
        raise InputError([("minimise", f"'{minimise}' is not known", "cost or p99")])
    result = OptimiseResult(
        _core.optimise(
            scenario_of(scenario)._checked,
            seed,
            _count("threads", threads, 0, 1024),
            _store(store, save),
            minimise == "p99",
            budget,
            axes_of(vary),
            exhaustive,
            callback_of(progress),
        )
    )
    if save:
        result.keep(store)
    return result


def sensitivity(
    scenario: ScenarioLike,
    *,
    verdict: bool = True,
    requests_per_point: int = 50_000,
    seed: Optional[int] = None,
    threads: int = 0,
    store: Optional[PathLike] = None,
    save: bool = False,
    progress: Progress = None,
) -> SensitivityResult:
    """What each platform figure does to cost, p99 and verdict within its range.

    Parameters
    ----------
    scenario : Scenario, path, str or dict
    verdict : bool
        Also which figures flip the verdict between functions and servers.
    requests_per_point : int
        Simulated for the verdict at each end, about.
    seed, threads, store, save, progress
        As for :func:`run`.

    Returns
    -------
    SensitivityResult
    """
    result = SensitivityResult(
        _core.sensitivity(
            scenario_of(scenario)._checked,
            seed,
            _count("threads", threads, 0, 1024),
            _store(store, save),
            verdict,
            _count("requests_per_point", requests_per_point, 100, 1_000_000_000),
            callback_of(progress),
        )
    )
    if save:
        result.keep(store)
    return result


def validate(
    *,
    data: Optional[PathLike] = None,
    rows: Iterable[PathLike] = (),
    seed: int = 1,
) -> ValidationResult:
    """Published bills worked out again, and measured systems predicted blindly.

    Parameters
    ----------
    data : path, optional
        The folder with ``measured/``; ``FAASCAST_DATA`` where not given.
    rows : list of paths
        Sets of your own.
    seed : int
        Of the draws.

    Returns
    -------
    ValidationResult

    Raises
    ------
    InputError
        Where there is no data: it is not part of the program.
    """
    folder = "" if data is None else os.fspath(data)
    return ValidationResult(_core.validate(folder, [os.fspath(row) for row in rows], seed))


