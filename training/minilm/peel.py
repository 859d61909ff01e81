"""The adapter of python-search: plain PEFT, contrastive within a batch (InfoNCE, arXiv:1807.03748)."""

import json
import random
import subprocess
import sys
import time

import torch
from peft import LoraConfig, get_peft_model
from peft.helpers import disable_input_dtype_casting

from . import encode, pairs, source
from .settings import config, folder

TARGETS = (
    r".*\.(query|key|value|attention\.output\.dense|intermediate\.dense|output\.dense)"
)
EVERY = 10  # steps between checkpoints


def adapter(model, settings):
    """The model with a fresh LoRA branch on every linear layer of the encoder: frozen weights in bfloat16, the branch in
    float32, no dropout (two passes over the pairs don't overfit, and on a processor dropout costs as much as a product)."""
    torch.manual_seed(0)
    model.to(torch.bfloat16)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return get_peft_model(
        model,
        LoraConfig(
            r=settings["rank"],
            lora_alpha=settings["alpha"],
            target_modules=TARGETS,
        ),
    )


def rate(step, settings):
    """Learning rate: a warm-up, then a cosine to nothing."""
    warm = min(1.0, (step + 1) / settings["warmup"])
    cosine = 0.5 * (
        1 + torch.cos(torch.tensor(torch.pi * step / settings["steps"])).item()
    )
    return settings["learning_rate"] * warm * cosine


def batches(rows, size, steps, seed=0):
    """Indices of every step: seeded shuffles of `rows`, one behind the other, cut into batches."""
    chosen, epoch = [], 0
    while len(chosen) < steps * size:
        order = list(rows)
        random.Random(seed * 1000 + epoch).shuffle(order)
        chosen += order
        epoch += 1
    return [chosen[at * size : (at + 1) * size] for at in range(steps)]


def loss(queries, names, temperature):
    """Each query against all names of the batch, and each name against all queries."""
    scores = queries @ names.T / temperature
    here = torch.arange(len(scores))
    forward = torch.nn.functional.cross_entropy(scores, here)
    return forward + torch.nn.functional.cross_entropy(scores.T, here)


class Texts:
    """The token ids of the training rows: one name each, one first sentence, and further sentences. The first `searched`
    of them are among the names that are searched."""

    def __init__(self, tokenizer, rows, searched):
        self.searched = searched
        self.names = encode.token_ids(tokenizer, [row["name"] for row in rows])
        self.first = encode.token_ids(tokenizer, [row["text"] for row in rows])
        self.more = [
            encode.token_ids(tokenizer, row["more"]) if row["more"] else []
            for row in rows
        ]

    def queries(self, rows, share, draw):
        """One sentence a row: a further one in `share` of the cases, where there is one."""
        return [
            draw.choice(self.more[row])
            if self.more[row] and draw.random() < share
            else self.first[row]
            for row in rows
        ]


def train(model, texts, settings, state, log):
    """From `state` (or the start) to the last step; writes a checkpoint now and then."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=0.0, weight_decay=settings["decay"])
    first = 0
    if state.exists():
        saved = torch.load(state)
        first = saved["step"]
        model.load_state_dict(saved["model"], strict=False)
        optimizer.load_state_dict(saved["optimizer"])
    rows = [
        *range(len(texts.names)),
        *range(texts.searched),
    ]  # what is searched counts twice
    plan = batches(rows, settings["batch"], settings["steps"])
    started = time.monotonic()
    model.train()
    for step in range(first, settings["steps"]):
        draw = random.Random(step)
        chosen = plan[step]
        for group in optimizer.param_groups:
            group["lr"] = rate(step, settings)
        asked = texts.queries(chosen, settings["further"], draw)
        both = asked + [texts.names[row] for row in chosen]
        asked, names = encode.embed(model, both, bucket=32).split(len(chosen))
        value = loss(asked, names, settings["temperature"])
        optimizer.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        done = step + 1
        if done % EVERY == 0 or done == settings["steps"]:
            seconds = time.monotonic() - started
            log(
                f"step {done} loss {value.item():.3f} {seconds / (done - first):.2f} s a step"
            )
            trained = {k: v for k, v in model.state_dict().items() if "lora_" in k}
            torch.save(
                {
                    "step": done,
                    "model": trained,
                    "optimizer": optimizer.state_dict(),
                },
                state.with_suffix(".part"),
            )
            state.with_suffix(".part").rename(state)


def read_pairs():
    """The pairs; collected in a process of its own, because torch.package puts functions of its own into `inspect`, and
    two more names would give another draw of what is held out."""
    path = folder() / "pairs.json"
    if not path.exists():
        subprocess.run([sys.executable, "-m", "minilm.pairs", str(path)], check=True)
    return json.loads(path.read_text())


def main():
    """Trains the adapter and saves it as PEFT does, into the working folder's `python-search`."""
    settings = config("python-search")
    weights = source.fetch()
    rows = read_pairs()
    train_rows, held = pairs.split(pairs.candidates(rows))
    searched = {row["name"] for row in pairs.candidates(rows)}
    own = len(train_rows)
    train_rows += [row for row in rows if row["name"] not in searched]
    print(
        f"{len(searched)} names, {len(held)} held out, {len(train_rows)} to train on",
        flush=True,
    )
    tokenizer = encode.open_tokenizer(weights)
    # Attention written out: PyTorch's fused one is the slowest part of a step in bfloat16 on a processor.
    model = adapter(
        encode.open_model(
            weights, attention_probs_dropout_prob=0.0, attn_implementation="eager"
        ),
        settings,
    )
    state = folder() / "python-search.pt"
    texts = Texts(tokenizer, train_rows, own)
    with disable_input_dtype_casting(model):
        train(model, texts, settings, state, lambda line: print(line, flush=True))
    model.save_pretrained(folder() / "python-search")


if __name__ == "__main__":
    main()
