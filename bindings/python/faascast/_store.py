"""Results that were kept."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Optional

from . import _core
from ._scenario import Scenario

if TYPE_CHECKING:
    import pandas

    from ._trace import PathLike


class StoredRun:
    """A result as it lies in the store.

    Attributes
    ----------
    id : int
        Its number.
    created : str
        UTC, ``2026-11-24T09:30:00Z``.
    kind : str
        run, breakeven, hybrid, sweep, sensitivity or optimise.
    scenario_text : str
        The TOML as it was read.
    """

    def __init__(self, row: dict[str, Any]) -> None:
        self._row = row
        self.id = int(row["id"])
        self.created = str(row["created"])
        self.kind = str(row["kind"])
        self.scenario_text = str(row["scenario_text"])

    def to_json(self) -> str:
        """The whole result, as ``--json`` printed it."""
        return str(self._row["json"])

    def to_dict(self) -> dict[str, Any]:
        """The same as nested dicts and lists."""
        result: dict[str, Any] = json.loads(self.to_json())
        return result

    def scenario(self, folder: PathLike = "") -> Scenario:
        """The scenario, to be asked again. Its changes (``set``) are not kept.

        Parameters
        ----------
        folder : path
            Where its relative paths start.
        """
        return Scenario.from_toml(self.scenario_text, name=f"run {self.id}", folder=folder)

    def __repr__(self) -> str:
        return f"<StoredRun {self.id}: {self.kind} of {self._row['scenario']!r}, {self.created}>"


class Store:
    """Results in one SQLite file: ``faascast runs``.

    Parameters
    ----------
    file : path, optional
        ``$XDG_DATA_HOME/faascast/store.sqlite`` where not given.
    """

    def __init__(self, file: Optional[PathLike] = None) -> None:
        self._file = "" if file is None else os.fspath(file)

    @property
    def path(self) -> str:
        """Of the file."""
        return _core.store_path(self._file)

    def list(self) -> list[dict[str, Any]]:
        """All results without scenario and figures, oldest first."""
        return _core.list_runs(self._file)

    def to_frame(self) -> pandas.DataFrame:
        """:meth:`list` as a pandas frame, by id."""
        import pandas

        rows = self.list()
        columns = ["id", "created", "kind", "scenario", "seed", "version", "fingerprint"]
        return pandas.DataFrame(rows, columns=columns).set_index("id")

    def __getitem__(self, id: int) -> StoredRun:
        """One result, complete. Raises InputError where there is no such number."""
        return StoredRun(_core.load_run(self._file, id))

    def __iter__(self) -> Iterator[StoredRun]:
        return (self[row["id"]] for row in self.list())

    def __len__(self) -> int:
        return len(self.list())

    def diff(self, before: int, after: int) -> pandas.DataFrame:
        """The figures in which two results differ, as a pandas frame."""
        import pandas

        rows = _core.differences(self[before].to_json(), self[after].to_json())
        return pandas.DataFrame(rows, columns=["figure", "before", "after", "change"])

    def delete(self, ids: Iterable[int]) -> None:
        """Removes results: all of them, or none where a number is unknown."""
        _core.delete_runs(self._file, [int(id) for id in ids])

    def delete_points(self) -> None:
        """Removes the finished points of all sweeps, which then start anew."""
        _core.delete_points(self._file)

    def __repr__(self) -> str:
        return f"<Store {self.path}>"


def runs(store: Optional[PathLike] = None) -> Store:
    """The results that were kept with ``save=True`` or ``--save``."""
    return Store(store)
