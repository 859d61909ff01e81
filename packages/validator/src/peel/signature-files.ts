import { FILES } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";
import type { PeelContext } from "./context.js";

/** peel/signature-partial; whether the signature verifies is the signer's to say. Specification: signing.md, Files. */
export function checkSignatureFiles({ files }: PeelContext): Problem[] {
  const names = [FILES.signature, FILES.publicKey];
  const [absent, ...rest] = names.filter((name) => !files.has(name));
  if (absent === undefined || rest.length > 0) return [];
  const there = names.find((name) => name !== absent)!;
  return [
    problem("peel/signature-partial", {
      message: `expected ${absent} beside ${there}, found none`,
      where: absent,
      hint: `Sign the peel again, or remove ${there}.`,
    }),
  ];
}
