#!/usr/bin/env python3
#===- models.py - the real models that benchmarks run, and their data ---===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
"""One table of the real models in ../shared/models (or $QCC_MODELS): how their inputs are made from the data there, which
samples calibrate and which test, and what the labels are. Every quantizer that is compared gets the same arrays."""

import argparse
import csv
import dataclasses
import functools
import gzip
import os
import sys
from collections.abc import Callable

import numpy as np

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(SOURCE, "scripts"))
import magika as magika_files
MODELS = os.environ.get("QCC_MODELS") or os.path.join(SOURCE, "..", "shared", "models")


@dataclasses.dataclass
class Split:
    """Samples [N, ...] as the model takes them, and their labels where there are any."""
    inputs: np.ndarray
    labels: np.ndarray | None = None


@dataclasses.dataclass(frozen=True)
class Model:
    name: str
    load: Callable[[str], Split]  # "calib" or "test"
    shape: tuple[int, ...]        # of one sample, without the batch
    classifier: bool = True
    first_class: int = 0          # output index of label 0

    @property
    def path(self):
        return os.path.join(MODELS, "onnx", self.name + ".onnx")

    def calib(self):
        return self.load("calib")

    def test(self):
        return self.load("test")


def data(*parts):
    return os.path.join(MODELS, "data", *parts)


def cifar(split, scale, mean, std):
    images = np.load(data("cifar10", split + "_images.npy")).transpose(0, 3, 1, 2).astype(np.float32)
    mean, std = (np.array(v, np.float32).reshape(1, -1, 1, 1) for v in (mean, std))
    labels = np.load(data("cifar10", split + "_labels.npy")).astype(np.int64)
    return Split(np.ascontiguousarray((images * np.float32(scale) - mean) / std), labels)


def imagenet_rows(split):
    with open(data("imagenet", split, "labels.csv"), encoding="utf-8") as file:
        return [(row["file"], int(row["class_index"])) for row in csv.DictReader(file)]


def imagenet(split, size, crop, order, scale, mean, limit=None):
    """RGB or BGR pictures [N, 3, size, size]: the middle `crop` of each side, resized; then x * scale - mean."""
    from PIL import Image
    rows = imagenet_rows(split)[:limit]
    out = np.empty((len(rows), 3, size, size), np.float32)
    for i, (name, _) in enumerate(rows):
        picture = Image.open(data("imagenet", split, name)).convert("RGB")
        edge = min(picture.size) * crop
        left, top = (picture.width - edge) / 2, (picture.height - edge) / 2
        picture = picture.resize((size, size), Image.BILINEAR, box=(left, top, left + edge, top + edge))
        pixels = np.asarray(picture, np.float32)
        out[i] = (pixels[..., ::-1] if order == "BGR" else pixels).transpose(2, 0, 1)
    out = out * np.float32(scale) - np.array(mean, np.float32).reshape(1, -1, 1, 1)
    return Split(np.ascontiguousarray(out), np.array([label for _, label in rows]))


def luminance(split, limit):
    from PIL import Image
    out = []
    for name, _ in imagenet_rows(split)[:limit]:
        picture = Image.open(data("imagenet", split, name)).convert("YCbCr").resize((224, 224), Image.BICUBIC)
        out.append(np.asarray(picture.getchannel(0), np.float32)[None] / np.float32(255))
    return Split(np.stack(out))


def labelled_bytes(folder, split):
    """The files of MLPerf Tiny's sets: every fifth calibrates, the others test."""
    with open(data(folder, "y_labels.csv"), encoding="utf-8") as file:
        rows = [(row[0], int(row[2])) for row in csv.reader(file) if os.path.exists(data(folder, row[0]))]
    rows = [row for i, row in enumerate(rows) if (i % 5 == 0) == (split == "calib")]
    return [open(data(folder, name), "rb").read() for name, _ in rows], np.array([label for _, label in rows])


def kws(split):
    files, labels = labelled_bytes("kws", split)
    values = np.stack([np.frombuffer(f, np.int8) for f in files]).astype(np.float32)
    return Split(((values - np.float32(83)) * np.float32(0.5847029)).reshape(-1, 1, 49, 10), labels)


def vww(split):
    files, labels = labelled_bytes("vww", split)
    pixels = np.stack([np.frombuffer(f, np.uint8) for f in files]).reshape(-1, 96, 96, 3)
    return Split(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)), labels)


def ad(split):
    """Windows of 640; each file has 40 of them, and one label for all."""
    files, labels = labelled_bytes("ad", split)
    windows = np.stack([np.frombuffer(f, np.float32) for f in files]).reshape(-1, 640)
    return Split(windows, np.repeat(labels, len(windows) // len(files)))


def mnist(split):
    with gzip.open(data("mnist", "t10k-images-idx3-ubyte.gz")) as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 1, 28, 28)
    with gzip.open(data("mnist", "t10k-labels-idx1-ubyte.gz")) as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    part = slice(0, 200) if split == "calib" else slice(200, 1200)
    return Split(images[part].astype(np.float32), labels[part].astype(np.int64))


def magika(split):
    """Files of this machine, of as many kinds as there are; no label is known."""
    paths = magika_files.find(640, ["/etc", "/usr/bin", "/usr/include", "/usr/lib", "/usr/share"])
    part = paths[0::3] if split == "calib" else paths[1::3] + paths[2::3]
    return Split(np.array([magika_files.features(path) for path in part], np.int32))


normalized = functools.partial(cifar, scale=1 / 255, mean=(.485, .456, .406), std=(.229, .224, .225))
raw = functools.partial(cifar, scale=1, mean=(0, 0, 0), std=(1, 1, 1))


def pictures(size, crop, order, scale, mean, limit=None):
    return functools.partial(imagenet, size=size, crop=crop, order=order, scale=scale, mean=mean, limit=limit)


# squeezenet's pictures are 256 x 256 already: its crop is the middle 224 of them, unscaled.
ALL = {model.name: model for model in (
    Model("resnet20-cifar10", normalized, (3, 32, 32)),
    Model("resnet56-cifar10", normalized, (3, 32, 32)),
    Model("resnet8-cifar10", raw, (3, 32, 32)),
    Model("kws", kws, (1, 49, 10)),
    Model("vww", vww, (3, 96, 96)),
    Model("ad", ad, (640,), classifier=False),
    Model("magika", magika, (2048,)),
    Model("mnist-winml", mnist, (1, 28, 28)),
    Model("opt-mnist", mnist, (1, 28, 28)),
    Model("mobilenet_v2", pictures(224, .875, "RGB", 1 / 128, (1, 1, 1)), (3, 224, 224), first_class=1),
    Model("mobilenet_v1_0.25_128", pictures(128, .875, "RGB", 1 / 128, (1, 1, 1)), (3, 128, 128), first_class=1),
    Model("squeezenet", pictures(224, .875, "BGR", 1, (104, 117, 123)), (3, 224, 224)),
    Model("yolox_nano", pictures(416, 1, "BGR", 1, (0, 0, 0), 64), (3, 416, 416), classifier=False),
    Model("yunet_n_320", pictures(320, 1, "BGR", 1, (0, 0, 0), 64), (3, 320, 320), classifier=False),
    Model("super_resolution", lambda split: luminance(split, 32), (1, 224, 224), classifier=False),
)}


def named(text):
    """The names that an option lists, separated by commas; "all" stands for all."""
    names = list(ALL) if text == "all" else text.split(",")
    unknown = [name for name in names if name not in ALL]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown models: {', '.join(unknown)}; models: {', '.join(ALL)}")
    return names


def argument_parser(text, default):
    """Of a benchmark that `text` describes, with the options that all have: models, those of `default` if none are named,
    and where the programs are."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=named, default=default)
    parser.add_argument("--binaries", default=os.path.join(SOURCE, "build", "bin"))
    return parser
