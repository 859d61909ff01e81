import { BananaError } from "@banana-peel/format";

/** A file below an address, and the whole address of it. */
export interface UrlFile {
  readonly folder: string;
  readonly path: string;
  readonly address: string;
}

/** The server says that there is no such file, or answers a page in its place. */
export function notThere({ folder, path }: UrlFile, found: string): BananaError {
  return new BananaError("FILE_MISSING", `expected the file ${path} in ${folder}, found ${found}`, {
    where: path,
    hint: "Put the whole folder on the server, or correct the address of the folder.",
  });
}

/** The server answers something else than the file: DOWNLOAD_FAILED. */
export function refused({ path, address }: UrlFile, status: number): BananaError {
  const isLogin = status === 401 || status === 403;
  return new BananaError("DOWNLOAD_FAILED", `expected ${address} to be answered with 200, found ${status}`, {
    where: path,
    hint: isLogin
      ? "Let the page read it, or pass a `fetch` of your own that adds what the server asks for."
      : "Try again; the server's log says more.",
  });
}

/** Nothing answers, or the page may not see the answer: DOWNLOAD_FAILED. */
export function unanswered({ path, address }: UrlFile, cause: unknown): BananaError {
  return new BananaError("DOWNLOAD_FAILED", `expected an answer from ${address}, found ${reason(cause)}`, {
    where: path,
    hint: "Is the page online, and the server up? A server of another origin must allow this page by Access-Control-Allow-Origin: the browser's console says so.",
    cause,
  });
}

/** The connection ended before the file did: DOWNLOAD_FAILED. */
export function brokenOff({ path, address }: UrlFile, bytes: number, cause: unknown): BananaError {
  return new BananaError(
    "DOWNLOAD_FAILED",
    `expected all of ${address}, found ${bytes} bytes and then ${reason(cause)}`,
    { where: path, hint: "Is the page online, and the server up? Try again.", cause },
  );
}

const reason = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
