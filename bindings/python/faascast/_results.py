"""Answers of studies: as text, dict, frame, picture."""

from __future__ import annotations

import csv
import html
import io
import json
import os
import pickle
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Optional, Union

import numpy as np
import numpy.typing as npt

from . import _core

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas

    from ._trace import FloatArray, IntArray, PathLike

_FORMATS = {".json": "json", ".csv": "csv", ".md": "markdown", ".html": "html", ".txt": "text"}
_MOST_HTML_ROWS = 50


def _column(cells: Sequence[str]) -> npt.NDArray[Any]:
    """Cells of a CSV as numbers where all are, empty ones as NaN; else as text."""
    if any(cells) and not all(cell.isdigit() for cell in cells):
        try:
            return np.array([float(cell) if cell else np.nan for cell in cells])
        except ValueError:
            return np.array(cells, dtype=object)
    if any(cells):
        return np.array([int(cell) for cell in cells], dtype=np.int64)
    return np.array(cells, dtype=object)


class Result:
    """An answer. Every rendering is that of the command line, byte for byte."""

    _note: ClassVar[str] = ""

    def __init__(self, report: _core.Report) -> None:
        self._report = report
        self._dict: Optional[dict[str, Any]] = None

    # ---- renderings

    def to_json(self) -> str:
        """As ``--json`` prints it."""
        return self._report.render("json")

    def to_csv(self) -> str:
        """As ``--csv`` prints it."""
        return self._report.render("csv")

    def to_markdown(self) -> str:
        """As ``--markdown`` prints it."""
        return self._report.render("markdown")

    def to_html(self) -> str:
        """A page that needs nothing else."""
        return self._report.render("html")

    def to_dict(self) -> dict[str, Any]:
        """The JSON as nested dicts and lists; all quantities in the units that keys end in."""
        if self._dict is None:
            self._dict = json.loads(self.to_json())
        return self._dict

    def to_columns(self) -> dict[str, npt.NDArray[Any]]:
        """The table of ``--csv`` as arrays: for any library of frames.

        Returns
        -------
        dict of str to ndarray, shape (rows,)
            Numbers where a column has only numbers (NaN: empty), else text.
        """
        rows = list(csv.reader(io.StringIO(self.to_csv())))
        return {
            name: _column([row[i] for row in rows[1:]]) for i, name in enumerate(rows[0] if rows else [])
        }

    def to_frame(self) -> pandas.DataFrame:
        """The table of ``--csv`` as a pandas frame."""
        import pandas

        return pandas.DataFrame(self.to_columns())

    def save(self, file: PathLike) -> None:
        """Writes NAME.json, NAME.csv, NAME.md, NAME.html or NAME.txt.

        Raises
        ------
        ValueError
            For any other ending.
        """
        name = os.fspath(file)
        ending = os.path.splitext(name)[1]
        if ending not in _FORMATS:
            raise ValueError(f"{name}: the ending must be one of {', '.join(_FORMATS)}")
        part = name + ".part"
        with open(part, "w", encoding="utf-8", newline="") as stream:
            stream.write(self._report.render(_FORMATS[ending]))
        os.replace(part, name)

    def keep(self, store: Optional[PathLike] = None) -> int:
        """Puts it into the store, as ``--save`` does, and says its number there."""
        if not self._report.scenario_text:
            raise ValueError(f"a {self._report.kind} is not kept in the store")
        return self._report.keep("" if store is None else os.fspath(store))

    @property
    def kind(self) -> str:
        """Of the study."""
        return self._report.kind

    @property
    def interrupted(self) -> bool:
        """Whether the progress callback stopped it; the figures are then of a part."""
        return self._report.interrupted

    @property
    def notes(self) -> list[str]:
        """What has to be known of the figures: assumptions, prices, their dates."""
        notes: list[str] = self.to_dict().get("notes", [])
        return notes

    def __reduce__(self) -> tuple[Any, ...]:
        # The page alone is several hundred kilobytes.
        return _unpacked, (type(self), zlib.compress(pickle.dumps(self._report), 1))

    def __str__(self) -> str:
        return self._report.render("text")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.to_dict().get('scenario', '')!r}>"

    def _repr_html_(self) -> str:
        columns = self._shown()
        names = list(columns)
        rows = list(zip(*columns.values()))
        head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(_cell(value))}</td>" for value in row) + "</tr>"
            for row in rows[:_MOST_HTML_ROWS]
        )
        more = f"<p>{len(rows)} rows</p>" if len(rows) > _MOST_HTML_ROWS else ""
        title = html.escape(self._title())
        return (
            f"<p><b>{title}</b></p><table><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table>{more}"
        )

    def _title(self) -> str:
        table = self.to_dict()
        return str(table.get("sentence") or table.get("explanation") or table.get("scenario", ""))

    def _shown(self) -> Mapping[str, Sequence[Any]]:
        """The columns of the notebook's table."""
        return {name: values.tolist() for name, values in self.to_columns().items()}


def _unpacked(kind: type[Result], packed: bytes) -> Result:
    return kind(pickle.loads(zlib.decompress(packed)))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.4g}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


class Durations:
    """One kind of duration of one deployment: exact count, mean and maximum, and a histogram.

    Quantiles are order statistics to 0.1 % of their value, as everywhere in the program.
    """

    def __init__(self, figures: Mapping[str, Any], columns: _core.Columns) -> None:
        self._figures = figures
        self._columns = columns

    @property
    def values_s(self) -> FloatArray:
        """Values of the histogram's buckets, seconds, ascending: a read-only view, shape (k,)."""
        return self._columns["value_s"]

    @property
    def counts(self) -> IntArray:
        """Requests in each bucket: a read-only view, shape (k,)."""
        return self._columns["requests"]

    @property
    def count(self) -> int:
        """Requests."""
        return int(self.counts.sum())

    @property
    def mean_s(self) -> Optional[float]:
        """Mean of exact integers, seconds; None without requests."""
        mean: Optional[float] = self._figures["mean"]
        return mean

    @property
    def max_s(self) -> Optional[float]:
        """The exact maximum, seconds; None without requests."""
        most: Optional[float] = self._figures["max"]
        return most

    def quantile(self, q: npt.ArrayLike) -> Any:
        """The order statistic number ceil(q n), seconds.

        Parameters
        ----------
        q : float or array_like
            0 < q <= 1.

        Returns
        -------
        float or ndarray
            Of q's shape; NaN without requests.
        """
        shares = np.asarray(q, dtype=np.float64)
        if np.any(~(shares > 0.0) | (shares > 1.0)):
            raise ValueError("a quantile is above 0 and at most 1")
        if self.values_s.size == 0:
            values = np.full(shares.shape, np.nan)
        else:
            below = np.cumsum(self.counts)
            rank = np.ceil(shares * float(below[-1]))
            values = self.values_s[np.searchsorted(below, rank)]
        return float(values) if shares.ndim == 0 else values

    def cdf(self) -> tuple[FloatArray, FloatArray]:
        """Values (seconds) and the share of requests at or below each: two arrays of shape (k,)."""
        below = np.cumsum(self.counts)
        return self.values_s, below / below[-1] if below.size else below.astype(np.float64)

    def __repr__(self) -> str:
        if not self.count:
            return "<Durations: none>"
        return f"<Durations: {self.count} requests, mean {self.mean_s:.4g} s, p99 {self.quantile(0.99):.4g} s>"


class Timeline:
    """What happened when: equal bins from the warm-up's end. Read-only views of shape (bins,)."""

    def __init__(self, columns: _core.Columns) -> None:
        self._columns = columns

    @property
    def start_s(self) -> FloatArray:
        """Where each bin begins, seconds after the warm-up."""
        return self._columns["start_s"]

    @property
    def completed(self) -> IntArray:
        """Requests that arrived in the bin and were completed."""
        return self._columns["completed"]

    @property
    def cold_starts(self) -> IntArray:
        """Cold starts of requests that arrived in the bin."""
        return self._columns["cold_starts"]

    @property
    def throttled(self) -> IntArray:
        """Requests that arrived in the bin and were throttled."""
        return self._columns["throttled"]

    @property
    def latency_mean_s(self) -> FloatArray:
        """Mean latency of the completed, seconds; NaN where there are none."""
        return self._columns["latency_mean_s"]

    @property
    def instances(self) -> FloatArray:
        """Live instances, averaged over the bin."""
        return self._columns["instances"]

    def to_frame(self) -> pandas.DataFrame:
        """All of it as a pandas frame."""
        import pandas

        return pandas.DataFrame({name: self._columns[name] for name in self._columns.names()})

    def __len__(self) -> int:
        return int(self.start_s.size)


class Functions:
    """Sums of each function, in the trace's order. Read-only views of shape (functions,)."""

    def __init__(self, columns: _core.Columns) -> None:
        self._columns = columns

    @property
    def requests(self) -> IntArray:
        """Requests."""
        return self._columns["requests"]

    @property
    def cold_starts(self) -> IntArray:
        """Instances started for a request."""
        return self._columns["cold_starts"]

    @property
    def latency_sum_s(self) -> FloatArray:
        """Sum of latencies, seconds."""
        return self._columns["latency_sum_s"]

    @property
    def latency_max_s(self) -> FloatArray:
        """Longest latency, seconds."""
        return self._columns["latency_max_s"]

    def to_frame(self) -> pandas.DataFrame:
        """All of it as a pandas frame."""
        import pandas

        return pandas.DataFrame({name: self._columns[name] for name in self._columns.names()})

    def __len__(self) -> int:
        return int(self.requests.size)


class Deployment:
    """One deployment's figures and bills.

    Every key of its JSON is an attribute (``requests``, ``cold_starts``, ``usd_per_million``,
    ``meets_objective``, ``instances["mean"]``, ``bill_month_usd["total"]``, ...); durations are
    :class:`Durations`.
    """

    def __init__(self, figures: Mapping[str, Any], report: _core.Report, path: str) -> None:
        self._figures = figures
        self._report = report
        self._path = path

    def _durations(self, name: str) -> Durations:
        return Durations(self._figures[name], self._report.columns(f"{self._path}/{name}"))

    @property
    def name(self) -> str:
        """Its name."""
        return str(self._figures["name"])

    @property
    def latency(self) -> Durations:
        """Of completed requests, from their first attempt."""
        return self._durations("latency_s")

    @property
    def execution(self) -> Durations:
        """Busy time that a warm instance would need."""
        return self._durations("execution_s")

    @property
    def cold_start(self) -> Durations:
        """What a cold start added, of completed cold requests."""
        return self._durations("cold_start_s")

    @property
    def wait(self) -> Durations:
        """In a queue, for an instance or to retry."""
        return self._durations("wait_s")

    @property
    def timeline(self) -> Timeline:
        """What happened when; empty unless the run was asked for it (``timeline=True``)."""
        return Timeline(self._report.columns(f"{self._path}/timeline"))

    @property
    def functions(self) -> Functions:
        """By function, up to the last one that was called."""
        return Functions(self._report.columns(f"{self._path}/functions"))

    @property
    def parts(self) -> list[Deployment]:
        """Of a hybrid its servers and functions, of versions each one."""
        parts = self._figures.get("parts", [])
        return [Deployment(part, self._report, f"{self._path}.{i}") for i, part in enumerate(parts)]

    @property
    def usd_per_month(self) -> float:
        """The monthly bill, US dollars."""
        return float(self._figures["bill_month_usd"]["total"])

    def bill(self) -> pandas.DataFrame:
        """The lines of the monthly bill as a pandas frame: name, quantity, unit, usd."""
        import pandas

        return pandas.DataFrame(self._figures["bill_month_usd"]["lines"])

    def to_dict(self) -> dict[str, Any]:
        """Its part of the JSON."""
        return dict(self._figures)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self._figures[name]
        except KeyError:
            raise AttributeError(f"a deployment has no figure {name!r}") from None

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._figures})

    def __repr__(self) -> str:
        return f"<Deployment {self.name!r}: {self.requests:,} requests, ${self.usd_per_month:.2f} a month>"


class Deployments(Mapping[str, Deployment]):
    """Deployments by name, or by their place: ``result.deployments[0]``."""

    def __init__(self, all: list[Deployment]) -> None:
        self._all = {one.name: one for one in all}

    def __getitem__(self, key: Union[str, int]) -> Deployment:
        if isinstance(key, int):
            return list(self._all.values())[key]
        if key not in self._all:
            raise KeyError(f"{key!r}: the deployments are {', '.join(self._all)}")
        return self._all[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __repr__(self) -> str:
        return f"<Deployments: {', '.join(self._all)}>"


class RunResult(Result):
    """Every deployment of a scenario on the same arrivals."""

    @property
    def deployments(self) -> Deployments:
        """By name or place."""
        all = self.to_dict()["deployments"]
        return Deployments([Deployment(one, self._report, str(i)) for i, one in enumerate(all)])

    def __getitem__(self, key: Union[str, int]) -> Deployment:
        return self.deployments[key]

    def _only(self) -> Deployment:
        deployments = self.deployments
        if len(deployments) != 1:
            names = ", ".join(deployments)
            raise ValueError(f"there are several deployments: take result[name], name of {names}")
        return deployments[0]

    @property
    def latency(self) -> Durations:
        """Of the only deployment."""
        return self._only().latency

    @property
    def timeline(self) -> Timeline:
        """Of the only deployment."""
        return self._only().timeline

    @property
    def fingerprint(self) -> str:
        """Equal inputs, equal fingerprint: 16 hex digits."""
        return str(self.to_dict()["fingerprint"])

    def plot(
        self, ax: Optional[matplotlib.axes.Axes] = None, *, kind: str = "latency"
    ) -> matplotlib.axes.Axes:
        """Draws into ``ax``, which it returns.

        Parameters
        ----------
        ax : Axes, optional
            A new figure's where not given.
        kind : {"latency", "cost", "instances", "cold-starts"}
            Distribution functions of latency; monthly bills by line; live instances or cold starts
            over time, of runs with ``timeline=True``.
        """
        from . import _plot

        return _plot.run(self, ax, kind)

    def _shown(self) -> Mapping[str, Sequence[Any]]:
        all = self.deployments.values()
        shown: dict[str, list[Any]] = {
            "deployment": [one.name for one in all],
            "configuration": [one.configuration for one in all],
            "requests": [one.requests for one in all],
            "cold starts": [one.cold_starts for one in all],
            "mean, s": [one.latency.mean_s for one in all],
            "p99, s": [one.latency_s["p99"] for one in all],
            "instances": [one.instances["mean"] for one in all],
            "$ a month": [one.usd_per_month for one in all],
        }
        if any(one.meets_objective is not None for one in all):
            shown["meets objective"] = [one.meets_objective for one in all]
        return shown


class QuickResult(Result):
    """Estimates by closed forms."""

    def to_columns(self) -> dict[str, npt.NDArray[Any]]:
        """A row for each deployment, as arrays."""
        rows = self.to_dict()["deployments"]
        return {name: np.array([row[name] for row in rows]) for name in (rows[0] if rows else [])}


class BreakevenResult(Result):
    """At which traffic two deployments cost the same, at an equal service level."""

    @property
    def pairs(self) -> list[dict[str, Any]]:
        """For each pair: verdict, crossings with intervals, the curve, the spreadsheet's answer."""
        pairs: list[dict[str, Any]] = self.to_dict()["pairs"]
        return pairs

    @property
    def crossings(self) -> list[float]:
        """Inferences a day where the first pair's costs cross."""
        return [one["inferences_per_day"] for one in self.pairs[0]["crossings"]] if self.pairs else []

    def to_columns(self) -> dict[str, npt.NDArray[Any]]:
        """The curves: a row for each pair, traffic and side, as arrays."""
        rows = [
            {
                "serverless": pair["serverless"],
                "dedicated": pair["dedicated"],
                "inferences_per_day": point["inferences_per_day"],
                **row,
            }
            for pair in self.pairs
            for point in pair["curve"]
            for row in point["rows"]
        ]
        return _columns_of(rows)

    def plot(
        self, ax: Optional[matplotlib.axes.Axes] = None, *, pair: int = 0
    ) -> matplotlib.axes.Axes:
        """Cost against traffic of one pair, with its crossings and their intervals."""
        from . import _plot

        return _plot.breakeven(self.pairs[pair], self.to_dict(), ax)


class BreakevenMap(Result):
    """The first crossing over burstiness and execution time."""

    def plot(self, ax: Optional[matplotlib.axes.Axes] = None) -> matplotlib.axes.Axes:
        """A field of burstiness and execution time, labelled with inferences a day."""
        from . import _plot

        return _plot.breakeven_map(self.to_dict(), ax)


class HybridResult(Result):
    """How many servers for the base load."""

    def plot(self, ax: Optional[matplotlib.axes.Axes] = None) -> matplotlib.axes.Axes:
        """Monthly cost against the number of base servers."""
        from . import _plot

        return _plot.hybrid(self.to_dict(), ax)


class OptimiseResult(Result):
    """The best settings, and the front of cost against p99."""

    @property
    def winner(self) -> Optional[dict[str, Any]]:
        """The best candidate; None: none qualifies."""
        winner: Optional[dict[str, Any]] = self.to_dict()["winner"]
        return winner

    def plot(self, ax: Optional[matplotlib.axes.Axes] = None) -> matplotlib.axes.Axes:
        """Cost against p99 of what was simulated in full, with the front."""
        from . import _plot

        return _plot.optimise(self.to_dict(), ax)


class SensitivityResult(Result):
    """What each platform figure does within its range."""

    def plot(
        self, ax: Optional[matplotlib.axes.Axes] = None, *, deployment: int = 0, most: int = 10
    ) -> matplotlib.axes.Axes:
        """A tornado of one deployment's monthly cost, its strongest figures first."""
        from . import _plot

        return _plot.tornado(self.to_dict()["deployments"][deployment], most, ax)


class SweepResult(Result):
    """A scenario at many points, in the order of the plan."""

    def __len__(self) -> int:
        return len(self.to_dict()["points"])

    def plot(
        self,
        ax: Optional[matplotlib.axes.Axes] = None,
        *,
        x: Optional[str] = None,
        y: str = "bill_month_usd",
    ) -> matplotlib.axes.Axes:
        """A figure against a key, one line for each deployment (and value of the other keys).

        Parameters
        ----------
        ax : Axes, optional
            Drawn into.
        x : str, optional
            A key of the sweep; the first where not given.
        y : str
            A column of :meth:`to_columns`.
        """
        from . import _plot

        return _plot.sweep(self.to_columns(), self.to_dict()["keys"], x, y, ax)


class ValidationResult(Result):
    """Published bills and measurements against the simulator's predictions."""

    def plot(self, ax: Optional[matplotlib.axes.Axes] = None) -> matplotlib.axes.Axes:
        """Predicted against measured, with the predictions' intervals."""
        from . import _plot

        return _plot.validation(self.to_columns(), ax)


class Quote(Result):
    """A month's bill of known work, without a simulation."""


def _columns_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, npt.NDArray[Any]]:
    """Rows of JSON as arrays: numbers as such (NaN: null), else objects; intervals in two columns."""
    flat: list[dict[str, Any]] = []
    for row in rows:
        cells: dict[str, Any] = {}
        for key, value in row.items():
            if isinstance(value, list) and len(value) == 2:
                cells[key + "_low"], cells[key + "_high"] = value
            else:
                cells[key] = value
        flat.append(cells)
    names = list(dict.fromkeys(name for cells in flat for name in cells))
    columns: dict[str, npt.NDArray[Any]] = {}
    for name in names:
        values = [cells.get(name) for cells in flat]
        if all(value is None or type(value) in (int, float) for value in values):
            columns[name] = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
        else:
            columns[name] = np.array(values, dtype=object)
    return columns
