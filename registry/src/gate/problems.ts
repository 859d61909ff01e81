import { type BananaError, isBananaError } from "@banana-peel/format";
import type { Problem } from "@banana-peel/validator";

/** A reason why a publish was refused, or a warning beside its acceptance. */
export interface GateProblem {
  /** A rule of the validator, or the code of a BananaError. */
  rule: string;
  severity: "error" | "warning";
  message: string;
  where: string;
  hint: string;
}

/** The answer to a request that the gate doesn't let through. */
export interface Refusal {
  status: number;
  error: string;
  problems: GateProblem[];
}

/** A refusal by problems of the validator or of errors. */
export function refusal(status: number, problems: readonly (Problem | GateProblem | BananaError)[]): Refusal {
  const list = problems.map((item) => (isBananaError(item) ? fromError(item) : { ...item }));
  const first = list.find(({ severity }) => severity === "error");
  return {
    status,
    error: first === undefined ? "refused" : `${first.rule}: ${first.message}`,
    problems: list,
  };
}

function fromError(error: BananaError): GateProblem {
  return {
    rule: error.code,
    severity: "error",
    message: error.message,
    where: error.where ?? "package",
    hint: error.hint ?? "",
  };
}
