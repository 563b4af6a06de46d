"""Scenarios: traffic, a model, deployments and an objective."""

from __future__ import annotations

import html
import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional, Union

from . import _core, _toml
from ._errors import InputError
from ._policy import PolicyFactory
from ._profile import Profile
from ._trace import Trace

if TYPE_CHECKING:
    from ._results import (
        BreakevenMap,
        BreakevenResult,
        HybridResult,
        OptimiseResult,
        QuickResult,
        RunResult,
        SensitivityResult,
        SweepResult,
    )
    from ._trace import PathLike


class _Source(NamedTuple):
    """All that a scenario is read from: what pickling keeps."""

    text: str
    file_name: str
    folder: str
    set: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()
    calibration: tuple[str, ...] = ()
    traces: tuple[tuple[str, Trace], ...] = ()
    profiles: tuple[tuple[str, Profile], ...] = ()
    policies: tuple[tuple[str, PolicyFactory], ...] = ()

    def changes(self) -> _core.Changes:
        changes = _core.Changes()
        changes.set = list(self.set)
        changes.platform_files = list(self.platforms)
        changes.price_files = list(self.prices)
        changes.calibration = list(self.calibration)
        for name, trace in self.traces:
            changes.add_trace(name, trace.sha256, trace._traffic)
        for name, profile in self.profiles:
            changes.add_profile(name, profile._profile)
        for deployment, factory in self.policies:
            changes.add_policy(deployment, factory)
        return changes


def _paths(files: Union[None, PathLike, Iterable[PathLike]]) -> tuple[str, ...]:
    if files is None:
        return ()
    if isinstance(files, (str, os.PathLike)):
        files = (files,)
    # Absolute, as workers of another folder read them too; names of shipped things stay names.
    paths = (os.fspath(file) for file in files)
    return tuple(os.path.abspath(path) if os.path.exists(path) else path for path in paths)


def _assignments(changes: Union[None, Mapping[str, Any], Iterable[str]]) -> tuple[str, ...]:
    """Of ``set``: a mapping of keys to values, or "key=value" as on the command line."""
    if changes is None:
        return ()
    if isinstance(changes, str):
        return (changes,)
    if isinstance(changes, Mapping):
        return tuple(f"{key}={_toml.value_text(value)}" for key, value in changes.items())
    return tuple(changes)


class _Given:
    """Traces and profiles that values of a scenario hold, by the names that they get there."""

    def __init__(self, source: Optional[_Source] = None) -> None:
        self.traces = dict(source.traces) if source else {}
        self.profiles = dict(source.profiles) if source else {}

    def named(self, value: Any) -> Any:
        if isinstance(value, Trace):
            name = f"trace-{value.sha256[:12]}"
            self.traces[name] = value
            return name
        if isinstance(value, Profile):
            name = f"profile-{value.sha256[:12]}"
            self.profiles[name] = value
            return name
        if isinstance(value, Mapping):
            return {key: self.named(one) for key, one in value.items()}
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [self.named(one) for one in value]
        return value


class Scenario:
    """What was asked: traffic, model, deployments, objective. A value: edits make new ones.

    Examples
    --------
    >>> import faascast as fc
    >>> scenario = fc.Scenario.load("quickstart")
    >>> result = scenario.edit({"traffic.scale": 2}).run()
    """

    def __init__(self, source: _Source, checked: Optional[_core.Scenario] = None) -> None:
        self._source = source
        self._checked = checked or _core.scenario_from_text(
            source.text, source.file_name, source.folder, source.changes()
        )

    # ---- making one

    @classmethod
    def load(
        cls,
        file: PathLike,
        *,
        set: Union[None, Mapping[str, Any], Iterable[str]] = None,
        platform: Union[None, PathLike, Iterable[PathLike]] = None,
        prices: Union[None, PathLike, Iterable[PathLike]] = None,
        calibration: Union[None, PathLike, Iterable[PathLike]] = None,
    ) -> Scenario:
        """A scenario file, or a shipped scenario by its name.

        Parameters
        ----------
        file : path
            TOML; see :func:`shipped_scenarios` for names.
        set : mapping or list of str, optional
            Keys to change: ``{"traffic.scale": 2, "deployment[1].memory": "512 MB"}``, or as on
            the command line, ``["traffic.scale=2"]``.
        platform, prices, calibration : path or list of paths, optional
            As the options of the command line: platform files that deployments may name, price
            files beside the shipped ones, calibrations.

        Raises
        ------
        InputError
            With every problem of the file at once: place, what, how to mend it.
        """
        source = _Source(
            "", "", "", _assignments(set), _paths(platform), _paths(prices), _paths(calibration)
        )
        checked = _core.read_scenario(os.fspath(file), source.changes())
        # A worker of another folder must find its files too.
        in_file = os.path.exists(os.fspath(file))
        folder = os.path.abspath(checked.folder or ".") if in_file else ""
        source = source._replace(text=checked.text, file_name=checked.file_name, folder=folder)
        return cls(source, None if in_file else checked)

    @classmethod
    def from_toml(
        cls, text: str, *, name: str = "<text>", folder: PathLike = "", **changes: Any
    ) -> Scenario:
        """A scenario from text.

        Parameters
        ----------
        text : str
            TOML.
        name : str
            What problems call it.
        folder : path
            Where its relative paths start.
        **changes
            As in :meth:`load`.
        """
        source = _Source(
            text,
            name,
            os.fspath(folder),
            _assignments(changes.pop("set", None)),
            _paths(changes.pop("platform", None)),
            _paths(changes.pop("prices", None)),
            _paths(changes.pop("calibration", None)),
        )
        if changes:
            raise TypeError(f"from_toml() has no argument {next(iter(changes))!r}")
        return cls(source)

    @classmethod
    def from_dict(
        cls, table: Mapping[str, Any], *, name: str = "<dict>", folder: PathLike = "", **changes: Any
    ) -> Scenario:
        """A scenario from nested dicts and lists, with the keys of a scenario file.

        Parameters
        ----------
        table : mapping
            ``{"traffic": {...}, "model": {...}, "deployment": [{...}, ...]}``. Quantities are text
            with a unit (``"512 MB"``) or :class:`datetime.timedelta`. A :class:`Trace` may stand at
            ``traffic.trace``, a :class:`Profile` at ``model.profile``.
        name, folder, **changes
            As in :meth:`from_toml`.

        Raises
        ------
        InputError
            With every problem at once. Lines are those of :meth:`to_toml`'s order of keys.
        """
        given = _Given()
        text = _toml.document_text(given.named(table))
        source = _Source(
            text,
            name,
            os.fspath(folder),
            _assignments(changes.pop("set", None)),
            _paths(changes.pop("platform", None)),
            _paths(changes.pop("prices", None)),
            _paths(changes.pop("calibration", None)),
            tuple(given.traces.items()),
            tuple(given.profiles.items()),
        )
        if changes:
            raise TypeError(f"from_dict() has no argument {next(iter(changes))!r}")
        return cls(source)

    @classmethod
    def of_question(
        cls, model: PathLike, log: PathLike, *, p99_s: Optional[float] = None, format: str = ""
    ) -> Scenario:
        """A model and a log on the shipped places to run: what ``breakeven --model --log`` asks.

        Parameters
        ----------
        model, log : path
            An ONNX file and a trace, or names of shipped ones.
        p99_s : float, optional
            The objective, seconds.
        format : str
            Of the log; empty: recognised.
        """
        text = _core.question_text(os.fspath(model), os.fspath(log), format, p99_s)
        return cls.from_toml(text, name="<question>")

    # ---- others made of it

    def edit(
        self, changes: Union[Mapping[str, Any], Iterable[str]] = (), **more: Any
    ) -> Scenario:
        """The same with other values, by the keys of the scenario's schema.

        Parameters
        ----------
        changes : mapping or list of str
            ``{"traffic.scale": 2, "deployment[0].memory": "1 GB"}``, or ``["traffic.scale=2"]``.
            See :func:`schema` for all keys. Later edits go before earlier ones.
        **more
            Keys of the root: ``seed=2``, ``horizon="1 d"``.

        Raises
        ------
        InputError
            For keys and values that are not known.
        """
        given = _Given(self._source)
        if isinstance(changes, Mapping):
            changes = given.named(changes)
        added = _assignments(changes) + _assignments(given.named(more))
        return Scenario(
            self._source._replace(
                set=self._source.set + added,
                traces=tuple(given.traces.items()),
                profiles=tuple(given.profiles.items()),
            )
        )

    def with_traffic(self, traffic: Union[Trace, PathLike, Mapping[str, Any]]) -> Scenario:
        """The same with other traffic.

        Parameters
        ----------
        traffic : Trace, path or mapping
            A trace, a trace file, or the keys of ``[traffic]``; payload sizes stay unless the
            mapping has its own.
        """
        if not isinstance(traffic, Mapping):
            traffic = {"trace": traffic if isinstance(traffic, Trace) else os.fspath(traffic)}
        table = self.to_dict()
        payload = {
            key: value
            for key, value in table.get("traffic", {}).items()
            if key in ("request_bytes", "response_bytes")
        }
        return self._rewritten({**table, "traffic": {**payload, **traffic}})

    def with_model(self, model: Union[Profile, PathLike, Mapping[str, Any]]) -> Scenario:
        """The same with another model.

        Parameters
        ----------
        model : Profile, path or mapping
            A profile, an ONNX file (or a shipped model's name), or the keys of ``[model]``.
        """
        if isinstance(model, Profile):
            model = {"profile": model}
        elif not isinstance(model, Mapping):
            model = {"onnx": os.fspath(model)}
        return self._rewritten({**self.to_dict(), "model": model})

    def with_policy(self, deployment: str, factory: Optional[PolicyFactory]) -> Scenario:
        """The same with a policy of your own for one deployment's functions.

        Parameters
        ----------
        deployment : str
            Its name.
        factory : callable or None
            Called for every run; makes an object with any of the methods ``route``, ``keep_alive``
            and ``wake`` (see :mod:`faascast.policies`). None: the platform's own again.

        Notes
        -----
        Runs with a policy are exact but slow, and sweeps do not keep their points in the store.
        """
        if deployment not in self.deployments:
            known = ", ".join(self.deployments)
            raise InputError([("policy", f"no deployment is named '{deployment}'", f"one of {known}")])
        policies = dict(self._source.policies)
        policies.pop(deployment, None)
        if factory is not None:
            policies[deployment] = factory
        return Scenario(self._source._replace(policies=tuple(policies.items())))

    def _rewritten(self, table: Mapping[str, Any]) -> Scenario:
        given = _Given(self._source)
        text = _toml.document_text(given.named(table))
        return Scenario(
            self._source._replace(
                text=text,
                set=(),
                traces=tuple(given.traces.items()),
                profiles=tuple(given.profiles.items()),
            )
        )

    # ---- looking at it

    @property
    def name(self) -> str:
        """Its name: the file's, where it does not give itself one."""
        return self._checked.name

    @property
    def seed(self) -> int:
        """Of its draws."""
        return self._checked.seed

    @property
    def deployments(self) -> list[str]:
        """Their names."""
        return self._checked.deployments

    @property
    def has_objective(self) -> bool:
        """Whether it asks for a service level."""
        return self._checked.has_objective

    def __getitem__(self, key: str) -> Any:
        """The value of a key as the scenario says it: ``scenario["deployment[0].memory"]``."""
        value: Any = self.to_dict()
        for part in key.replace("]", "").replace("[", ".").split("."):
            try:
                value = value[int(part)] if isinstance(value, list) else value[part]
            except (KeyError, IndexError, ValueError, TypeError):
                raise KeyError(key) from None
        return value

    def to_dict(self) -> dict[str, Any]:
        """What it says, edits included, as nested dicts; keys that it leaves out are absent."""
        return tomllib.loads(self.to_toml())

    def to_toml(self) -> str:
        """What it says, edits included, as a scenario file: keys sorted, without comments."""
        return self._checked.toml()

    def save(self, file: PathLike) -> None:
        """Writes :meth:`to_toml`. Traces and profiles in memory have to be saved by themselves."""
        with open(file, "w", encoding="utf-8") as stream:
            stream.write(self.to_toml())

    def validate(self, *, store: Optional[PathLike] = None) -> None:
        """Opens the traffic, resolves the model and prepares every deployment, without running.

        Reading has found wrong keys and values before; this finds what only shows together: a trace
        that cannot be read, memory that is not sold, a model too large for its server.

        Raises
        ------
        InputError
            With every problem at once.
        """
        self._checked.check("" if store is None else os.fspath(store))

    def model_profile(self, *, store: Optional[PathLike] = None) -> Profile:
        """The profile of its ``model.onnx``: from the store, or measured on this machine now."""
        file = self["model.onnx"]
        beside = os.path.join(self._source.folder, file)
        return Profile.measure(beside if os.path.isfile(beside) else file, store=store)

    # ---- asking it

    def run(self, **options: Any) -> RunResult:
        """Every deployment on the same arrivals: :func:`faascast.run`."""
        from . import _studies

        return _studies.run(self, **options)

    def compare(self, **options: Any) -> RunResult:
        """The same, the best first: :func:`faascast.compare`."""
        from . import _studies

        return _studies.compare(self, **options)

    def quick(self, **options: Any) -> QuickResult:
        """Closed forms, at once: :func:`faascast.quick`."""
        from . import _studies

        return _studies.quick(self, **options)

    def breakeven(self, **options: Any) -> BreakevenResult:
        """Where servers become cheaper: :func:`faascast.breakeven`."""
        from . import _studies

        return _studies.breakeven(self, **options)

    def breakeven_map(self, **options: Any) -> BreakevenMap:
        """The same over burstiness and execution time: :func:`faascast.breakeven_map`."""
        from . import _studies

        return _studies.breakeven_map(self, **options)

    def hybrid(self, **options: Any) -> HybridResult:
        """Servers for the base, functions for the rest: :func:`faascast.hybrid`."""
        from . import _studies

        return _studies.hybrid(self, **options)

    def optimise(self, **options: Any) -> OptimiseResult:
        """The best settings: :func:`faascast.optimise`."""
        from . import _studies

        return _studies.optimise(self, **options)

    def sensitivity(self, **options: Any) -> SensitivityResult:
        """Which assumption matters: :func:`faascast.sensitivity`."""
        from . import _studies

        return _studies.sensitivity(self, **options)

    def sweep(self, *arguments: Any, **options: Any) -> SweepResult:
        """Many points: :func:`faascast.sweep`."""
        from . import _sweep

        return _sweep.sweep(self, *arguments, **options)

    # ---- being a value

    def __reduce__(self) -> tuple[Callable[[tuple[Any, ...]], Scenario], tuple[tuple[Any, ...]]]:
        return _restored, (tuple(self._source),)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self._source == other._source

    def __hash__(self) -> int:
        return hash(self._source[:7])

    def __repr__(self) -> str:
        return f"<Scenario {self.name!r}: {', '.join(self.deployments)}>"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.to_toml())}</pre>"


def _restored(source: tuple[Any, ...]) -> Scenario:
    return Scenario(_Source(*source))


ScenarioLike = Union[Scenario, str, "os.PathLike[str]", Mapping[str, Any]]


def scenario_of(scenario: ScenarioLike) -> Scenario:
    """What studies take: a scenario, a file or a shipped name, or a dict."""
    if isinstance(scenario, Scenario):
        return scenario
    if isinstance(scenario, Mapping):
        return Scenario.from_dict(scenario)
    return Scenario.load(scenario)


def shipped_scenarios() -> list[str]:
    """Names of the scenarios that are part of the program."""
    return _core.shipped_scenarios()


def scenario_template() -> str:
    """A complete scenario with every key as a comment."""
    return _core.scenario_template()


class SchemaKey(NamedTuple):
    """A key of scenarios: name, type, default (empty: none) and meaning, range included."""

    key: str
    type: str
    default: str
    text: str


def schema() -> list[SchemaKey]:
    """Every key of a scenario: the one table that files, ``--set`` and ``edit()`` take theirs from."""
    return [SchemaKey(*row) for row in _core.schema()]


def survival_curve(idle_s: Iterable[float], alive: Iterable[float]) -> dict[str, Any]:
    """A deployment's ``keep_alive`` from a survival curve.

    Parameters
    ----------
    idle_s : iterable of float, shape (n,)
        Idle times, seconds, ascending.
    alive : iterable of float, shape (n,)
        Share of instances that are still there then, 0..1, not rising, ending at 0. Between the
        points it falls in straight lines, from 1 at second 0.

    Returns
    -------
    dict
        For ``{"deployment": [{"platform": ..., "keep_alive": survival_curve(...)}]}``.
    """
    points = [
        {"idle": f"{float(t):.9g} s", "alive": float(share)}
        for t, share in zip(idle_s, alive, strict=True)
    ]
    return {"rule": "survival", "curve": {"points": points}}
