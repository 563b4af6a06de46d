import math
import threading

import pytest
from conftest import table

import faascast as fc


def functions(**keys):
    return table(deployment=[{"name": "f", "platform": "aws-lambda", "memory": "512 MB", **keys}])


def busy(**keys):
    traffic = {"generator": {"kind": "gamma", "rate_per_s": 0.05, "cv": 3, "duration": "8 h"}}
    return fc.Scenario.from_dict({**functions(**keys), "traffic": traffic})


class Window:
    """The fixed window, in Python."""

    def keep_alive(self, instance, pool):
        return 300.0


class NewestFirst(Window):
    """SimFaaS' routing: the idle instance that was created last."""

    def route(self, request, pool):
        idle = [i for i in pool.instances(request.function) if i.is_idle]
        return max(idle, key=lambda i: (i.created_s, i.id), default=None)


FIGURES = ("requests", "completed", "cold_starts", "instances", "latency_s", "bill_usd")


def same(one, other):
    return all(one.to_dict()[name] == other.to_dict()[name] for name in FIGURES)


def test_a_window_in_python_is_the_window_of_the_platform():
    built_in = busy(keep_alive="300 s")
    own = busy().with_policy("f", Window)
    assert built_in.run()["f"].cold_starts > 20  # of some 1,500 requests
    assert same(own.run()["f"], built_in.run()["f"])


def test_routing_in_python_is_the_routing_of_the_platform():
    built_in = busy(keep_alive="300 s", reuse_order="newest-first")
    own = busy().with_policy("f", NewestFirst)
    assert same(own.run()["f"], built_in.run()["f"])


def test_what_a_policy_leaves_out_stays_the_platforms():
    built_in = busy(keep_alive="300 s")
    assert same(built_in.with_policy("f", object).run()["f"], built_in.run()["f"])
    # Lambda's own rule is a survival curve, to which no policy can fall back.
    with pytest.raises(fc.InputError, match="no fixed window"):
        busy().with_policy("f", object).run()


def test_a_function_alone_is_a_policy():
    window = fc.KeepAlive(lambda instance, pool: 300.0)
    assert same(busy().with_policy("f", window).run()["f"], busy(keep_alive="300 s").run()["f"])
    route = fc.Route(lambda request, pool: pool.usual_instance(request.function))
    built_in = busy(keep_alive="300 s")
    assert same(built_in.with_policy("f", route).run()["f"], built_in.run()["f"])


def test_for_ever_and_not_at_all():
    for_ever = busy().with_policy("f", fc.KeepAlive(lambda i, p: math.inf)).run()["f"]
    assert for_ever.instances["expired"] == 0
    at_once = busy().with_policy("f", fc.KeepAlive(lambda i, p: 0.0)).run()["f"]
    assert at_once.cold_starts == at_once.requests


def test_requests_may_be_turned_away():
    one = busy().with_policy("f", fc.Route(lambda r, p: fc.TURN_AWAY)).edit({"deployment[0].keep_alive": "60 s"})
    result = one.run()["f"]
    assert result.throttled == result.requests > 0


def test_instances_start_and_go_by_the_clock():
    class Warm:
        """Three instances at any time."""

        def keep_alive(self, instance, pool):
            return math.inf

        def wake(self, pool):
            live = pool.instances()
            for _ in range(3 - len(live)):
                pool.start(0)
            for instance in live[3:]:
                pool.remove(instance.id)
            return pool.now_s + 60.0

    generator = {"kind": "poisson", "rate_per_s": 0.002, "duration": "2 d"}
    rare = busy().with_traffic({"generator": generator})
    result = rare.with_policy("f", Warm).run()["f"]
    assert result.instances["mean"] == pytest.approx(3.0, abs=0.05)
    assert rare.run()["f"].cold_starts > 0.3 * result.requests
    assert result.cold_starts == 0


def test_each_run_gets_a_policy_of_its_own():
    made = []

    class Counting(Window):
        def __init__(self):
            made.append(self)

    scenario = busy().with_policy("f", Counting)
    assert scenario.run().fingerprint == scenario.run(replications=2).fingerprint
    assert len(made) == 3


def test_mistakes_in_a_policy_are_raised():
    def wrong(instance, pool):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        busy().with_policy("f", fc.KeepAlive(wrong)).run()
    with pytest.raises(ValueError, match="0 or more"):
        busy().with_policy("f", fc.KeepAlive(lambda i, p: -1.0)).run()
    with pytest.raises(TypeError, match="route"):
        busy().with_policy("f", fc.Route(lambda r, p: "new")).run()
    with pytest.raises(fc.InputError, match="no deployment"):
        busy().with_policy("g", Window)


def test_a_pool_cannot_be_kept():
    kept = []

    def keep(instance, pool):
        kept.append(pool)
        return 60.0

    busy().with_policy("f", fc.KeepAlive(keep)).run()
    with pytest.raises(RuntimeError, match="within the call"):
        kept[0].now_s


def test_policies_run_in_several_threads():
    scenario = busy().with_policy("f", NewestFirst)
    expected = scenario.run().fingerprint
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(scenario.run().fingerprint)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_sweeps_do_not_keep_what_a_policy_made(tmp_path):
    scenario = busy().with_policy("f", Window)
    first = scenario.sweep({"traffic.scale": [1, 2]}, store=tmp_path / "s.sqlite")
    other = busy().with_policy("f", fc.KeepAlive(lambda i, p: 0.0))
    second = other.sweep({"traffic.scale": [1, 2]}, store=tmp_path / "s.sqlite")
    assert first.to_columns()["cold_starts"].tolist() != second.to_columns()["cold_starts"].tolist()
