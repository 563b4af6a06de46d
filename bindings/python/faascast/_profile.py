"""Execution profiles: what running a model costs."""

from __future__ import annotations

import datetime
import json
import os
from typing import TYPE_CHECKING, Any, Callable, Optional

import numpy as np
import numpy.typing as npt

from . import _core
from ._errors import InputError

if TYPE_CHECKING:
    import matplotlib.axes

    from ._trace import FloatArray, IntArray, PathLike


class Profile:
    """CPU time of a model on one thread: load, first inference, steady samples, memory.

    Give it to a scenario as ``{"model": {"profile": profile}}``. A profile never changes.
    """

    def __init__(self, profile: _core.Profile) -> None:
        self._profile = profile

    @classmethod
    def load(cls, name: PathLike) -> Profile:
        """A shipped profile by its model's name, or a profile file.

        Raises
        ------
        InputError
            Where it is neither.
        """
        return cls(_core.find_profile(os.fspath(name)))

    @classmethod
    def measure(
        cls,
        model: PathLike,
        *,
        samples: int = 2000,
        max_seconds: float = 5.0,
        batch: int = 1,
        store: Optional[PathLike] = None,
    ) -> Profile:
        """Runs a model on this machine, or takes what the store has of it from before.

        Parameters
        ----------
        model : path
            An ONNX file, or a shipped model's name.
        samples : int
            Steady inferences to reach; 662 support a p99.
        max_seconds : float
            Wall time for them.
        batch : int
            Inputs of one inference.
        store : path, optional
            Where profiles are kept.
        """
        name = "" if store is None else os.fspath(store)
        return cls(_core.measure_profile(os.fspath(model), samples, max_seconds, batch, name))

    @classmethod
    def from_samples(
        cls,
        samples_s: npt.ArrayLike,
        *,
        model: str = "samples",
        load_s: float = 0.0,
        first_inference_s: float = 0.0,
        peak_memory_mb: float = 0.0,
    ) -> Profile:
        """A profile of CPU times that were measured elsewhere.

        Parameters
        ----------
        samples_s : array_like, shape (n,)
            CPU time of warm executions, seconds, above 0; rounded to nanoseconds.
        model : str
            What to call it.
        load_s, first_inference_s : float
            CPU time of loading the model and of the first inference after that, seconds.
        peak_memory_mb : float
            MiB; 0: not known.
        """
        samples = np.asarray(samples_s, dtype=np.float64)
        if samples.ndim != 1 or samples.size == 0:
            raise InputError([("samples_s", "no samples", "give a one-dimensional array")])
        if not np.all(np.isfinite(samples)) or samples.min() <= 0.0:
            raise InputError([("samples_s", "a sample is not above 0", "drop it")])
        # Written like the shipped ones, so that the C++ reader checks the rest.
        template = json.loads(_core.find_profile(_core.shipped_profiles()[0]).text)
        template.update(_document(samples, model, load_s, first_inference_s, peak_memory_mb))
        return cls(_core.profile_from_text(json.dumps(template), model))

    @property
    def model(self) -> str:
        """The model's name."""
        return self._profile.model

    @property
    def sha256(self) -> str:
        """Of its content; results carry it."""
        return self._profile.sha256

    @property
    def samples_ns(self) -> IntArray:
        """Steady samples in the order measured, nanoseconds: a read-only view, shape (n,)."""
        return self._profile.samples_ns

    @property
    def samples_s(self) -> FloatArray:
        """Steady samples in seconds, shape (n,)."""
        return self.samples_ns / 1e9

    def to_dict(self) -> dict[str, Any]:
        """Every field, as in a profile file."""
        fields: dict[str, Any] = json.loads(self._profile.text)
        return fields

    def save(self, file: PathLike) -> None:
        """Writes a profile file."""
        self._profile.save(os.fspath(file))

    def plot(self, ax: Optional[matplotlib.axes.Axes] = None) -> matplotlib.axes.Axes:
        """The distribution function of the samples; draws into ``ax``."""
        from . import _plot

        return _plot.samples(self.samples_s, self.model, ax)

    def __reduce__(self) -> tuple[Callable[[str, str], Profile], tuple[str, str]]:
        return _restored, (self._profile.text, self.model)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Profile) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __repr__(self) -> str:
        median = float(np.median(self.samples_s)) if self.samples_ns.size else float("nan")
        return f"<Profile {self.model}: {self.samples_ns.size} samples, median {median:.3g} s>"


def _restored(text: str, name: str) -> Profile:
    return Profile(_core.profile_from_text(text, name))


def _document(
    samples: FloatArray, model: str, load_s: float, first_s: float, memory_mb: float
) -> dict[str, Any]:
    return {
        "model": model,
        "model_sha256": "",
        "input_shapes": [],
        "load_ns": round(load_s * 1e9),
        "first_inference_ns": round(first_s * 1e9),
        "samples_ns": np.rint(samples * 1e9).astype(np.int64).tolist(),
        "runs_per_sample": 1,
        "dropped_samples": 0,
        "preempted_samples": 0,
        "peak_memory_bytes": round(memory_mb * 2**20),
        "flops": 0.0,
        "weight_bytes": 0,
        "activation_peak_bytes": 0,
        "host": {"cpu": "given in memory", "isa": "", "cores": 1},
        "created": datetime.date.today().isoformat(),
    }


def shipped_models() -> list[str]:
    """Models that are part of the program."""
    return _core.shipped_models()


def shipped_profiles() -> list[str]:
    """Those of them that have a pinned profile."""
    return _core.shipped_profiles()
