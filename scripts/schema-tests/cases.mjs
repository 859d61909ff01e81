// From a schema and a document that has everything: one document that breaks each rule of the schema, and one at each
// bound. A rule is a keyword at a place.

const WRONG_TYPE = { string: 1, number: "1", integer: 1.5, boolean: "true", object: [], array: {} };
/** Text that no pattern in schemas/ takes. */
const NO_MATCH = " !";

/**
 * @returns {{ kind: "valid" | "invalid", place: string, keyword: string, document: () => unknown }[]} `document` makes
 *   the document when it is asked for: some are large
 */
export function casesOf(schema, sample) {
  const cases = [];
  walk(schema, [], (kind, path, keyword, change, detail = "") => {
    const place = `${path.length === 0 ? "root" : path.join("-").replace(/[^A-Za-z0-9-]/g, "_")}`;
    cases.push({
      kind,
      keyword,
      place: `${place}.${keyword}${detail}`,
      document: () => changed(sample, path, change),
    });
  });
  return cases;

  function walk(node, path, emit) {
    const rule = node.$ref === undefined ? node : schema.definitions[node.$ref.replace("#/definitions/", "")];
    const value = path.reduce((inner, key) => inner?.[key], sample);
    if (value === undefined) throw new Error(`the sample of ${schema.$id} has nothing at /${path.join("/")}`);
    const invalid = (keyword, change, detail) => emit("invalid", path, keyword, change, detail);
    const valid = (keyword, change) => emit("valid", path, keyword, change);
    if (rule.type !== undefined) invalid("type", () => WRONG_TYPE[rule.type]);
    if (rule.const !== undefined) invalid("const", () => "other");
    if (rule.enum !== undefined) {
      invalid("enum", () => "other");
      for (const allowed of rule.enum) emit("valid", path, "enum", () => allowed, `.${allowed}`);
    }
    textRules(rule, invalid, valid);
    numberRules(rule, invalid, valid);
    listRules(rule, value, invalid);
    objectRules(rule, value, invalid);
    for (const [key, inner] of Object.entries(rule.properties ?? {})) walk(inner, [...path, key], emit);
    if (rule.items !== undefined) walk(rule.items, [...path, 0], emit);
    if (typeof rule.additionalProperties === "object")
      walk(rule.additionalProperties, [...path, Object.keys(value)[0]], emit);
  }
}

function textRules(rule, invalid, valid) {
  if (rule.pattern !== undefined) invalid("pattern", () => NO_MATCH);
  if (rule.minLength !== undefined) invalid("minLength", () => "x".repeat(rule.minLength - 1));
  if (rule.maxLength !== undefined) invalid("maxLength", () => "x".repeat(rule.maxLength + 1));
  if (rule.pattern !== undefined) return;
  if (rule.minLength !== undefined) valid("minLength", () => "x".repeat(rule.minLength));
  // A character beyond the basic plane is one character, though two UTF-16 units.
  if (rule.maxLength !== undefined) valid("maxLength", () => "\u{1f34c}".repeat(rule.maxLength));
}

function numberRules(rule, invalid, valid) {
  const step = rule.type === "integer" ? 1 : 0.125;
  if (rule.minimum !== undefined) invalid("minimum", () => rule.minimum - step);
  if (rule.minimum !== undefined) valid("minimum", () => rule.minimum);
  if (rule.maximum !== undefined) invalid("maximum", () => rule.maximum + step);
  if (rule.maximum !== undefined) valid("maximum", () => rule.maximum);
  if (rule.exclusiveMinimum !== undefined) invalid("exclusiveMinimum", () => rule.exclusiveMinimum);
}

function listRules(rule, value, invalid) {
  if (rule.minItems !== undefined) invalid("minItems", () => []);
  if (rule.maxItems !== undefined) invalid("maxItems", () => new Array(rule.maxItems + 1).fill(value[0]));
  if (rule.uniqueItems === true) invalid("uniqueItems", () => [value[0], value[0]]);
}

function objectRules(rule, value, invalid) {
  for (const key of rule.required ?? [])
    invalid(
      "required",
      (found) => Object.fromEntries(Object.entries(found).filter(([other]) => other !== key)),
      `.${key}`,
    );
  if (rule.additionalProperties === false)
    invalid("additionalProperties", (found) => ({ ...found, unknown: 1 }));
  const [key, entry] = Object.entries(value)[0] ?? [];
  if (rule.minProperties !== undefined) invalid("minProperties", () => ({}));
  if (rule.propertyNames !== undefined) invalid("propertyNames", () => ({ [NO_MATCH]: entry }));
  if (rule.maxProperties !== undefined)
    invalid("maxProperties", () =>
      Object.fromEntries(
        Array.from({ length: rule.maxProperties + 1 }, (_, index) => [`${key}${index}`, entry]),
      ),
    );
}

function changed(document, [key, ...rest], change) {
  if (key === undefined) return change(document);
  if (Array.isArray(document))
    return document.map((item, index) => (index === key ? changed(item, rest, change) : item));
  return { ...document, [key]: changed(document[key], rest, change) };
}
