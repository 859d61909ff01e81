import { readFileSync } from "node:fs";
import { memorySource } from "@banana-peel/format";
import { describe, expect, it } from "vitest";
import { fromBase64 } from "./base64.js";
import { generateKey } from "./sign/signing-key.js";
import { signedFiles } from "./testing/sample-peel.js";
import { verifyPeel } from "./verify/index.js";

const page = readFileSync(new URL("../../../docs/specification/signing.md", import.meta.url), "utf8");
const [bundleExample, statementExample] = [...page.matchAll(/```json[^\n]*\n([\s\S]*?)```/g)].map(
  ([, text]) => JSON.parse(text!),
);

/** JSON with every string in place of one that a signature decides. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shape);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) =>
      ["payload", "sig", "hint", "digest", "name"].includes(key) && typeof item === "string"
        ? [key, ""]
        : [key, key === "digest" ? { sha256: "" } : shape(item)],
    ),
  );
}

describe("docs/specification/signing.md", () => {
  it("shows what signPeel writes, member for member", async () => {
    const files = await signedFiles((await generateKey()).key);
    await verifyPeel(memorySource(files));
    const bundle = JSON.parse(new TextDecoder().decode(files.get("model.sig")));
    expect(shape(bundle)).toEqual(shape(bundleExample));
    const payload = fromBase64(bundle.dsseEnvelope.payload)!;
    expect(shape(JSON.parse(new TextDecoder().decode(payload)))).toEqual(shape(statementExample));
  });
});
