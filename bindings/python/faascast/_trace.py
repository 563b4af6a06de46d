"""Arrivals: from arrays, frames, files and generators."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Callable, Optional, Union

import numpy as np
import numpy.typing as npt

from . import _core, _toml
from ._errors import InputError

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
PathLike = Union[str, "os.PathLike[str]"]

_ABSENT = -1
_DURATIONS = ("execution_s", "cold_execution_s")
_SIZES = ("memory_mb", "input_tokens", "output_tokens")


def _one_dimension(name: str, values: npt.ArrayLike) -> npt.NDArray[Any]:
    array = np.asarray(values)
    if array.ndim != 1:
        raise InputError([(name, f"has {array.ndim} dimensions", "give one value for each arrival")])
    return array


def _numbers(name: str, values: npt.ArrayLike) -> FloatArray:
    try:
        return _one_dimension(name, values).astype(np.float64)
    except (TypeError, ValueError) as error:
        raise InputError([(name, f"not numbers: {error}", "give seconds as numbers")]) from None


def _nanoseconds(name: str, values: npt.ArrayLike, *, may_be_absent: bool) -> IntArray:
    """Seconds, or NumPy times, as whole nanoseconds; NaN becomes 'absent'."""
    array = _one_dimension(name, values)
    if array.dtype.kind == "m":
        missing = np.isnat(array)
        ns = array.astype("timedelta64[ns]").astype(np.int64)
    else:
        seconds = _numbers(name, array)
        missing = np.isnan(seconds)
        scaled = np.where(missing, 0.0, seconds) * 1e9
        if np.any(np.abs(scaled) > 9.2e18):
            raise InputError([(name, "a time is out of range", "give seconds, below 292 years")])
        ns = np.rint(scaled).astype(np.int64)
    if not may_be_absent and missing.any():
        where = f"{name}[{int(np.flatnonzero(missing)[0])}]"
        raise InputError([(where, "not a number", "every arrival needs its time")])
    whole: IntArray = np.where(missing, np.int64(_ABSENT), ns)
    return whole


def _sizes(name: str, values: npt.ArrayLike) -> IntArray:
    numbers = _numbers(name, values)
    missing = np.isnan(numbers)
    whole: IntArray = np.rint(np.where(missing, 0.0, numbers)).astype(np.int64)
    whole[missing] = _ABSENT
    return whole


class Trace:
    """Requests by their instants of arrival.

    Make one with :meth:`from_arrivals`, :meth:`from_frame`, :meth:`from_file` or :meth:`generate`,
    and give it to a scenario: ``{"traffic": {"trace": trace}}``, or
    :meth:`Scenario.with_traffic`. A trace never changes; pickling keeps what it was made of.
    """

    def __init__(self, traffic: _core.Traffic, recipe: tuple[str, tuple[Any, ...]]) -> None:
        self._traffic = traffic
        self._recipe = recipe

    # ---- making one

    @classmethod
    def from_arrivals(
        cls,
        arrival_s: npt.ArrayLike,
        *,
        function: Optional[npt.ArrayLike] = None,
        execution_s: Optional[npt.ArrayLike] = None,
        cold_execution_s: Optional[npt.ArrayLike] = None,
        memory_mb: Optional[npt.ArrayLike] = None,
        input_tokens: Optional[npt.ArrayLike] = None,
        output_tokens: Optional[npt.ArrayLike] = None,
    ) -> Trace:
        """A trace from arrays of equal length.

        Parameters
        ----------
        arrival_s : array_like, shape (n,)
            Seconds since the start of the run, not falling; rounded to nanoseconds. NumPy's
            ``timedelta64`` is taken as it is; of ``datetime64`` the first is second 0.
        function : array_like, shape (n,), optional
            Which function is called: any values; each distinct one has a pool of its own.
        execution_s, cold_execution_s : array_like, shape (n,), optional
            Final durations of a warm and of a cold request, seconds: no CPU law, network or cold
            start is added. NaN: not known.
        memory_mb : array_like, shape (n,), optional
            Memory used, MiB; bills the platforms that meter use.
        input_tokens, output_tokens : array_like, shape (n,), optional
            For scenarios with ``model.tokens``.

        Raises
        ------
        InputError
            Lengths differ, times fall or are not numbers, values are below zero.
        """
        times = _one_dimension("arrival_s", arrival_s)
        if times.dtype.kind == "M" and times.size:
            times = times - times[0]
        at_ns = _nanoseconds("arrival_s", times, may_be_absent=False)
        columns: list[Optional[npt.NDArray[Any]]] = [None]
        if function is not None:
            names = _one_dimension("function", function)
            # Numbered by first appearance, as a file's functions are.
            _, first, inverse = np.unique(names, return_index=True, return_inverse=True)
            rank = np.empty(first.size, dtype=np.uint32)
            rank[np.argsort(first)] = np.arange(first.size, dtype=np.uint32)
            columns[0] = rank[inverse]
        for name, given in (("execution_s", execution_s), ("cold_execution_s", cold_execution_s)):
            columns.append(None if given is None else _nanoseconds(name, given, may_be_absent=True))
        for name, given in (
            ("memory_mb", memory_mb),
            ("input_tokens", input_tokens),
            ("output_tokens", output_tokens),
        ):
            columns.append(None if given is None else _sizes(name, given))
        return cls._from_columns(at_ns, *columns)

    @classmethod
    def _from_columns(cls, *columns: Any) -> Trace:
        return cls(_core.trace_from_arrays(*columns), ("columns", columns))

    @classmethod
    def from_frame(cls, frame: Any) -> Trace:
        """A trace from a frame whose columns are named as those of the plain CSV format.

        Parameters
        ----------
        frame : pandas.DataFrame or mapping of str to array_like
            ``arrival_s`` (seconds) or ``timestamp`` (times, the first is second 0); optional
            ``function``, ``execution_s``, ``cold_execution_s``, ``memory_mb``, ``input_tokens``,
            ``output_tokens``. Rows may have any order.

        Raises
        ------
        InputError
            As :meth:`from_arrivals`, and for columns that are not known.
        """
        names = [str(name) for name in (frame.columns if hasattr(frame, "columns") else frame)]
        known = ("arrival_s", "timestamp", "function", *_DURATIONS, *_SIZES)
        problems = [
            (f"column {name}", "not known", "rename or drop it; columns: " + ", ".join(known))
            for name in names
            if name not in known
        ]
        if ("arrival_s" in names) == ("timestamp" in names):
            problems.append(("frame", "needs exactly one of arrival_s and timestamp", ""))
        if problems:
            raise InputError(problems)
        if "timestamp" in names:
            times = np.asarray(frame["timestamp"], dtype="datetime64[ns]")
        else:
            times = np.asarray(frame["arrival_s"])
        order = np.argsort(times, kind="stable")
        given = {
            name: np.asarray(frame[name])[order]
            for name in names
            if name not in ("arrival_s", "timestamp")
        }
        return cls.from_arrivals(times[order], **given)

    @classmethod
    def from_file(
        cls,
        file: PathLike,
        *,
        format: str = "",
        spread: str = "",
        reorder_s: Optional[float] = None,
        bin_s: Optional[float] = None,
        drop_failed: bool = False,
    ) -> Trace:
        """A trace file in any format that ``faascast trace info`` knows, or a shipped trace's name.

        Parameters
        ----------
        file : path
            Plain, gzip or zstd.
        format : str
            One of :func:`trace_formats`; empty: recognised from the content.
        spread : str
            Of counts: uniform, poisson, equidistant, burst or bursty.
        reorder_s : float, optional
            Sort rows that are late by at most so many seconds.
        bin_s : float, optional
            Width of the bins of a series of plain numbers, seconds; a minute where not given.
        drop_failed : bool
            Leave failed requests out, where the format marks them.

        Raises
        ------
        InputError
            With file, line and column of what is wrong.
        """
        name = os.fspath(file)
        if os.path.exists(name):
            name = os.path.abspath(name)
        arguments = (name, format, spread, reorder_s, bin_s, drop_failed)
        return cls(_core.trace_from_file(*arguments), ("file", arguments))

    @classmethod
    def generate(cls, kind: str = "poisson", **keys: Any) -> Trace:
        """Traffic by a stochastic law.

        Parameters
        ----------
        kind : str
            One of :func:`generator_kinds`.
        **keys
            As in a scenario's ``traffic.generator``: ``rate_per_s``, ``cv``,
            ``duration="1 d"``, ...

        Notes
        -----
        In a scenario a generator is better named as such (``{"generator": {...}}``): then the run
        lasts as long as the generator, and replications draw their arrivals anew.
        """
        text = _toml.document_text({"kind": kind, **keys})
        return cls(_core.trace_from_generator(text), ("generator", (text,)))

    @classmethod
    def merge(cls, traces: Sequence[Trace]) -> Trace:
        """Several as one, all from second zero; functions of different parts stay different."""
        parts = tuple(traces)
        return cls(_core.merge_traces([one._traffic for one in parts]), ("merge", parts))

    # ---- others made of it

    def scaled(self, factor: float, by: str = "") -> Trace:
        """The trace at ``factor`` times its rate; ``by`` is thin, time or empty (its default)."""
        return Trace(self._traffic.scaled(factor, by), ("scaled", (self, factor, by)))

    def cut(self, from_s: float, to_s: float) -> Trace:
        """The arrivals in [from_s, to_s), which then begin at second zero."""
        return Trace(self._traffic.cut(from_s, to_s), ("cut", (self, from_s, to_s)))

    def anonymised(self, step_s: float = 1e-3) -> Trace:
        """Instants rounded down to ``step_s``; durations and sizes to two significant digits."""
        return Trace(self._traffic.anonymised(step_s), ("anonymised", (self, step_s)))

    # ---- looking at it

    @property
    def description(self) -> str:
        """What reports say of it."""
        return self._traffic.description

    @property
    def has_execution(self) -> bool:
        """Whether it brings execution times, so that no model is needed."""
        return self._traffic.has_execution

    def info(self, seed: int = 1) -> dict[str, Any]:
        """Requests, functions, span (s), rate (1/s), burstiness: as ``faascast trace info``."""
        return self._traffic.info(seed)

    def to_columns(
        self, seed: int = 1, *, progress: Optional[Callable[[int, int], Any]] = None
    ) -> dict[str, npt.NDArray[Any]]:
        """All arrivals as arrays, by the column names of the plain format.

        Parameters
        ----------
        seed : int
            Of the draws, where there are any.

        Returns
        -------
        dict of str to ndarray, shape (n,)
            ``arrival_s`` (float, seconds); ``function`` (int), ``execution_s``,
            ``cold_execution_s`` (float, NaN: absent), ``memory_mb``, ``input_tokens``,
            ``output_tokens`` (int, -1: absent) where the trace has them.
        """
        columns = self._traffic.columns(seed, progress)
        arrays: dict[str, npt.NDArray[Any]] = {}
        for name in columns.names():
            values = columns[name]
            if name == "at_ns":
                arrays["arrival_s"] = values / 1e9
            elif name.endswith("_ns"):
                seconds = values / 1e9
                seconds[values == _ABSENT] = np.nan
                arrays[name[:-3] + "_s"] = seconds
            else:
                arrays[name] = values
        return arrays

    def arrivals(self, seed: int = 1) -> FloatArray:
        """Instants of arrival, seconds since the start of the run: ndarray of shape (n,)."""
        return self.to_columns(seed)["arrival_s"]

    def to_frame(self, seed: int = 1) -> pandas.DataFrame:
        """:meth:`to_columns` as a pandas frame."""
        import pandas

        return pandas.DataFrame(self.to_columns(seed))

    def save(self, file: PathLike, seed: int = 1) -> None:
        """Writes it, exact to the nanosecond: ``.fct`` the binary format, else the plain CSV."""
        self._traffic.write(os.fspath(file), seed)

    def plot(
        self, ax: Optional[matplotlib.axes.Axes] = None, *, parts: int = 240, seed: int = 1
    ) -> matplotlib.axes.Axes:
        """The rate over time, mean of each of ``parts`` equal parts; draws into ``ax``."""
        from . import _plot

        span_s = self.info(seed)["span_s"]
        return _plot.rates(self._traffic.rates(seed, span_s, parts), span_s, ax)

    # ---- being a value

    @property
    def sha256(self) -> str:
        """Of what it was made of: equal hashes, equal arrivals."""
        kind, arguments = self._recipe
        if kind == "columns":
            return self._traffic.sha256
        digest = hashlib.sha256(kind.encode())
        for one in arguments:
            digest.update((one.sha256 if isinstance(one, Trace) else repr(one)).encode() + b"\n")
        if kind == "file" and os.path.isfile(arguments[0]):
            with open(arguments[0], "rb") as stream:
                while part := stream.read(1 << 20):
                    digest.update(part)
        return digest.hexdigest()

    def __reduce__(self) -> tuple[Callable[..., Trace], tuple[str, tuple[Any, ...]]]:
        return _rebuilt, self._recipe

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Trace) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __repr__(self) -> str:
        return f"<Trace: {self.description}>"


def _rebuilt(kind: str, arguments: tuple[Any, ...]) -> Trace:
    if kind == "columns":
        return Trace._from_columns(*arguments)
    if kind == "file":
        return Trace(_core.trace_from_file(*arguments), (kind, arguments))
    if kind == "generator":
        return Trace(_core.trace_from_generator(*arguments), (kind, arguments))
    if kind == "merge":
        return Trace.merge(arguments)
    trace: Trace = getattr(arguments[0], kind)(*arguments[1:])
    return trace


def trace_formats() -> list[str]:
    """The names of all trace formats."""
    return _core.trace_formats()


def generator_kinds() -> list[str]:
    """The kinds of :meth:`Trace.generate`."""
    return _core.generator_kinds()


TraceLike = Union[Trace, PathLike, Mapping[str, Any]]
