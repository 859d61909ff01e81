"""Prints PEFT's merge_adapter throughput in Gparam/s: SIZE LAYERS RANK THREADS."""

import sys
import time

import torch
from peft import LoraConfig, get_peft_model

size, layers, rank, threads = map(int, sys.argv[1:])
torch.set_num_threads(threads)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ModuleList(
            torch.nn.Linear(size, size, bias=False) for _ in range(layers)
        )


config = LoraConfig(r=rank, target_modules=[f"layers.{i}" for i in range(layers)])
model = get_peft_model(Net(), config)
times = []
for _ in range(5):
    start = time.perf_counter()
    model.merge_adapter()
    times.append(time.perf_counter() - start)
    model.unmerge_adapter()
print(layers * size * size / sorted(times)[2] / 1e9)
