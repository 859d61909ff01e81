"""The whole pipeline in order; what is there is not made again."""

import importlib

# Each module has a main(); it is imported when its turn comes, since only `test` and `minilm` of pyproject.toml
# together have all that they need.
STAGES = {
    "export": "both bases in ONNX, from the published weights",
    "peel": "pairs, training, and the adapter as PEFT saves it",
    "reference": "what PyTorch and PEFT give for the evaluation's queries",
}


def run(name):
    """Runs one stage."""
    importlib.import_module(f".{name}", __package__).main()
