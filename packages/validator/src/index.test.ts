import { expect, it } from "vitest";
import * as validator from "./index.js";

it("exports what it promises", () => {
  expect(Object.keys(validator).sort()).toEqual([
    "DOCUMENT_NAMES",
    "MAX_PROBLEMS",
    "RULE_CODES",
    "checkSchema",
    "isAcceptable",
    "parseBaseCard",
    "parseLockfile",
    "parseManifest",
    "parseProject",
    "ruleInfo",
    "validatePeel",
  ]);
});
