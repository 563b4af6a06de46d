"""What goes wrong, as Python says it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Problem(NamedTuple):
    """One thing wrong in something that was given.

    Attributes
    ----------
    where : str
        Its place, such as ``"api.toml:14:10: traffic.scale"``.
    what : str
        What is wrong there.
    mend : str
        What to do about it; may be empty.
    """

    where: str
    what: str
    mend: str

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}\n    {self.mend}" if self.mend else text


class InputError(ValueError):
    """A scenario, a file or an argument is wrong; all problems at once.

    Attributes
    ----------
    problems : list of Problem
        Each with its place and how to mend it.
    """

    def __init__(self, problems: Iterable[tuple[str, str, str]] | str) -> None:
        if isinstance(problems, str):
            problems = [("", problems, "")]
        self.problems = [Problem(*problem) for problem in problems]
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[list[Problem]]]:
        return type(self), (self.problems,)


class Interrupted(RuntimeError):
    """A study was stopped by its progress callback before it had an answer."""
