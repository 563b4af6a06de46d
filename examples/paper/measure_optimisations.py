#!/usr/bin/env python3
"""Measures what `faascast paper` says of optimised models, and writes studies/paper/data/optimised_models.csv.

    examples/paper/measure_optimisations.py build/release/bin/faascast ../shared/data/datasets > FILE

The folder has MNIST's t10k images and labels; policies play CartPole; texts have no test set there.
"""
import csv
import json
import re
import subprocess
import sys

PASSES = ["prune=0.3", "prune=0.5", "int8-weights", "int8", "conversion"]
FAMILIES = [("logreg-mnist-odd", None), ("cnn-mnist", "cnn-mnist-student"),
            ("lstm-sentiment", "lstm-sentiment-student"), ("dqn-cartpole", "dqn-cartpole-student")]
BEST_RETURN = 500.0  # CartPole-v1


def table(faascast, model, passes, data):
    images = model.startswith(("cnn", "logreg"))
    command = [faascast, "model", "optimise", model, "--json"]
    for each in passes:
        command += ["--passes", each]
    if images:
        command += ["--data", data]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        print(model, done.stderr.strip(), file=sys.stderr)
        return None
    return json.loads(done.stdout)


def rows_of(model, result, only_first=None):
    what = result["accuracy_is"] or ""
    scale = BEST_RETURN if what.startswith("mean steps") else 1.0
    count = re.search(r"(\d+) (?:episodes|examples)$", what)
    for row in result["rows"][:1] if only_first else result["rows"]:
        accuracy = row.get("accuracy")
        yield [model, only_first or row["passes"], row.get("bytes", 0), row.get("compressed_bytes", 0),
               row.get("load_s", 0), row.get("latency_p50_s", 0),
               "" if accuracy is None else accuracy / scale, count.group(1) if count else "",
               what.split(", ")[1] if count else "", row.get("refused", "")]


def main():
    faascast, data = sys.argv[1:3]
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["model", "passes", "bytes", "compressed_bytes", "load_s", "latency_s", "accuracy",
                  "examples", "test_set", "refused"])
    for model, student in FAMILIES:
        result = table(faascast, model, PASSES, data)
        if result:
            out.writerows(rows_of(model, result))
        small = table(faascast, student, ["conversion"], data) if student else None
        if small:
            out.writerows(rows_of(model, small, "student"))


if __name__ == "__main__":
    main()
