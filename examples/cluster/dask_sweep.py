#!/usr/bin/python3
"""A sweep on a Dask cluster.

    dask_sweep.py SCENARIO --scheduler tcp://head:8786 --vary traffic.scale=0.1:10:log:100 -o points.csv
    dask_sweep.py SCENARIO --local 4 --vary ... -o points.csv       four processes on this machine

Every worker needs the same build of faascast (on PYTHONPATH or installed) and the scenario's files
at the same paths. A worker that dies loses no point: its tasks go to others. Finished points are in
the store of this machine, so the same line goes on where it was ended.
"""

import argparse
import sys

from distributed import Client, LocalCluster

import faascast as fc


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenario", help="a scenario file, or a shipped scenario's name")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--scheduler", help="address of a running scheduler")
    where.add_argument("--local", type=int, metavar="N", help="start N processes here instead")
    parser.add_argument("--vary", action="append", default=[], metavar="KEY=VALUES")
    parser.add_argument("--latin", type=int, default=0, metavar="N")
    parser.add_argument("--store", metavar="FILE")
    parser.add_argument("-o", "--output", required=True, metavar="FILE")
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    if asked.local:
        cluster = LocalCluster(n_workers=asked.local, threads_per_worker=1, dashboard_address=None)
        client = Client(cluster)
    else:
        client = Client(asked.scheduler)
    with client:
        result = fc.sweep(
            asked.scenario,
            asked.vary,
            latin=asked.latin,
            # pure=False: equal tasks are still two tasks; retries: of those whose worker died.
            executor=client.get_executor(pure=False, retries=3),
            store=asked.store,
            progress=sys.stderr.isatty(),
        )
    result.save(asked.output)


if __name__ == "__main__":
    main()
