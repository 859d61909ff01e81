// Copies the repository's templates/ beside the built code, whence they are published.
import { cp, rm } from "node:fs/promises";

const from = new URL("../../../templates/", import.meta.url);
const to = new URL("../dist/templates/", import.meta.url);
await rm(to, { recursive: true, force: true });
await cp(from, to, {
  recursive: true,
  filter: (path) => !/\/(node_modules|dist)(\/|$)/.test(path.slice(from.pathname.length - 1)),
});
