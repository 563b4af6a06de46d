"""What is known of platforms and prices."""

from __future__ import annotations

import html
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Optional

import numpy as np
import numpy.typing as npt

from . import _core
from ._results import Quote

if TYPE_CHECKING:
    import pandas

    from ._trace import FloatArray, PathLike


class _Catalogue:
    """Rows that carry their source and date."""

    def __init__(self, table: dict[str, Any], rows: str) -> None:
        self._table = table
        self._rows: list[dict[str, Any]] = table[rows]

    @property
    def name(self) -> str:
        """Its name."""
        return str(self._table["name"])

    @property
    def title(self) -> str:
        """Its name in the provider's words."""
        return str(self._table["title"])

    def to_dict(self) -> dict[str, Any]:
        """All of it."""
        return dict(self._table)

    def to_frame(self) -> pandas.DataFrame:
        """Its rows as a pandas frame."""
        import pandas

        return pandas.DataFrame(self._rows)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}: {len(self._rows)} rows>"

    def _repr_html_(self) -> str:
        names = list(self._rows[0]) if self._rows else []
        head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(row[n]))}</td>" for n in names) + "</tr>"
            for row in self._rows
        )
        return f"<p><b>{html.escape(self.title)}</b></p><table><tr>{head}</tr>{body}</table>"


class Platform(_Catalogue):
    """A serverless platform's figures: each with its range, source and date."""

    def __init__(self, table: dict[str, Any]) -> None:
        super().__init__(table, "figures")

    @classmethod
    def load(
        cls, name: PathLike, *, as_of: str = "", variants: Iterable[str] = ()
    ) -> Platform:
        """A shipped platform, or a platform file.

        Parameters
        ----------
        name : path
            One of :meth:`names`, or a file ending in ``.toml``.
        as_of : str
            The rules of this day, such as ``"2020-06-30"``; empty: today's.
        variants : iterable of str
            Such as ``["snapstart"]``.

        Raises
        ------
        InputError
            With every problem of the file.
        """
        return cls(_core.platform(os.fspath(name), as_of, list(variants)))

    @staticmethod
    def names() -> list[str]:
        """The shipped platforms."""
        return _core.platform_names()

    @property
    def keep_alive_rule(self) -> str:
        """How long an instance stays idle: fixed-window, survival or halving."""
        return str(self._table["keep_alive"]["rule"])

    def survival(self, idle_s: npt.ArrayLike) -> Any:
        """Share of instances that are still there after an idle time.

        Parameters
        ----------
        idle_s : float or array_like
            Seconds, 0 or more.

        Returns
        -------
        float or ndarray
            0..1, of the shape of ``idle_s``. Idle for exactly the window = expired. Of halving: of
            a crowd that became idle together.
        """
        times = np.asarray(idle_s, dtype=np.float64)
        keep_alive = self._table["keep_alive"]
        window = float(keep_alive["window_s"])
        alive: FloatArray
        if "life_s" in keep_alive:
            lives = np.asarray(keep_alive["life_s"])
            gone = np.searchsorted(lives, times, side="right") / lives.size
            alive = 1.0 - gone
        elif self.keep_alive_rule == "halving":
            alive = 0.5 ** np.floor(times / window)
        else:
            alive = (times < window).astype(np.float64)
        return float(alive) if times.ndim == 0 else alive


class Tariff(_Catalogue):
    """A list of prices: of a tariff, of a server type, or of all servers of a provider."""

    def __init__(self, table: dict[str, Any]) -> None:
        super().__init__(table, "rows")

    @classmethod
    def load(
        cls,
        name: str,
        *,
        region: str = "",
        as_of: str = "",
        prices: Iterable[PathLike] = (),
    ) -> Tariff:
        """The prices of a name, as ``faascast price show``.

        Parameters
        ----------
        name : str
            A tariff ("aws-lambda"), a server type ("aws/c6i.large"), or a provider ("aws").
        region : str
            Only this one; empty: all.
        as_of : str
            Prices of this day; empty: all.
        prices : iterable of path
            Files of your own beside the shipped ones.

        Raises
        ------
        InputError
            For a name that is not known, with the nearest.
        """
        return cls(_core.prices(name, region, as_of, [os.fspath(file) for file in prices]))

    @staticmethod
    def names(prices: Iterable[PathLike] = ()) -> list[str]:
        """Everything that has a price."""
        rows = _core.prices("", "", "", [os.fspath(file) for file in prices])["rows"]
        return [row["name"] for row in rows]


def quote(
    *,
    platform: str = "",
    server: str = "",
    region: str = "",
    arch: str = "x86",
    front_door: str = "none",
    purchase: str = "on-demand",
    as_of: str = "",
    count: int = 1,
    memory: str = "",
    cpu: Optional[float] = None,
    requests: int = 0,
    duration: str = "",
    request_bytes: str = "",
    response_bytes: str = "",
    free_tier: bool = False,
    prices: Iterable[PathLike] = (),
) -> Quote:
    """A month's bill of known work, without a simulation: ``faascast price quote``.

    Parameters
    ----------
    platform, server : str
        Exactly one of them.
    region, arch, front_door, purchase, as_of : str
        As the command line's options; empty: the price list's first, the newest.
    count : int
        Servers.
    memory : str
        Configured, such as ``"512 MB"``; empty: the platform's default.
    cpu : float, optional
        vCPUs, where they can be chosen.
    requests : int
        A month.
    duration : str
        Busy time of a request, such as ``"120 ms"``.
    request_bytes, response_bytes : str
        Payloads, such as ``"2 kB"``.
    free_tier : bool
        Subtract the free quotas.
    prices : iterable of path
        Files of your own.

    Returns
    -------
    Quote

    Raises
    ------
    InputError
        With every problem: unknown names, memory that is not sold.
    """
    return Quote(
        _core.quote(
            platform,
            server,
            region,
            arch,
            front_door,
            purchase,
            as_of,
            count,
            memory,
            cpu,
            requests,
            duration,
            request_bytes,
            response_bytes,
            free_tier,
            [os.fspath(file) for file in prices],
        )
    )
