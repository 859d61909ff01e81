// Peels that must be refused for the files that they hold or lack.
import { concat, png } from "./bytes.mjs";
import { json, manifest, peel } from "./peel.mjs";

const packageJson = (changes) =>
  json({
    name: "@cases/peel",
    version: "1.0.0",
    description: "A conformance case.",
    license: "CC0-1.0",
    keywords: ["banana-peel"],
    bananaPeel: { formatVersion: 1, adapters: [{ family: "case", range: "^1.0.0" }] },
    ...changes,
  });
const withPackage = (changes) => peel({ "package.json": packageJson(changes) });
const preview = { previews: [{ file: "preview.png", alt: "A grey square." }] };
const withPreview = (bytes) => peel({ "peel.json": json(manifest(preview)), "preview.png": bytes });

export const invalidLayout = [
  ["readme-missing", "There is no README.md.", ["peel/readme-missing"], peel({ "README.md": undefined })],
  ["license-missing", "There is no LICENSE.", ["peel/license-missing"], peel({ LICENSE: undefined })],
  ["license-empty", "LICENSE holds only white space.", ["peel/license-missing"], peel({ LICENSE: " \n" })],
  [
    "readme-latin-1",
    "README.md is not UTF-8.",
    ["peel/text-encoding"],
    peel({ "README.md": concat("caf", [0xe9], "\n") }),
  ],
  [
    "file-script",
    "A shell script is code.",
    ["peel/file-not-allowed"],
    peel({ "install.sh": "echo hello\n" }),
  ],
  ["file-module", "A module is code.", ["peel/file-not-allowed"], peel({ "index.js": "export {};\n" })],
  [
    "file-binding-gyp",
    "npm runs node-gyp where it finds binding.gyp.",
    ["peel/file-not-allowed"],
    peel({ "binding.gyp": "{}\n" }),
  ],
  [
    "file-shrinkwrap",
    "npm installs what npm-shrinkwrap.json names.",
    ["peel/file-not-allowed"],
    peel({ "npm-shrinkwrap.json": "{}\n" }),
  ],
  [
    "file-nested-package-json",
    "A nested package.json changes how what is below it is loaded.",
    ["peel/file-not-allowed"],
    peel({ "lib/package.json": "{}\n" }),
  ],
  [
    "file-pickle",
    "A pickle can run code when it is loaded.",
    ["peel/file-not-allowed"],
    peel({ "adapter.bin": concat([0x80, 2]) }),
  ],
  ["file-svg", "SVG can hold scripts.", ["peel/file-not-allowed"], peel({ "preview.svg": "<svg/>\n" })],
  [
    "path-hidden",
    "A path's part may not begin with a dot.",
    ["peel/path-unsafe"],
    peel({ ".notes.md": "x\n" }),
  ],
  [
    "path-option",
    "A name that begins with a hyphen can be read as an option.",
    ["peel/path-unsafe"],
    peel({ "--force.md": "x\n" }),
  ],
  [
    "path-space",
    "White space is not in the alphabet of paths.",
    ["peel/path-unsafe"],
    peel({ "read me.md": "x\n" }),
  ],
  [
    "signature-without-key",
    "model.sig is there without signer.pem.",
    ["peel/signature-partial"],
    peel({ "model.sig": "{}\n" }),
  ],
  [
    "package-json-scripts",
    "package.json would run a command at install.",
    ["peel/package-json-scripts"],
    withPackage({ scripts: { postinstall: "echo hello" } }),
  ],
  [
    "package-json-dependency",
    "package.json would install another package.",
    ["peel/package-json-scripts"],
    withPackage({ dependencies: { other: "1.0.0" } }),
  ],
  [
    "package-json-main",
    "package.json names a module to load.",
    ["peel/package-json-scripts"],
    withPackage({ main: "peel.json" }),
  ],
  [
    "package-json-other-name",
    "package.json names another package than peel.json.",
    ["peel/name-mismatch"],
    withPackage({ name: "@cases/other" }),
  ],
  [
    "package-json-other-version",
    "package.json names another version than peel.json.",
    ["peel/name-mismatch"],
    withPackage({ version: "1.0.1" }),
  ],
  [
    "package-json-other-base",
    "package.json promises another base than peel.json.",
    ["peel/package-json-differs"],
    withPackage({ bananaPeel: { formatVersion: 1, adapters: [{ family: "case", range: "*" }] } }),
  ],
  [
    "package-json-extra-field",
    "package.json has a field that peel.json doesn't give.",
    ["peel/package-json-differs"],
    withPackage({ homepage: "https://example.com" }),
  ],
  [
    "package-json-broken",
    "package.json is not JSON.",
    ["peel/package-json-invalid"],
    peel({ "package.json": "{\n" }),
  ],
  [
    "preview-missing",
    "A preview's file is not there.",
    ["peel/preview-missing"],
    peel({ "peel.json": json(manifest(preview)) }),
  ],
  [
    "preview-jpeg",
    "The file is a JPEG with the name of a PNG.",
    ["peel/preview-not-png"],
    withPreview(concat([0xff, 0xd8, 0xff, 0xe0], "JFIF")),
  ],
  [
    "preview-truncated",
    "The PNG ends within its image data.",
    ["peel/preview-not-png"],
    withPreview(png().slice(0, 50)),
  ],
  [
    "preview-appendix",
    "Something follows the PNG's end: the file could be read as two kinds.",
    ["peel/preview-not-png"],
    withPreview(concat(png(), "PK\x03\x04")),
  ],
  [
    "preview-bomb",
    "The PNG claims 100,000 x 100,000 pixels.",
    ["peel/preview-too-large"],
    withPreview(png(2, 2, [100000, 100000])),
  ],
  [
    "preview-zero-width",
    "The PNG claims a width of 0.",
    ["peel/preview-not-png"],
    withPreview(png(2, 2, [0, 2])),
  ],
];
