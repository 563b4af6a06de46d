"""What ``progress=`` takes, as a callback of (done, all)."""

from __future__ import annotations

import sys
import time
from typing import Any, Callable, Optional, Union

Callback = Callable[[int, int], Any]
Progress = Union[None, bool, Callback, Any]


class _Line:
    """One line on standard error, rewritten."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        share = f"{100 * done / total:5.1f} %" if total else f"{done:,}"
        print(f"\r{share}  {time.monotonic() - self._start:.0f} s", end="", file=sys.stderr)
        if total and done >= total:
            print("\r\x1b[K", end="", file=sys.stderr)


class _Bar:
    """A bar of tqdm, which counts by differences."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar

    def __call__(self, done: int, total: int) -> None:
        if total and self._bar.total != total:
            self._bar.total = total
        if done < self._bar.n:  # a study began its next run
            self._bar.reset(total=total or None)
        self._bar.update(done - self._bar.n)


def callback_of(progress: Progress) -> Optional[Callback]:
    """None: nothing; True: a bar (tqdm where it is installed); a bar of tqdm; or a callable.

    The callable is given (done, all) some 50 times a second, all = 0 where it is not known. It may
    return False to stop, or raise.
    """
    if progress is None or progress is False:
        return None
    if progress is True:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            return _Line()
        return _Bar(tqdm())
    if hasattr(progress, "update") and hasattr(progress, "n"):
        return _Bar(progress)
    if callable(progress):
        return progress
    raise TypeError("progress must be None, True, a tqdm bar or a callable of (done, all)")
