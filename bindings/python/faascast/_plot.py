"""Pictures. Each function draws into the Axes that it is given, or a new figure's, and returns it.

Colours are Okabe and Ito's, which colour-blind readers can tell apart; lines differ in style, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Optional

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ._results import RunResult
    from ._trace import FloatArray

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_STYLES = ("-", "--", "-.", ":")


def _style(i: int) -> dict[str, Any]:
    return {
        "color": _COLOURS[i % len(_COLOURS)],
        "linestyle": _STYLES[i // len(_COLOURS) % len(_STYLES)] if i >= len(_COLOURS) else
        _STYLES[i % len(_STYLES)],
    }


def _axes(ax: Optional[Axes]) -> Axes:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(7.0, 4.2), layout="constrained")[1]


def _money(ax_axis: Any) -> None:
    from matplotlib.ticker import FuncFormatter

    ax_axis.set_major_formatter(FuncFormatter(lambda value, _: f"${value:,.6g}"))


def _plain(ax_axis: Any) -> None:
    from matplotlib.ticker import FuncFormatter

    ax_axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))


def rates(per_s: FloatArray, span_s: float, ax: Optional[Axes]) -> Axes:
    ax = _axes(ax)
    unit, width = (3600.0, "hours") if span_s > 7200 else (1.0, "seconds")
    edges = np.linspace(0.0, span_s / unit, per_s.size + 1)
    ax.stairs(per_s, edges, color=_COLOURS[0], fill=True, alpha=0.8)
    ax.set(xlabel=f"time, {width}", ylabel="requests a second", xlim=(0, edges[-1]))
    ax.set_ylim(bottom=0)
    return ax


def samples(samples_s: FloatArray, name: str, ax: Optional[Axes]) -> Axes:
    ax = _axes(ax)
    ordered = np.sort(samples_s)
    ax.plot(ordered * 1e3, np.arange(1, ordered.size + 1) / ordered.size, **_style(0), label=name)
    ax.set(xlabel="CPU time, ms", ylabel="share of inferences", ylim=(0, 1.02))
    ax.legend()
    return ax


def run(result: RunResult, ax: Optional[Axes], kind: str) -> Axes:
    drawers = {
        "latency": _latency,
        "cost": _cost,
        "instances": _instances,
        "cold-starts": _cold_starts,
    }
    if kind not in drawers:
        raise ValueError(f"kind must be one of {', '.join(drawers)}, not {kind!r}")
    return drawers[kind](result, _axes(ax))


def _latency(result: RunResult, ax: Axes) -> Axes:
    for i, one in enumerate(result.deployments.values()):
        values, shares = one.latency.cdf()
        if values.size:
            from_zero = np.r_[values[0], values], np.r_[0.0, shares]
            ax.step(*from_zero, where="post", **_style(i), label=one.name)
    ax.set(xscale="log", xlabel="latency, s", ylabel="share of requests", ylim=(0, 1.02))
    ax.grid(alpha=0.3)
    if ax.has_data():
        _plain(ax.xaxis)
        ax.legend()
    return ax


def _cost(result: RunResult, ax: Axes) -> Axes:
    all = list(result.deployments.values())
    names = list(
        dict.fromkeys(line["name"] for one in all for line in one.bill_month_usd["lines"])
    )
    left = np.zeros(len(all))
    for i, name in enumerate(names):
        usd = np.array(
            [
                sum(line["usd"] for line in one.bill_month_usd["lines"] if line["name"] == name)
                for one in all
            ]
        )
        bars = ax.barh([one.name for one in all], usd, left=left, color=_COLOURS[i % 7], label=name)
        for bar in bars:
            bar.set_hatch(("", "//", "..", "xx")[i % 4])
            bar.set_edgecolor("white")
        left += usd
    ax.invert_yaxis()
    ax.set(xlabel="a month")
    _money(ax.xaxis)
    if names:
        ax.legend()
    return ax


def _over_time(result: RunResult, ax: Axes, figure: str, label: str) -> Axes:
    for i, one in enumerate(result.deployments.values()):
        timeline = one.timeline
        if not len(timeline):
            raise ValueError("the run has no timeline: run it with timeline=True")
        ax.step(
            timeline.start_s / 3600.0, getattr(timeline, figure), where="post", **_style(i),
            label=one.name,
        )
    ax.set(xlabel="time, hours", ylabel=label)
    ax.set_ylim(bottom=0)
    ax.legend()
    return ax


def _instances(result: RunResult, ax: Axes) -> Axes:
    return _over_time(result, ax, "instances", "live instances")


def _cold_starts(result: RunResult, ax: Axes) -> Axes:
    return _over_time(result, ax, "cold_starts", "cold starts in a bin")


def breakeven(pair: Mapping[str, Any], report: Mapping[str, Any], ax: Optional[Axes]) -> Axes:
    ax = _axes(ax)
    traffic = np.array([point["inferences_per_day"] for point in pair["curve"]])
    for i, name in enumerate((pair["serverless"], pair["dedicated"])):
        rows = [point["rows"][i] for point in pair["curve"]]
        cost = np.array([row["usd_per_month"] if row["feasible"] else np.nan for row in rows])
        ax.plot(traffic, cost, marker="o", markersize=3, **_style(i), label=name)
        band = [row.get("calibration") or [np.nan, np.nan] for row in rows]
        low, high = np.array(band, dtype=np.float64).T
        if np.isfinite(low).any():
            ax.fill_between(traffic, low, high, color=_COLOURS[i], alpha=0.15, linewidth=0)
    for crossing in pair["crossings"]:
        at = crossing["inferences_per_day"]
        ax.axvline(at, color="black", linewidth=1)
        ax.annotate(
            f"breakeven\n{at:,.3g} a day", (at, 0.03), xycoords=("data", "axes fraction"),
            xytext=(4, 0), textcoords="offset points", fontsize=8,
        )
        ends = crossing.get("calibration")
        if ends:
            ax.axvspan(*ends, color="grey", alpha=0.15)
    own = report.get("inferences_per_day")
    if own:
        ax.axvline(own, color="grey", linestyle=":", linewidth=1, label="this traffic")
    ax.set(xscale="log", yscale="log", xlabel="inferences a day", ylabel="a month")
    _money(ax.yaxis)
    ax.legend()
    return ax


def breakeven_map(report: Mapping[str, Any], ax: Optional[Axes]) -> Axes:
    from matplotlib.colors import LogNorm

    ax = _axes(ax)
    cvs, executions, cells = _map_cells(report)
    values = np.array([[cell["at"] or np.nan for cell in row] for row in cells])
    if np.isfinite(values).any():
        ax.imshow(values, norm=LogNorm(), cmap="cividis", aspect="auto", origin="lower", alpha=0.85)
    else:
        ax.imshow(np.zeros_like(values), cmap="Greys", aspect="auto", origin="lower", vmin=0, vmax=1)
    middle = np.exp(np.nanmean(np.log(values))) if np.isfinite(values).any() else 0.0
    for y, row in enumerate(cells):
        for x, cell in enumerate(row):
            text = f"{cell['at']:,.2g}" if cell["at"] else cell["verdict"].replace("_", "\n")
            dark = bool(cell["at"]) and cell["at"] < middle
            ax.text(x, y, text, ha="center", va="center", fontsize=9,
                    color="white" if dark else "black")
    ax.set_xticks(range(len(cvs)), [f"{cv:g}" for cv in cvs])
    ax.set_yticks(range(len(executions)), [f"{s * 1e3:g} ms" for s in executions])
    ax.set(xlabel="burstiness: cv of the gaps", ylabel="execution time")
    ax.set_title(
        f"breakeven, inferences a day: {report['serverless']} below, {report['dedicated']} above",
        fontsize=9,
    )
    return ax


def _map_cells(
    report: Mapping[str, Any],
) -> tuple[list[float], list[float], list[list[dict[str, Any]]]]:
    cvs = sorted({float(cell["cv"]) for cell in report["map"]})
    executions = sorted({float(cell["execution_s"]) for cell in report["map"]})
    found = {(float(cell["cv"]), float(cell["execution_s"])): cell for cell in report["map"]}
    rows = [
        [
            {"at": found[cv, s]["inferences_per_day"], "verdict": found[cv, s]["verdict"]}
            for cv in cvs
        ]
        for s in executions
    ]
    return cvs, executions, rows


def hybrid(report: Mapping[str, Any], ax: Optional[Axes]) -> Axes:
    ax = _axes(ax)
    rows = report["rows"]
    count = np.array([row["count"] for row in rows])
    total = np.array([row["usd_per_month"] for row in rows])
    servers = np.array([row["servers_usd_per_month"] for row in rows])
    ax.bar(count, servers, color=_COLOURS[1], label="servers")
    ax.bar(count, total - servers, bottom=servers, color=_COLOURS[0], label="functions", hatch="//",
           edgecolor="white")
    for row in rows:
        if not row["feasible"]:
            ax.annotate("misses", (row["count"], row["usd_per_month"]), ha="center", fontsize=8)
    best = report.get("best")
    if best:
        ax.annotate(
            f"best: ${best['usd_per_month']:,.2f}", (best["count"], best["usd_per_month"]),
            xytext=(0, 12), textcoords="offset points", ha="center", fontsize=8,
            arrowprops={"arrowstyle": "-"},
        )
    ax.margins(y=0.15)
    ax.set(xlabel="base servers", ylabel="a month")
    ax.xaxis.get_major_locator().set_params(integer=True)
    _money(ax.yaxis)
    ax.legend()
    return ax


def optimise(report: Mapping[str, Any], ax: Optional[Axes]) -> Axes:
    ax = _axes(ax)
    simulated = [one for one in report["candidates"] if one["stage"] == "simulated"]
    names = list(dict.fromkeys(one["deployment"] for one in simulated))
    for i, name in enumerate(names):
        own = [one for one in simulated if one["deployment"] == name]
        ax.plot(
            [one["p99_s"] for one in own], [one["usd_per_month"] for one in own],
            "os^Dv"[i % 5], color=_COLOURS[i % 7], label=name, markersize=5,
        )
    front = report["front"]
    if front:
        ax.plot(
            [one["p99_s"] for one in front], [one["usd_per_month"] for one in front],
            color="black", linewidth=1, linestyle="--", label="front", drawstyle="steps-post",
        )
    winner = report.get("winner")
    if winner:
        ax.annotate(
            ", ".join(f"{k} {v}" for k, v in winner["settings"].items()) or winner["deployment"],
            (winner["p99_s"], winner["usd_per_month"]), xytext=(0, 8),
            textcoords="offset points", fontsize=8, ha="center",
        )
    ax.margins(0.12)
    costs = [one["usd_per_month"] for one in simulated if one["usd_per_month"] > 0]
    if costs and max(costs) > 20 * min(costs):
        ax.set_yscale("log")
    ax.set(xlabel="p99 latency, s", ylabel="a month")
    ax.grid(alpha=0.3)
    _money(ax.yaxis)
    if simulated:
        ax.legend()
    return ax


def tornado(deployment: Mapping[str, Any], most: int, ax: Optional[Axes]) -> Axes:
    ax = _axes(ax)
    base = deployment["base"]["usd_per_month"]
    figures = [
        one for one in deployment["figures"]
        if one["at_low"]["usd_per_month"] != one["at_high"]["usd_per_month"]
    ][:most]
    for i, one in enumerate(figures):
        for side, colour in (("low", _COLOURS[0]), ("high", _COLOURS[1])):
            at = one[f"at_{side}"]["usd_per_month"]
            ax.barh(i, at - base, left=base, color=colour, alpha=0.85,
                    hatch="" if side == "low" else "//", edgecolor="white",
                    label=f"figure at its {side} end" if i == 0 else None)
    ax.set_yticks(
        range(len(figures)),
        [f"{one['figure']}\n{one['low']} … {one['high']}" for one in figures],
        fontsize=7,
    )
    ax.invert_yaxis()
    ax.axvline(base, color="black", linewidth=1)
    ax.set(xlabel=f"{deployment['name']}, a month")
    _money(ax.xaxis)
    if figures:
        ax.legend(fontsize=8)
    return ax


def sweep(
    columns: Mapping[str, npt.NDArray[Any]],
    keys: Sequence[str],
    x: Optional[str],
    y: str,
    ax: Optional[Axes],
) -> Axes:
    ax = _axes(ax)
    x = keys[0] if x is None else x
    for name in (x, y):
        if name not in columns:
            raise ValueError(f"no column {name!r}: the columns are {', '.join(columns)}")
    others = [key for key in keys if key != x]
    lines: dict[tuple[str, ...], list[int]] = {}
    for row, name in enumerate(columns["deployment"]):
        if columns["status"][row] == "done":
            line = (str(name), *(f"{key} {columns[key][row]}" for key in others))
            lines.setdefault(line, []).append(row)
    is_number = columns[x].dtype != object
    for i, (names, rows) in enumerate(lines.items()):
        at = columns[x][rows] if is_number else columns[x][rows].astype(str)
        order = np.argsort(at, kind="stable") if is_number else np.arange(len(rows))
        ax.plot(at[order], columns[y][rows][order], marker="o", markersize=3, **_style(i),
                label=", ".join(names))
    ax.set(xlabel=x, ylabel=y)
    ax.grid(alpha=0.3)
    if lines:
        ax.legend(fontsize=8)
    return ax


def validation(columns: Mapping[str, npt.NDArray[Any]], ax: Optional[Axes]) -> Axes:
    ax = _axes(ax)
    blind = np.flatnonzero(columns["part"] == "blind")
    sets = columns["set"][blind]
    predicted, measured, low, high = (
        columns[name][blind].astype(np.float64) for name in ("predicted", "measured", "low", "high")
    )
    for i, name in enumerate(dict.fromkeys(sets)):
        own = sets == name
        ax.errorbar(
            measured[own], predicted[own],
            yerr=[np.maximum(predicted[own] - low[own], 0), np.maximum(high[own] - predicted[own], 0)],
            fmt="os^Dv"[i % 5], color=_COLOURS[i % 7], markersize=3, linewidth=0.7, label=str(name),
        )
    ends = [float(np.nanmin(measured)), float(np.nanmax(measured))] if measured.size else [1.0, 1.0]
    ax.plot(ends, ends, color="black", linewidth=1)
    ax.set(xscale="log", yscale="log", xlabel="measured", ylabel="predicted, with its interval")
    if measured.size:
        ax.legend(fontsize=8)
    return ax
