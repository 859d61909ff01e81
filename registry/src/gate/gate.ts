import type { IncomingMessage, ServerResponse } from "node:http";
import type { Accounts } from "../storage/accounts.js";
import { diskFull } from "../storage/disk-full.js";
import type { Packages } from "../storage/packages.js";
import type { Inner } from "../verdaccio/inner.js";
import type { Changes } from "./changes.js";
import { answer, answerText, readBody, refuse } from "./http.js";
import { type Refusal, refusal } from "./problems.js";
import type { PublishRoute } from "./publish.js";
import { routeOf } from "./routes.js";
import type { Serial } from "./serial.js";
import { serveTarball } from "./tarballs.js";

/** Bytes of the bodies of logins and tags. */
const SMALL_BODY = 64 * 1024;

/** What the gate needs. */
export interface GateOptions {
  readonly inner: Inner;
  /** Answers a publish; undefined: it has answered. */
  readonly publish: (
    request: IncomingMessage,
    response: ServerResponse,
    route: PublishRoute,
    user: string,
  ) => Promise<Refusal | undefined>;
  /** Answers npm audit; undefined: it has answered. */
  readonly advisories: (request: IncomingMessage, response: ServerResponse) => Promise<Refusal | undefined>;
  /** Answers what changes a published package; undefined: it has answered. */
  readonly changes: Changes;
  readonly packages: Packages;
  readonly accounts: Accounts;
  /** One change of a name at a time. */
  readonly serial: Serial;
  /** What the registry offers beyond npm's protocol, as it tells those who ask. */
  readonly about: unknown;
  /** True when a user may move the tags of a name. */
  readonly mayTag: (name: string, user: string) => Promise<boolean>;
  /** Hears what went wrong in the registry itself. */
  readonly onError: (error: unknown) => void;
}

/** A refusal without problems in a peel. */
function plain(status: number, error: string): Refusal {
  return { status, error, problems: [] };
}

/**
 * The gate: every request from outside comes here first, and Verdaccio has no other door. What writes is checked or
 * refused; when the gate itself fails, the answer is 500 and nothing was stored.
 */
export function createGate(
  options: GateOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    handle(options, request, response).catch((error: unknown) => {
      options.onError(error);
      const full = diskFull(error);
      if (response.headersSent) response.destroy();
      // RFC 4918, 11.5
      else if (full !== undefined) refuse(request, response, refusal(507, [full]));
      else refuse(request, response, plain(500, "the registry failed; nothing was stored"));
    });
  };
}

async function handle(
  options: GateOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { inner } = options;
  const url = request.url ?? "/";
  const route = routeOf(request.method ?? "", url);
  switch (route.kind) {
    case "read":
      inner.pass(request, response);
      return;
    case "about":
      answer(request, response, 200, options.about);
      return;
    case "download": {
      const tarball = await options.packages.tarball(route.name, route.file);
      if (tarball === undefined) refuse(request, response, plain(404, "no such file available"));
      else await serveTarball(request, response, tarball);
      return;
    }
    case "absent":
      refuse(request, response, plain(404, "this registry doesn't offer that"));
      return;
    case "refused":
      refuse(
        request,
        response,
        plain(405, "a published peel doesn't change: publish a new version, or move a tag"),
      );
      return;
    case "advisories": {
      const refused = await options.advisories(request, response);
      if (refused !== undefined) refuse(request, response, refused);
      return;
    }
    case "account":
      if (isSmall(request)) await changeAccount(options, request, response);
      else refuse(request, response, plain(413, `expected a body of at most ${SMALL_BODY} bytes`));
      return;
  }
  const user = await whoIs(inner, request);
  if (user === undefined) {
    refuse(request, response, plain(401, "log in first: npm login, or banana-peel login"));
    return;
  }
  if (route.kind === "change" || route.kind === "remove" || route.kind === "tarball") {
    const refused = await options.changes(request, response, route, user);
    if (refused !== undefined) refuse(request, response, refused);
  } else if (route.kind === "publish" || route.kind === "upload") {
    const refused = await options.publish(request, response, route, user);
    if (refused !== undefined) refuse(request, response, refused);
  } else if (!isSmall(request))
    refuse(request, response, plain(413, `expected a body of at most ${SMALL_BODY} bytes`));
  else if (await options.mayTag(route.name, user))
    await options.serial.run(route.name, () => passToItsEnd(inner, request, response));
  else refuse(request, response, plain(403, `only who published ${route.name} may move its tags`));
}

/** Logs in or out, registers: answered only when it is whole. */
async function changeAccount(
  { inner, accounts }: GateOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, SMALL_BODY);
  if (!Buffer.isBuffer(body)) {
    refuse(request, response, plain(body === "aborted" ? 400 : 413, "expected a small, whole body"));
    return;
  }
  const headers: Record<string, string | number> = { "content-length": body.length };
  for (const name of ["authorization", "content-type", "accept"]) {
    const value = request.headers[name];
    if (typeof value === "string") headers[name] = value;
  }
  const { method, url } = request as { method: string; url: string };
  const from = request.socket.remoteAddress;
  const answered = await accounts.run(() => inner.ask({ method, path: url, headers, body: [body], from }));
  answerText(request, response, answered.status, answered.body);
}

/** Hands a request on, and waits until it was answered. */
function passToItsEnd(inner: Inner, request: IncomingMessage, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once("close", resolve);
    inner.pass(request, response);
  });
}

/** True when a request says that its body is small; one that doesn't say is not believed to be. */
function isSmall({ headers }: IncomingMessage): boolean {
  if (headers["transfer-encoding"] !== undefined) return false;
  return Number(headers["content-length"] ?? 0) <= SMALL_BODY;
}

/** The user whose token or password the request carries, by Verdaccio's own word. */
async function whoIs(inner: Inner, { headers }: IncomingMessage): Promise<string | undefined> {
  const { authorization } = headers;
  if (authorization === undefined) return undefined;
  const { status, body } = await inner.ask({ method: "GET", path: "/-/whoami", headers: { authorization } });
  if (status !== 200) return undefined;
  const { username } = JSON.parse(body) as { username?: unknown };
  return typeof username === "string" && username !== "" ? username : undefined;
}
