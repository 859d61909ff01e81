"""Writes packages/conformance/vectors/exported: models as PyTorch exports them and onnxruntime's tools quantise
them, adapters as PEFT saves them, and what merging and attaching must give.

Usage: python training/vectors/exported/make.py [FORM or NET ...]
Needs torch, onnxscript, onnx, onnxruntime, onnx_ir, peft, safetensors: requirements.txt.
"""

import base64
import json
import pathlib
import shutil
import sys

import numpy as np

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from trace import layers

import adapters
import run
import second_forms
import second_merge as merge
from nets import NETS, build, inputs
from quantise import FORMS

OUT = (
    pathlib.Path(__file__).resolve().parents[3]
    / "packages"
    / "conformance"
    / "vectors"
    / "exported"
)


def encode(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def array_of(array):
    return {"type": str(array.dtype), "shape": list(array.shape), "data": encode(array)}


def deltas_of(uses, made, model):
    """delta W [K,N] float64 by layer, summed in the order that the specification gives."""
    paths = next(iter(made.values()))
    found = {}
    for path in paths:
        k, n, _ = adapters.sizes(model.get_submodule(path))
        parts = [
            (
                *made[peel][path],
                weight * adapters.PEELS[peel][1] / adapters.PEELS[peel][0],
            )
            for peel, weight in uses
        ]
        found[path] = merge.update(parts, k, n)
    return found


def write_net(net):
    """nets/<net>: the peels, an input, and what the float model gives with each set of them."""
    folder = OUT / "nets" / net
    made = adapters.make(net, folder)
    model = build(net)
    x = next(inputs(net, 1)).numpy()
    outputs = [
        {
            "uses": uses,
            "float": encode(
                adapters.float_outputs(net, deltas_of(uses, made, model), x)
            ),
        }
        for uses in adapters.USES.values()
    ]
    peels = {
        name: {"rank": rank, "alpha": alpha}
        for name, (rank, alpha, _) in adapters.PEELS.items()
    }
    dump(
        folder / "net.json", {"peels": peels, "input": array_of(x), "outputs": outputs}
    )
    return made


def dump(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n")


def promoted(layer, delta):
    """As second_forms.promoted; of a table in blocks of 32 along its rows."""
    if layer.target["scheme"]["form"] != "gatherblock":
        return second_forms.promoted(layer, delta)
    flipped = second_forms.FormLayer(layer.target, layer.weight.T, None, None, None)
    values, scales, weight, kept = second_forms.promoted(flipped, delta.T)
    return (
        np.ascontiguousarray(values.T),
        np.ascontiguousarray(scales.T),
        weight.T,
        kept,
    )


def can_promote(scheme):
    if scheme["form"] == "gatherblock" and scheme["axis"] == 0:
        return False
    return scheme["granularity"] == "block" and scheme["bits"] < 8


def merges(digest, found, deltas):
    targets, after = [], {}
    for each in found:
        layer, delta = each.layer, deltas[each.path]
        row = {"path": each.path}
        for name, rounding in (
            ("nearest", merge.nearest),
            ("dither", merge.dither(f"{digest}\n{each.path}")),
        ):
            stored = layer.merged(delta, rounding)
            row[name] = {
                "sha256": second_forms.sha256(layer.encode(stored))
            } | layer.retention(stored, delta)
            if name == "nearest":
                after[each.path] = stored
                row["erased"] = bool((stored == layer.stored).all())
        if can_promote(layer.target["scheme"]):
            values, scales, _, kept = promoted(layer, delta)
            row["promoted"] = {
                "values": second_forms.sha256(values.tobytes()),
                "scales": second_forms.sha256(scales.tobytes()),
            } | kept
        targets.append(row)
    return targets, after


def write_base(name, proto, found):
    folder = OUT / "forms" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    content = proto.SerializeToString(deterministic=True)
    (folder / "model.onnx").write_bytes(content)
    digest = second_forms.sha256(content)
    card = {
        "formatVersion": 1,
        "family": "tiny",
        "version": "1.0.0",
        "description": f"Vector: {name}.",
        "license": "CC0-1.0",
        "files": [{"path": "model.onnx", "bytes": len(content), "sha256": digest}],
        "graphs": {"main": {"model": "model.onnx"}},
        "targets": [each.layer.target for each in found],
    }
    dump(folder / "base.json", card)
    return "sha256:" + second_forms.sha256(f"{digest}  model.onnx\n".encode())


def slim(proto):
    """Leaves out what only explains a model: stack traces and the like, but the scopes that name modules."""
    for node in proto.graph.node:
        kept = [
            each
            for each in node.metadata_props
            if each.key == "pkg.torch.onnx.name_scopes"
        ]
        del node.metadata_props[:]
        node.metadata_props.extend(kept)
        node.doc_string = ""
    for value in [
        *proto.graph.value_info,
        *proto.graph.input,
        *proto.graph.output,
        *proto.graph.initializer,
    ]:
        del value.metadata_props[:]
        value.doc_string = ""
    del proto.graph.metadata_props[:]
    del proto.metadata_props[:]
    proto.graph.doc_string = ""
    del proto.functions[:]
    return proto


def write_form(form, net, exporter, made):
    quantise, _, _ = FORMS[form]
    proto = slim(quantise(net, exporter))
    model = build(net)
    names = NETS[net][2]
    found = layers(proto, names, model)
    name = f"{exporter}-{net}-{form}"
    digest = write_base(name, proto, found)
    x = next(inputs(net, 1)).numpy()
    if form == "float16" and x.dtype == np.float32:
        x = x.astype(np.float16)
    rows, outputs = [], []
    for uses in adapters.USES.values():
        deltas = deltas_of(uses, made, model)
        row = {
            "uses": uses,
            "attached": encode(
                run.output(run.attached(proto, found, deltas if uses else {}), x)
            ),
        }
        if uses:
            targets, after = merges(digest, found, deltas)
            rows.append({"uses": uses, "targets": targets})
            row["merged"] = encode(run.output(run.merged(proto, found, after), x))
            if all(can_promote(each.layer.target["scheme"]) for each in found):
                weights = {
                    each.path: promoted(each.layer, deltas[each.path])[2]
                    for each in found
                }
                row["promoted"] = encode(
                    run.output(run.replaced(proto, found, weights), x)
                )
        outputs.append(row)
    dump(
        OUT / "forms" / name / "expected.json",
        {
            "net": net,
            "exporter": exporter,
            "digest": digest,
            "type": {"float16": "float16", "int64": "int64"}.get(
                str(x.dtype), "float32"
            ),
            "outputType": "float16" if form == "float16" else "float32",
            "weights": {
                each.path: second_forms.sha256(
                    np.ascontiguousarray(each.layer.weight, np.float32).tobytes()
                )
                for each in found
            },
            "merges": rows,
            "outputs": outputs,
        },
    )
    return name


def main():
    """Without names everything; else the forms named, all of them if none, of the nets named, all of them if none.

    Adapters of nets that aren't named are those that lie there: other processors make others in the last bit.
    """
    chosen = set(sys.argv[1:])
    unknown = chosen - set(FORMS) - set(NETS)
    if unknown:
        raise SystemExit(f"no form or net: {', '.join(sorted(unknown))}")
    made = {
        net: adapters.saved(net, OUT / "nets" / net)
        if chosen and net not in chosen
        else write_net(net)
        for net in (chosen & set(NETS) or NETS)
    }
    for form in FORMS:
        if chosen & set(FORMS) and form not in chosen:
            continue
        _, nets, exporters = FORMS[form]
        for net in nets:
            for exporter in exporters if net in made else ():
                print(write_form(form, net, exporter, made[net]), flush=True)


if __name__ == "__main__":
    main()
