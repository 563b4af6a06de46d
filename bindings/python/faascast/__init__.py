"""Where should a machine-learning model run: serverless functions, servers, or both?

>>> import faascast as fc
>>> result = fc.run("quickstart")
>>> result["aws-lambda"].latency.quantile(0.99)  # seconds
>>> result.to_frame()
>>> result.plot()

Names, defaults and answers are those of the command line ``faascast``.
"""

from __future__ import annotations

import sys as _sys

from . import _build

try:
    from . import _core
except ImportError as _error:
    _own = "{}.{}".format(*_sys.version_info[:2])
    if _own == _build.PYTHON_VERSION:
        raise
    raise ImportError(
        f"faascast was built for Python {_build.PYTHON_VERSION} ({_build.PYTHON_EXECUTABLE}), and "
        f"this is Python {_own} ({_sys.executable}): run it with {_build.PYTHON_EXECUTABLE}, or "
        f"build it again with -DPython_EXECUTABLE={_sys.executable}"
    ) from _error

try:
    import numpy as _numpy  # noqa: F401
except ImportError as _error:
    raise ImportError(
        f"faascast needs numpy, which {_sys.executable} does not have: install it there, or run "
        f"{_build.PYTHON_EXECUTABLE}, which faascast was built for"
    ) from _error

from . import _policy as policies
from ._catalogue import Platform, Tariff, quote
from ._errors import InputError, Interrupted, Problem
from ._policy import TURN_AWAY, WAIT, Instance, KeepAlive, Pool, Request, Route
from ._profile import Profile, shipped_models, shipped_profiles
from ._results import (
    BreakevenMap,
    BreakevenResult,
    Deployment,
    Deployments,
    Durations,
    Functions,
    HybridResult,
    OptimiseResult,
    QuickResult,
    Quote,
    Result,
    RunResult,
    SensitivityResult,
    SweepResult,
    Timeline,
    ValidationResult,
)
from ._scenario import (
    Scenario,
    SchemaKey,
    scenario_template,
    schema,
    shipped_scenarios,
    survival_curve,
)
from ._store import Store, StoredRun, runs
from ._studies import (
    breakeven,
    breakeven_map,
    compare,
    hybrid,
    optimise,
    quick,
    run,
    sensitivity,
    validate,
)
from ._sweep import merge, sweep
from ._trace import Trace, generator_kinds, trace_formats

__version__: str = _core.version

__all__ = [
    "TURN_AWAY",
    "WAIT",
    "BreakevenMap",
    "BreakevenResult",
    "Deployment",
    "Deployments",
    "Durations",
    "Functions",
    "HybridResult",
    "InputError",
    "Instance",
    "Interrupted",
    "KeepAlive",
    "OptimiseResult",
    "Platform",
    "Pool",
    "Problem",
    "Profile",
    "QuickResult",
    "Quote",
    "Request",
    "Result",
    "Route",
    "RunResult",
    "Scenario",
    "SchemaKey",
    "SensitivityResult",
    "Store",
    "StoredRun",
    "SweepResult",
    "Tariff",
    "Timeline",
    "Trace",
    "ValidationResult",
    "breakeven",
    "breakeven_map",
    "compare",
    "generator_kinds",
    "hybrid",
    "merge",
    "optimise",
    "policies",
    "quick",
    "quote",
    "run",
    "runs",
    "scenario_template",
    "schema",
    "sensitivity",
    "shipped_models",
    "shipped_profiles",
    "shipped_scenarios",
    "survival_curve",
    "sweep",
    "trace_formats",
    "validate",
]
