#!/usr/bin/env python3
"""Trains a logistic regression that says whether a digit is odd.

  python3 examples/train/logreg_mnist.py --data ../shared/data/datasets --out workloads/models

Writes logreg-mnist-odd.onnx: image float[N,784], pixels 0..1 -> the probability that the digit is
odd. One layer has nothing to distil: a smaller network of the kind does not exist.

Measured with 10,000 training images of MNIST: 89.80 % of the 10,000 test images, 89.82 % with int8
weights. (The shipped model was trained before this script and has 89.09 %.)

Data: see common.py. Needs Debian's python3-torch.
"""
import os

import torch
from torch import nn
from torch.nn import functional

import common

EPOCHS = 60


def accuracy(model, images, labels):
    with torch.no_grad():
        return 100.0 * float(((model(images)[:, 0] > 0.5) == (labels > 0.5)).float().mean())


def main():
    args = common.arguments(__doc__, "folder of MNIST-like data, see common.py")
    sets = [(images.flatten(1), (labels % 2).float()) for images, labels in common.digits(args.data)]
    images, labels = sets[0]
    print(f"{len(labels):,} training images, {len(sets[1][1]):,} test images")
    linear = nn.Linear(784, 1)
    optimiser = torch.optim.AdamW(linear.parameters(), 3e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, EPOCHS)
    for _ in range(EPOCHS):
        for chosen in common.batches(len(labels), 100):
            loss = functional.binary_cross_entropy_with_logits(linear(images[chosen])[:, 0],
                                                               labels[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        schedule.step()
    model = nn.Sequential(linear, nn.Sigmoid())
    print(f"loss {float(loss.detach()):.4f}; {accuracy(model, *sets[0]):.2f} % of the training "
          f"images, {accuracy(model, *sets[1]):.2f} % of the test images, "
          f"{accuracy(common.int8(model), *sets[1]):.2f} % at int8")
    common.save(model, images[:1], os.path.join(args.out, "logreg-mnist-odd.onnx"), "image", "prob")


if __name__ == "__main__":
    main()
