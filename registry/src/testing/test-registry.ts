import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addUser } from "../add-user.js";
import { type Registry, type RegistryOptions, startRegistry } from "../start-registry.js";
import type { Json } from "./sample-peel.js";

/** An answer of the registry, its JSON read. */
export interface Answer {
  status: number;
  body: Json;
}

/** A registry on a free port with throw-away storage, and how the tests talk to it. */
export interface TestRegistry {
  readonly url: string;
  readonly storage: string;
  /** Errors of the registry itself, which no test may provoke unknowingly. */
  readonly errors: unknown[];
  login(name: string): Promise<string>;
  send(
    method: string,
    path: string,
    options?: { token?: string | undefined; body?: unknown; headers?: Record<string, string> },
  ): Promise<Answer>;
  /** PUT of a publish document. */
  publish(document: Json, token?: string): Promise<Answer>;
  /** Files under storage that belong to packages, without users and Verdaccio's own database. */
  stored(): Promise<string[]>;
  restart(options?: Partial<RegistryOptions>): Promise<void>;
  close(): Promise<void>;
}

export async function testRegistry(options: Partial<RegistryOptions> = {}): Promise<TestRegistry> {
  const storage = await mkdtemp(join(tmpdir(), "banana-peel-registry-"));
  const errors: unknown[] = [];
  const start = (more: Partial<RegistryOptions> = {}): Promise<Registry> =>
    startRegistry({ storage, onError: (error) => errors.push(error), ...options, ...more });
  let registry = await start();
  const send: TestRegistry["send"] = async (method, path, { token, body, headers = {} } = {}) => {
    const response = await fetch(registry.url.slice(0, -1) + path, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    let json: Json = text;
    try {
      json = JSON.parse(text);
    } catch {
      // Pages and tarballs stay text.
    }
    return { status: response.status, body: json };
  };
  return {
    get url() {
      return registry.url;
    },
    storage,
    errors,
    login: async (name) => (await addUser(registry.url, name)).token,
    send,
    publish: (document, token) =>
      send("PUT", `/${String(document.name).replace("/", "%2f")}`, { token, body: document }),
    async stored() {
      const entries = await readdir(storage, { recursive: true, withFileTypes: true });
      const own = [".verdaccio-db.json", "htpasswd", "secret"];
      return entries
        .filter((entry) => entry.isFile() && !own.includes(entry.name))
        .map((entry) => join(entry.parentPath, entry.name).slice(storage.length + 1))
        .sort();
    },
    async restart(more) {
      await registry.close();
      registry = await start(more);
    },
    async close() {
      await registry.close();
      await rm(storage, { recursive: true, force: true });
    },
  };
}
