"""python -m minilm [STAGE ...]: runs the named stages, or all of them in order."""

import sys

from .stages import STAGES, run


def main(names):
    unknown = [name for name in names if name not in STAGES]
    if unknown:
        sys.exit(f"unknown stage {unknown[0]}; there are: {', '.join(STAGES)}")
    for name in names or STAGES:
        print(f"== {name}", flush=True)
        run(name)


if __name__ == "__main__":
    main(sys.argv[1:])
