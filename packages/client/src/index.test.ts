import { expect, it } from "vitest";
import * as client from "./index.js";

it("exports what it promises", () => {
  expect(Object.keys(client).sort()).toMatchInlineSnapshot(`
    [
      "TARBALL_LIMITS",
      "addPeels",
      "createCatalogue",
      "diskError",
      "initProject",
      "installPeels",
      "isSigned",
      "listPeels",
      "loadRegistryConfig",
      "lockText",
      "nodeDisk",
      "openBaseCard",
      "openInstalledPeel",
      "openProject",
      "openSource",
      "openStore",
      "overlay",
      "packPeel",
      "peelFolder",
      "peelInfo",
      "projectText",
      "publishPeel",
      "signPath",
      "signSource",
      "storeFolder",
      "unpackTarball",
      "validateFolder",
      "verifyPath",
      "withPackageJson",
      "writeWhole",
    ]
  `);
});
