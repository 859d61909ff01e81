"""Makes packages/conformance/vectors/importer; see the README there."""

import diffusers_cases
import lycoris_cases
import name_tables
import peft_cases
import peft_kind_cases
import torch

if __name__ == "__main__":
    torch.set_num_threads(1)
    for module in (peft_cases, peft_kind_cases, lycoris_cases, diffusers_cases, name_tables):
        module.main()
        print(module.__name__)
