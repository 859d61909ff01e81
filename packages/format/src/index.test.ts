import { expect, it } from "vitest";
import * as format from "./index.js";
import * as node from "./node/index.js";

it("exports what it promises", () => {
  expect(Object.keys(format).sort()).toMatchInlineSnapshot(`
    [
      "BASE_CARD",
      "BananaError",
      "DTYPE_BYTES",
      "ERROR_CODES",
      "FILES",
      "LIMITS",
      "LOCKFILE",
      "PACKAGE_FIELD",
      "PEEL_KEYWORD",
      "PROJECT_MANIFEST",
      "baseDigest",
      "definePeel",
      "derivePackageJson",
      "diffAdapters",
      "diffJson",
      "digestFile",
      "doraTensor",
      "elementCount",
      "errorInfo",
      "fitsTarget",
      "fromHex",
      "isBananaError",
      "isDistTag",
      "isPeelName",
      "isSafePath",
      "memorySource",
      "missing",
      "packageJsonBytes",
      "parseJson",
      "parsePeelRequest",
      "readAdapter",
      "readSafetensors",
      "requirePeelName",
      "sha256Hex",
      "showUpdateShape",
      "streamFile",
      "streamSafetensors",
      "toFloat32",
      "toHex",
      "tooLarge",
      "updateShape",
      "writeSafetensors",
    ]
  `);
  expect(Object.keys(node).sort()).toEqual(["folderSource", "isAbandoned", "isAtWork", "ownName"]);
});
