"""decoder.onnx: normalised latents to pictures, float32."""

import numpy as np
from torch import nn

from .autoencoder import CHANNELS, GRID, SIZE, TOKENS, Residual
from .graph import Graph, array


def convolution(graph, x, module, path):
    inputs = [x, graph.constant(f"{path}.weight", array(module.weight))]
    inputs.append(graph.constant(f"{path}.bias", array(module.bias)))
    pad = module.padding[0]
    size = list(module.kernel_size)
    scope = "/" + path.replace(".", "/")
    return graph.add(
        "Conv",
        inputs,
        f"{scope}/Conv",
        kernel_shape=size,
        pads=[pad] * 4,
        strides=[1, 1],
    )


def layer(graph, x, module, path):
    """One layer of the decoder's sequence."""
    if isinstance(module, Residual):
        y = convolution(graph, x, module.first, f"{path}.first")
        y = convolution(
            graph,
            graph.add("Relu", [y], f"/{path}/Relu"),
            module.second,
            f"{path}.second",
        )
        return graph.add("Add", [x, y], f"/{path}/Add")
    if isinstance(module, nn.PixelShuffle):
        return graph.add(
            "DepthToSpace",
            [x],
            f"/{path}/DepthToSpace",
            blocksize=module.upscale_factor,
            mode="CRD",
        )
    return convolution(graph, x, module, path)


def export(autoencoder, folder):
    """Writes decoder.onnx and decoder.data, with the latents' mean and deviation folded in."""
    graph = Graph("nano-decoder")
    x = graph.add(
        "Mul",
        ["latent", graph.constant("deviation", array(autoencoder.deviation))],
        "/deviation/Mul",
    )
    x = graph.add(
        "Add", [x, graph.constant("mean", array(autoencoder.mean))], "/mean/Add"
    )
    x = graph.add("Transpose", [x], "/Transpose", perm=[0, 2, 1])
    x = graph.add("Reshape", [x, graph.shape(0, CHANNELS, GRID, GRID)], "/Reshape")
    for i, module in enumerate(autoencoder.decoder):
        x = layer(graph, x, module, f"decoder.{i}")
    limits = [
        graph.constant(n, np.float32(v)) for n, v in (("black", -1), ("white", 1))
    ]
    graph.add("Clip", [x, *limits], "/Clip", "image")
    graph.save(
        folder,
        "decoder",
        {"latent": ["batch", TOKENS, CHANNELS]},
        {"image": ["batch", 3, SIZE, SIZE]},
    )
