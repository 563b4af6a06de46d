"""Policies of your own for the functions of a deployment.

A policy is an object with any of three methods; what it leaves out stays as the platform has it.

``route(request, pool)``
    Where a request goes: an :class:`Instance` of its function with room, ``None`` for a new one,
    :data:`WAIT`, or :data:`TURN_AWAY`. Asked on arrival, and for the head of the queue after every
    event of the function. Without it: the most recently idle instance, else a new one.
``keep_alive(instance, pool)``
    How many seconds an instance that becomes idle now may stay so; ``math.inf``: for ever.
    Without it: the platform's window.
``wake(pool)``
    Called at second 0, and then at each second that it returns; ``None``: no more. It may start
    instances (``pool.start(function)``) and remove idle ones (``pool.remove(instance.id)``).

A scenario takes a class, or any callable that makes a policy, because every run needs a fresh
one: ``scenario.with_policy("aws-lambda", MyPolicy)``. Requests are replayed one by one in time
order: some hundred thousand a second at best, but exactly.
"""

from __future__ import annotations

from typing import Any, Callable

from . import _core

Instance = _core.Instance
Pool = _core.Pool
Request = _core.Request

WAIT = _core.Verdict.WAIT
TURN_AWAY = _core.Verdict.TURN_AWAY

PolicyFactory = Callable[[], Any]


class KeepAlive:
    """A policy of a function alone: seconds to stay idle, from the instance and the pool.

    >>> import faascast as fc
    >>> half = fc.KeepAlive(lambda instance, pool: 300.0 if instance.served > 1 else 60.0)
    >>> scenario = fc.Scenario.load("poisson-lambda").with_policy("aws-lambda", half)

    The function must not remember anything: it is shared by all runs.
    """

    def __init__(self, seconds: Callable[[Instance, Pool], float]) -> None:
        self.keep_alive = seconds

    def __call__(self) -> KeepAlive:
        return self


class Route:
    """A policy of a function alone: where a request goes, from the request and the pool."""

    def __init__(self, route: Callable[[Request, Pool], Any]) -> None:
        self.route = route

    def __call__(self) -> Route:
        return self
