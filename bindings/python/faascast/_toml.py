"""Writing TOML: Python's own tomllib only reads it."""

from __future__ import annotations

import datetime
import json
import math
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def key_text(key: str) -> str:
    """A key, quoted where it has to be."""
    return key if _BARE.fullmatch(key) else _string(key)


def _string(text: str) -> str:
    # JSON's escapes are TOML's, but for DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def value_text(value: Any) -> str:
    """A value on one line: tables and arrays are written inline.

    Durations may be given as datetime.timedelta; numpy's numbers and arrays are taken as Python's.
    """
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if math.isnan(value):
            return "nan"
        if math.isinf(value):
            return "inf" if value > 0 else "-inf"
        return repr(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, os.PathLike):
        return _string(os.fspath(value))
    if isinstance(value, datetime.timedelta):
        return _string(f"{round(value / datetime.timedelta(microseconds=1))} us")
    if isinstance(value, (datetime.date, datetime.datetime)):
        return _string(value.isoformat())
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key_text(k)} = {value_text(v)}" for k, v in value.items()) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(value_text(v) for v in value) + "]"
    raise TypeError(f"a scenario cannot hold {value!r}, a {type(value).__name__}")


def document_text(table: Mapping[str, Any]) -> str:
    """A document: tables of the root as [table], arrays of tables as [[table]]."""
    lines: list[str] = []
    tables: list[str] = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            tables += ["", f"[{key_text(key)}]"]
            tables += [f"{key_text(k)} = {value_text(v)}" for k, v in value.items()]
        elif _is_tables(value):
            for row in value:
                tables += ["", f"[[{key_text(key)}]]"]
                tables += [f"{key_text(k)} = {value_text(v)}" for k, v in row.items()]
        else:
            lines.append(f"{key_text(key)} = {value_text(value)}")
    return "\n".join(lines + tables) + "\n"


def _is_tables(value: Any) -> bool:
    if isinstance(value, str) or not isinstance(value, Sequence) or not value:
        return False
    return all(isinstance(row, Mapping) for row in value)
