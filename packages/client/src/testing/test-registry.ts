import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { SecureContextOptions, TlsOptions } from "node:tls";
import { derivePackageJson } from "@banana-peel/format";
import type { PackedPeel } from "../tarball/pack.js";

/** A registry on a loopback port that serves what it is given, and answers as badly as a test asks. */
export interface TestRegistry {
  /** Its address, ending with a slash. */
  readonly url: string;
  /** Requests so far, as `METHOD path`. */
  readonly requests: string[];
  /** Headers of the last request. */
  lastHeaders: IncomingMessage["headers"];
  /** The header `authorization` of each request. */
  readonly rights: (string | undefined)[];
  /** Bodies of publish requests. */
  readonly published: Buffer[];
  /** Serves a peel. */
  put(packed: PackedPeel, changes?: Record<string, unknown>): void;
  /** Adds to the document of a name. */
  extra(name: string, fields: Record<string, unknown>): void;
  /** Answers instead of the registry when it returns true. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  close(): Promise<void>;
}

/** @param tls makes it one behind https */
export async function startTestRegistry(tls?: SecureContextOptions & TlsOptions): Promise<TestRegistry> {
  const documents = new Map<string, Record<string, unknown> & { versions: Record<string, unknown> }>();
  const tarballs = new Map<string, Uint8Array>();
  const answer: RequestListener = (request, response) => {
    registry.requests.push(`${request.method} ${request.url}`);
    registry.lastHeaders = request.headers;
    registry.rights.push(request.headers.authorization);
    if (registry.intercept?.(request, response)) return;
    const path = decodeURIComponent(new URL(request.url ?? "/", registry.url).pathname.slice(1));
    if (request.method === "PUT") {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        registry.published.push(Buffer.concat(chunks));
        json(response, 201, { ok: true });
      });
    } else if (path === "-/v1/search")
      json(response, 200, { objects: [...documents.keys()].map((name) => ({ package: { name } })) });
    else if (tarballs.has(path)) {
      const bytes = tarballs.get(path)!;
      response.writeHead(200, { "content-type": "application/octet-stream", "content-length": bytes.length });
      response.end(bytes);
    } else if (documents.has(path)) json(response, 200, documents.get(path));
    else json(response, 404, { error: "no such package available" });
  };
  const server = tls === undefined ? createServer(answer) : createSecureServer(tls, answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const registry: TestRegistry = {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests: [],
    lastHeaders: {},
    rights: [],
    published: [],
    intercept: undefined,
    put(packed, changes = {}) {
      const { name, version } = packed.manifest;
      const document = documents.get(name) ?? { name, versions: {} };
      const tarball = `${name}/-/${version}.tgz`;
      document.versions[version] = {
        ...derivePackageJson(packed.manifest),
        dist: { integrity: packed.integrity, shasum: packed.shasum, tarball: registry.url + tarball },
        ...changes,
      };
      documents.set(name, document);
      tarballs.set(tarball, packed.tarball);
    },
    extra(name, fields) {
      documents.set(name, { name, versions: {}, ...documents.get(name), ...fields });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return registry;
}

/** Answers with JSON. */
export function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}
