import type { IncomingMessage, ServerResponse } from "node:http";
import { type ChangeContext, type ChangeOf, changePackage, removedTarball, removePackage } from "./change.js";
import { readBody } from "./http.js";
import type { Refusal } from "./problems.js";
import type { Route } from "./routes.js";
import type { Serial } from "./serial.js";

/** Routes by which a published package is changed. */
export type ChangeRoute = Extract<Route, { kind: "change" | "remove" | "tarball" }>;

/** Answers a request for a change; undefined: it has answered. */
export type Changes = (
  request: IncomingMessage,
  response: ServerResponse,
  route: ChangeRoute,
  user: string,
) => Promise<Refusal | undefined>;

/** Makes the handler of what changes a published package by npm's requests with a revision. */
export function createChanges(
  options: ChangeContext & { readonly serial: Serial; readonly maxBodyBytes: number },
): Changes {
  return async (request, response, route, user) => {
    const of: ChangeOf = { name: route.name, user };
    if (route.kind === "remove")
      return options.serial.run(of.name, () => removePackage(options, request, response, of));
    if (route.kind === "tarball") {
      const { file } = route;
      return options.serial.run(of.name, () => removedTarball(options, request, response, { ...of, file }));
    }
    const body = await readBody(request, options.maxBodyBytes);
    if (!Buffer.isBuffer(body))
      return {
        status: body === "aborted" ? 400 : 413,
        error: "expected a smaller, whole document",
        problems: [],
      };
    let document: unknown;
    try {
      document = JSON.parse(body.toString("utf8"));
    } catch {
      return { status: 400, error: "expected JSON", problems: [] };
    }
    return options.serial.run(of.name, () =>
      changePackage(options, request, response, { ...of, document, mayRemove: true }),
    );
  };
}
