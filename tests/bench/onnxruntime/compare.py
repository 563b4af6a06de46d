#!/usr/bin/env python3
"""Times models on faascast's kernels and on ONNX Runtime, in turn, one thread each.

ONNX Runtime comes from the npm package onnxruntime-node, which is installed into a temporary folder
(or taken from --runtime); nothing of it is kept. What JavaScript adds to a run is measured with a
model of one Identity and taken off. Both are medians of processor time, so that a busy machine harms
neither more than the other. A ratio below 1 means that faascast is faster.

    compare.py build/release/bin/faascast model.onnx ids.onnx:ids=400x1 --rounds 5
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

import onnx
from onnx import TensorProto, helper

PACKAGE = "onnxruntime-node@1.30.0"
HERE = os.path.dirname(os.path.abspath(__file__))


def identity_model(folder):
    value = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 4]) for n in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "one", value[:1], value[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
    file = os.path.join(folder, "identity.onnx")
    onnx.save(model, file)
    return file


def inputs_of(file, given):
    """Name, sizes and type of each input; an open axis is 1 unless given."""
    graph = onnx.load(file).graph
    weights = {w.name for w in graph.initializer}
    result = []
    for value in graph.input:
        if value.name in weights:
            continue
        tensor = value.type.tensor_type
        kind = "int64" if tensor.elem_type == TensorProto.INT64 else "float32"
        sizes = given.get(value.name) or "x".join(str(d.dim_value or 1) for d in tensor.shape.dim)
        result.append((value.name, sizes, kind))
    return result


class Pair:
    def __init__(self, arguments, runtime):
        self.arguments = arguments
        self.environment = dict(os.environ, NODE_PATH=os.path.join(runtime, "node_modules"))
        if arguments.isa:
            self.environment["FAASCAST_ISA"] = arguments.isa

    def runtime_us(self, file, inputs):
        command = ["node", os.path.join(HERE, "run.js"), file, str(int(1000 * self.arguments.seconds))]
        command += [f"{name}={sizes}:{kind}" for name, sizes, kind in inputs]
        out = subprocess.run(command, env=self.environment, check=True, capture_output=True, text=True)
        found = json.loads(out.stdout)
        return found["p50_us"]

    def faascast_us(self, file):
        with tempfile.TemporaryDirectory() as folder:
            command = [self.arguments.faascast, "profile", file, "--json", "--seconds",
                       str(self.arguments.seconds), "--store", os.path.join(folder, "store.sqlite")]
            out = subprocess.run(command, env=self.environment, check=True, capture_output=True, text=True)
        return 1e6 * json.loads(out.stdout)["execution_s"]["p50"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("faascast")
    parser.add_argument("models", nargs="+", metavar="FILE[:INPUT=SIZES]")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of measuring, each time")
    parser.add_argument("--isa", help="kernels of a lower instruction set")
    parser.add_argument("--runtime", help="folder where npm has installed " + PACKAGE)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runtime = arguments.runtime
        if not runtime:
            runtime = folder
            subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix",
                            folder, PACKAGE], check=True, stdout=sys.stderr)
        pair = Pair(arguments, runtime)
        identity = identity_model(folder)
        print(f"{'model':<28} {'faascast us':>12} {'runtime us':>12} {'ratio':>8}   each round's")
        for model in arguments.models:
            file, _, shape = model.partition(":")
            given = dict(part.rsplit("=", 1) for part in shape.split(",") if part)
            inputs = inputs_of(file, given)
            rounds = []
            for _ in range(arguments.rounds):
                overhead = pair.runtime_us(identity, [("x", "1x4", "float32")])
                theirs = pair.runtime_us(file, inputs) - overhead
                rounds.append((pair.faascast_us(file), theirs))
            ratios = [mine / max(theirs, 1e-3) for mine, theirs in rounds]
            print(f"{os.path.basename(file):<28} {statistics.median(r[0] for r in rounds):>12.2f} "
                  f"{statistics.median(r[1] for r in rounds):>12.2f} {statistics.median(ratios):>8.2f}   "
                  + " ".join(f"{r:.2f}" for r in ratios), flush=True)


if __name__ == "__main__":
    main()
