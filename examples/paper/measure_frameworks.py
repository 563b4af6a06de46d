#!/usr/bin/env python3
"""What a Python framework adds to a model: the figures of studies/paper/data/frameworks.toml.

    /usr/bin/python3 examples/paper/measure_frameworks.py

Needs Debian's python3-torch, python3-sklearn. Each figure is the least CPU time of five fresh
processes, and the resident memory and the installed size beside it. The models have the shapes of
the shipped ones; their weights are random, since time does not depend on them.
"""
import json
import os
import subprocess
import sys

PROBE = r'''
import json, os, pickle, resource, sys, tempfile, time
kind = sys.argv[1]
out = {}
def cpu(): return time.process_time()
def rss(): return int(open("/proc/self/statm").read().split()[1]) * 4096
start = cpu()
import http.server, json as _json
if kind == "logistic_regression":
    import numpy
    import sklearn.linear_model
elif kind == "numpy":
    import numpy
else:
    import torch
    torch.set_num_threads(1)
out["import_s"] = cpu() - start
out["import_rss"] = rss()
path = tempfile.mktemp()
if kind == "logistic_regression":
    from sklearn.linear_model import LogisticRegression
    model = LogisticRegression(max_iter=5)
    rng = numpy.random.default_rng(1)
    import warnings; warnings.simplefilter("ignore")
    model.fit(rng.random((64, 784)), rng.integers(0, 2, 64))
    pickle.dump(model, open(path, "wb"))
    x = rng.random((1, 784))
    load = lambda: pickle.load(open(path, "rb"))
    call = lambda m: m.predict_proba(x)
elif kind != "numpy":
    torch.manual_seed(1)
    class Lstm(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = torch.nn.Embedding(8000, 32)
            self.lstm = torch.nn.LSTM(32, 64, batch_first=True)
            self.out = torch.nn.Linear(64, 1)
        def forward(self, x):
            return self.out(self.lstm(self.embed(x))[0][:, -1])
    nets = {
        "cnn": lambda: torch.nn.Sequential(
            torch.nn.Conv2d(1, 16, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
            torch.nn.Conv2d(16, 32, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
            torch.nn.Flatten(), torch.nn.Linear(1568, 128), torch.nn.ReLU(),
            torch.nn.Linear(128, 10), torch.nn.Softmax(1)),
        "rnn": Lstm,
        "rl": lambda: torch.nn.Sequential(
            torch.nn.Linear(4, 128), torch.nn.ReLU(), torch.nn.Linear(128, 128), torch.nn.ReLU(),
            torch.nn.Linear(128, 2)),
    }
    torch.save(nets[kind]().state_dict(), path)
    x = {"cnn": torch.rand(1, 1, 28, 28), "rnn": torch.zeros(1, 400, dtype=torch.long),
         "rl": torch.rand(1, 4)}[kind]
    def load():
        model = nets[kind]()
        model.load_state_dict(torch.load(path))
        return model.eval()
    def call(m):
        with torch.no_grad(): return m(x)
if kind != "numpy":
    start = cpu(); model = load(); out["load_s"] = cpu() - start
    start = cpu(); call(model); first = cpu() - start
    for _ in range(20): call(model)
    batches = []
    for _ in range(20):
        start = cpu()
        for _ in range(10): call(model)
        batches.append((cpu() - start) / 10)
    out["inference_s"] = min(batches)
    out["first_inference_s"] = max(0.0, first - out["inference_s"])
    os.unlink(path)
out["rss"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps(out))
'''

PACKAGES = {
    "numpy": ["python3-numpy", "libopenblas0-pthread", "libblas3", "liblapack3", "libgfortran5"],
    "logistic_regression": ["python3-numpy", "libopenblas0-pthread", "libblas3", "liblapack3",
                            "libgfortran5", "python3-scipy", "python3-sklearn",
                            "python3-sklearn-lib", "python3-joblib", "python3-threadpoolctl",
                            "python3-decorator"],
}
TORCH = ["python3-torch", "libtorch1.13", "python3-numpy", "libopenblas0-pthread", "libdnnl2",
         "libprotobuf32", "libonnx1", "libblas3", "liblapack3", "libgfortran5"]


def installed_mb(packages):
    """What the packages take on the disk, in MB of 10^6 bytes."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Installed-Size}\n", *packages],
                          capture_output=True, text=True)
    return sum(int(line) for line in done.stdout.split()) * 1024 / 1e6


def main():
    for kind in ("numpy", "logistic_regression", "cnn", "rnn", "rl"):
        runs = []
        for _ in range(5):
            done = subprocess.run([sys.executable, "-c", PROBE, kind], capture_output=True, text=True,
                                  env={**os.environ, "OMP_NUM_THREADS": "1",
                                       "OPENBLAS_NUM_THREADS": "1"})
            if done.returncode != 0:
                print(kind, done.stderr.strip().splitlines()[-1])
                break
            runs.append(json.loads(done.stdout))
        if not runs:
            continue
        least = {key: min(run[key] for run in runs) for key in runs[0]}
        print(kind, {k: round(v * 1e3, 3) for k, v in least.items() if k.endswith("_s")}, "ms;",
              {k: round(v / 2**20) for k, v in least.items() if "rss" in k}, "MiB;",
              f"{installed_mb(PACKAGES.get(kind, TORCH)):.0f} MB installed")


if __name__ == "__main__":
    main()
