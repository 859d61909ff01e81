/** Names of the files of a peel. Specification: docs/specification/peel.md, Layout. */
export const FILES = {
  manifest: "peel.json",
  packageJson: "package.json",
  signature: "model.sig",
  publicKey: "signer.pem",
  readme: "README.md",
  license: "LICENSE",
  notice: "NOTICE",
} as const;

/** Names of the files of a base and of a project. */
export const BASE_CARD = "base.json";
export const PROJECT_MANIFEST = "banana.json";
export const LOCKFILE = "banana.lock";

/** Field of package.json that marks a package as a peel and tells the resolver what it fits. */
export const PACKAGE_FIELD = "bananaPeel";

const SAFE_PATH = /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/;

/** Longest path in a peel, in characters. */
const MAX_PATH = 255;
/** Names that Windows gives to devices, with any extension; and a dot at the end, which it drops. */
const WINDOWS_UNSAFE = /(?:^|\/)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.[^/]*)?(?:\/|$)|\.(?:\/|$)/i;

/**
 * True for a path that a peel may hold, the same file on every system: POSIX, relative, no part that starts with
 * a dot or a hyphen or ends with a dot, no device name of Windows. Specification: docs/specification/peel.md, Paths.
 */
export function isSafePath(path: string): boolean {
  return path.length <= MAX_PATH && SAFE_PATH.test(path) && !WINDOWS_UNSAFE.test(path);
}
