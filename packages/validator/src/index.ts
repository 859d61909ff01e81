export { parseBaseCard, parseLockfile, parseManifest, parseProject } from "./parse/parse.js";
export { type ValidateOptions, validatePeel } from "./peel/validate-peel.js";
export { isAcceptable, MAX_PROBLEMS, type Problem } from "./problem.js";
export { RULE_CODES, type RuleCode, type RuleInfo, ruleInfo } from "./rules/table.js";
export { checkSchema, DOCUMENT_NAMES, type SchemaName } from "./schema/check-schema.js";
