import { expect, it } from "vitest";
import * as node from "./node/index.js";
import * as reactNative from "./react-native/index.js";
import * as web from "./web/index.js";

/** What an app can write once and run everywhere. */
const EVERYWHERE = [
  "BananaError",
  "encodePng",
  "isBananaError",
  "memorySource",
  "openBase",
  "openImage",
  "openPeel",
  "unsafeUnverifiedPeel",
  "verifyPeel",
];

it.each([
  ["node", node, ["addPeels", "installPeels", "listPeels", "openOrtWorker", "removePeels", "updatePeels"]],
  ["web", web, ["urlSource"]],
  ["react-native", reactNative, ["deviceSource"]],
])("%s exports this and no more", (_, entry, own) => {
  expect(Object.keys(entry).sort()).toEqual([...EVERYWHERE, ...own].sort());
});
