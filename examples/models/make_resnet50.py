#!/usr/bin/env python3
"""Writes resnet50.onnx: ResNet-50 (He et al. 2016, v1.5 as trained today) with random weights.

Timing needs no trained weights: every inference does the same work whatever they are. The file is
the same, byte for byte, on every run. 102 MB, 25.6 million parameters, input 1 x 3 x 224 x 224.

  python3 examples/models/make_resnet50.py resnet50.onnx
  faascast profile resnet50.onnx

Needs Debian's python3-onnx and python3-numpy.
"""
import argparse

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

STAGES = ((3, 64), (4, 128), (6, 256), (3, 512))  # blocks, width; a block puts out 4 x width
CLASSES = 1000
SEED = 50


class Graph:
    """Nodes and weights as they are added; batch normalisation is folded into the convolutions, as
    converters do, so each convolution has a bias."""

    def __init__(self):
        self.nodes, self.weights = [], []
        self.random = np.random.RandomState(SEED)  # MT19937: the same numbers in every version

    def weight(self, name, shape, fan_in):
        scale = np.sqrt(2.0 / fan_in)  # He initialisation keeps activations in range
        values = (self.random.uniform(-1.0, 1.0, shape) * scale).astype(np.float32)
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def node(self, kind, inputs, name, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def conv(self, x, name, channels_in, channels, kernel, stride=1):
        fan_in = channels_in * kernel * kernel
        w = self.weight(name + ".weight", (channels, channels_in, kernel, kernel), fan_in)
        b = self.weight(name + ".bias", (channels,), fan_in)
        return self.node("Conv", [x, w, b], name, kernel_shape=[kernel, kernel],
                         strides=[stride, stride], pads=[kernel // 2] * 4)

    def relu(self, x):
        return self.node("Relu", [x], x + ".relu")

    def bottleneck(self, x, name, channels_in, width, stride):
        y = self.relu(self.conv(x, name + ".conv1", channels_in, width, 1))
        y = self.relu(self.conv(y, name + ".conv2", width, width, 3, stride))
        y = self.conv(y, name + ".conv3", width, 4 * width, 1)
        if stride != 1 or channels_in != 4 * width:
            x = self.conv(x, name + ".shortcut", channels_in, 4 * width, 1, stride)
        return self.relu(self.node("Add", [y, x], name + ".add"))


def resnet50():
    graph = Graph()
    x = graph.relu(graph.conv("image", "stem", 3, 64, 7, 2))
    x = graph.node("MaxPool", [x], "stem.pool", kernel_shape=[3, 3], strides=[2, 2],
                   pads=[1, 1, 1, 1])
    channels = 64
    for stage, (blocks, width) in enumerate(STAGES):
        for block in range(blocks):
            stride = 2 if block == 0 and stage > 0 else 1
            x = graph.bottleneck(x, f"stage{stage + 1}.{block}", channels, width, stride)
            channels = 4 * width
    x = graph.node("GlobalAveragePool", [x], "pool")
    x = graph.node("Flatten", [x], "features", axis=1)
    w = graph.weight("classifier.weight", (CLASSES, channels), channels)
    b = graph.weight("classifier.bias", (CLASSES,), channels)
    graph.node("Gemm", [x, w, b], "logits", transB=1)
    model = helper.make_model(
        helper.make_graph(
            graph.nodes, "resnet50",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 224, 224])],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, CLASSES])],
            graph.weights),
        producer_name="faascast examples", opset_imports=[helper.make_opsetid("", 13)],
        ir_version=8)
    checker.check_model(model)
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", default="resnet50.onnx")
    save(resnet50(), parser.parse_args().file)


if __name__ == "__main__":
    main()
