"""Measures the base and writes results.json and sheets into bases/nano/evaluation."""

import json
import time

import numpy as np
import onnxruntime
import torch

from . import classifier, data, latents, noise, sampler, scores, student, tags, teacher
from .settings import BASE, config, work
from .sheets import sheet


def session(name, folder=BASE):
    """An ONNX Runtime session of one of the base's graphs."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    # exact products on x86-64 without VNNI, as our runtime has them
    options.add_session_config_entry("session.x64quantprecision", "1")
    return onnxruntime.InferenceSession(str(folder / f"{name}.onnx"), options)


def shipped(run, context, guidance):
    """predict(x, t) by the exported int8 graph."""
    fed = {
        "context": context.numpy(),
        "guidance": np.full(len(context), guidance, np.float32),
    }

    def predict(x, t):
        return torch.from_numpy(
            run.run(None, {"latent": x.numpy(), "time": t.numpy(), **fed})[0]
        )

    return predict


def chunks(make, rows, size=64, seeds=None):
    """make(rows, noise) over chunks; picture i has the noise of seeds[i], or of seed i."""
    seeds = seeds or range(len(rows))
    return torch.cat(
        [
            make(rows[i : i + size], noise.of(seeds[i : i + size]))
            for i in range(0, len(rows), size)
        ]
    )


def systems(guidance):
    """{name: make(rows, noise) -> latents} of everything compared, slowest first."""
    taught, floating, int8 = (
        teacher.trained(),
        student.trained(bits=0),
        session("backbone"),
    )

    def by_student(steps, predictor):
        def make(rows, drawn):
            predict = predictor(floating.embedding(rows).detach())
            return sampler.student(predict, drawn, steps)

        return make

    def in_float(context):
        two = torch.full((len(context),), guidance)
        return lambda x, t: floating.backbone(x, t, two, context).detach()

    out = {
        f"teacher@{n}": lambda r, z, n=n: sampler.teacher(taught, r, z(0), n, guidance)
        for n in (20, 4)
    }
    for n in (4, 2, 1):
        out[f"student@{n} float"] = by_student(n, in_float)
    for n in (4, 2, 1):
        out[f"student@{n} int8"] = by_student(
            n, lambda context: shipped(int8, context, guidance)
        )
    return out


def parts(settings):
    """(indices, held-out flags): half held-out combinations, half validation pictures."""
    store, half = latents.avatars(), settings["prompts"] // 2
    chosen = torch.cat([store["held_out"][:half], store["validation"][:half]])
    return store, chosen, torch.arange(len(chosen)) < half


def reference(reader):
    """The classifier's features [N,96] of renders from training, which Frechet distances compare with."""
    store, count = latents.avatars(), config("evaluation")["reference"]
    random = torch.Generator().manual_seed(10)
    known = store["train"][
        torch.randperm(len(store["train"]), generator=random)[:count]
    ]
    return classifier.read(reader, data.images(data.pictures(*data.FREE), known))[1]


def measure(settings):
    """{system: {numbers}} and {system: pictures of the sheet's columns}."""
    store, chosen, held = parts(settings)
    pictures, reader = data.pictures(*data.FREE), classifier.trained()
    decoder = latents.autoencoder()
    rows, originals = store["rows"][chosen], data.images(pictures, chosen)
    target = classifier.truth(rows, len(tags.vocabulary()))
    known = reference(reader)
    numbers, shown = {}, {}

    def judge(name, images, seconds=None):
        probability, features = classifier.read(reader, images)
        numbers[name] = {
            "f1": scores.overall(probability, target),
            "f1_held_out": scores.overall(probability[held], target[held]),
            "groups": scores.f1(probability, target),
            "frechet": scores.frechet(features, known),
            "seconds_per_picture": seconds,
        }
        shown[name] = images[: settings["columns"]]
        print(name, numbers[name], flush=True)

    def decode(z):
        return torch.cat([decoder.decode(z[i : i + 64]) for i in range(0, len(z), 64)])

    with torch.no_grad():
        judge("originals", originals)
        trip = decode(store["latents"][chosen])
        judge("autoencoder", trip)
        numbers["autoencoder"]["psnr"] = scores.psnr(trip, originals)
        for name, make in systems(settings["guidance"]).items():
            began = time.monotonic()
            z = chunks(make, rows)
            judge(name, decode(z), (time.monotonic() - began) / len(z))
    return numbers, shown


def main():
    settings = config("evaluation")
    folder = BASE / "evaluation"
    folder.mkdir(parents=True, exist_ok=True)
    numbers, shown = measure(settings)
    sheet(list(shown.values()), folder / "samples.png")
    (folder / "results.json").write_text(json.dumps(numbers, indent=2) + "\n")
    (work() / "sheet-rows.txt").write_text("\n".join(shown))


if __name__ == "__main__":
    main()
