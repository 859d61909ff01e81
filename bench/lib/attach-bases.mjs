import { openBase as openFiles } from "@banana-peel/runtime";
import { openBase } from "@banana-peel/runtime/node";
import * as ort from "onnxruntime-node";
import { wideFiles } from "./wide-base.mjs";

/** One thread: processor time is compared, and threads of sessions that share a process spin against each other. */
const sessionOptions = { intraOpNumThreads: 1, logSeverityLevel: 3 };
const folder = (name) => new URL(`../../bases/${name}`, import.meta.url).pathname;

/**
 * The bases that inference is measured on: how each is opened, its graph, its sizes of input, how often they run a session
 * (12 times where nothing else is said), and how much slower than the base alone rank 8 may be.
 */
export function attachBases() {
  const wide = (width, blocks, rounds) => {
    let files;
    return {
      name: `wide ${width}`,
      graph: "main",
      goal: 1.03,
      rounds,
      sizes: [
        [1, 1],
        [1, 64],
        [1, 256],
      ],
      open: () => {
        files ??= wideFiles(width, blocks);
        return openFiles({ ort, sessionOptions, ...files });
      },
    };
  };
  const bases = [
    wide(1024, 2, 12),
    wide(2048, 1, 8),
    wide(4096, 1, 5),
    {
      name: "nano 256",
      graph: "backbone",
      goal: undefined,
      sizes: [[1], [4]],
      open: () => openBase(folder("nano"), { ort, sessionOptions }),
    },
  ];
  for (const scheme of ["int8", "int4"])
    bases.push({
      name: `minilm 384 ${scheme}`,
      graph: undefined,
      goal: 1.1,
      sizes: [
        [1, 16],
        [1, 128],
        [8, 64],
      ],
      open: () => openBase(folder(`minilm/${scheme}`), { ort, sessionOptions }),
    });
  return bases;
}
