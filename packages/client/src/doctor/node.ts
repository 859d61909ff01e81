import semver from "semver";
import type { Check } from "./finding.js";

/** What package.json asks for in `engines`. */
const NEEDED = ">=20.20";

/** Node's version. */
export const checkNode: Check = async ({ nodeVersion = process.version }) => {
  const fits = semver.satisfies(nodeVersion, NEEDED);
  const message = `${nodeVersion} (needed: ${NEEDED})`;
  if (fits) return [{ check: "Node", status: "ok", message }];
  return [
    { check: "Node", status: "error", message, hint: "Install the current LTS from https://nodejs.org." },
  ];
};
