"""A small ONNX graph writer: names follow module paths, as the exporters of PyTorch do."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET, IR = 21, 10


def array(tensor):
    """A contiguous NumPy copy of a torch tensor."""
    return np.ascontiguousarray(tensor.detach().cpu().numpy())


class Graph:
    """Nodes and initializers in the order that they are added."""

    def __init__(self, name):
        self.name, self.nodes, self.initializers = name, [], {}

    def constant(self, name, value):
        """An initializer; returns its name. Adding the same name twice keeps the first."""
        if name not in self.initializers:
            self.initializers[name] = numpy_helper.from_array(np.asarray(value), name)
        return name

    def shape(self, *sizes):
        """An int64 initializer for Reshape and its kind: 0 copies a size, -1 infers one."""
        name = "shape_" + "_".join(str(s).replace("-", "m") for s in sizes)
        return self.constant(name, np.array(sizes, np.int64))

    def add(self, op, inputs, name, output=None, **attributes):
        """One node with one output; returns the output's name, `NAME_output_0` unless given."""
        output = output or f"{name}_output_0"
        self.nodes.append(
            helper.make_node(op, inputs, [output], name=name, **attributes)
        )
        return output

    def linear(self, x, module, path, scope):
        """A float layer: MatMul with the weight as [K,N], then Add."""
        weight = self.constant(f"{path}.weight", array(module.weight.T))
        y = self.add("MatMul", [x, weight], f"{scope}/MatMul")
        return self.add(
            "Add",
            [y, self.constant(f"{path}.bias", array(module.bias))],
            f"{scope}/Add",
        )

    def layer_norm(self, x, module, path, scope):
        inputs = [x, self.constant(f"{path}.weight", array(module.weight))]
        inputs.append(self.constant(f"{path}.bias", array(module.bias)))
        return self.add(
            "LayerNormalization",
            inputs,
            f"{scope}/LayerNormalization",
            axis=-1,
            epsilon=module.eps,
        )

    def save(self, folder, file, inputs, outputs):
        """Writes FILE.onnx and FILE.data; inputs and outputs are {name: shape}, all float32."""
        values = [
            [
                helper.make_tensor_value_info(n, TensorProto.FLOAT, s)
                for n, s in part.items()
            ]
            for part in (inputs, outputs)
        ]
        graph = helper.make_graph(
            self.nodes, self.name, *values, list(self.initializers.values())
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR,
            producer_name="banana-peel-training",
        )
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for suffix in ("onnx", "data"):
            (folder / f"{file}.{suffix}").unlink(missing_ok=True)
        onnx.save_model(
            model,
            str(folder / f"{file}.onnx"),
            save_as_external_data=True,
            all_tensors_to_one_file=True,
            location=f"{file}.data",
            size_threshold=256,
        )
        (folder / f"{file}.data").chmod(0o644)
        onnx.checker.check_model(str(folder / f"{file}.onnx"))
