import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { BananaError, type BaseCard, isBananaError, LIMITS } from "@banana-peel/format";
import { diskError, makeFolder, unmakeFolder } from "@banana-peel/format/node";
import { loadBases } from "./bases.js";
import { createAdvisories } from "./gate/advisories.js";
import { createChanges } from "./gate/changes.js";
import { createGate } from "./gate/gate.js";
import { DOCUMENT_BYTES } from "./gate/npm-body.js";
import { createPublish } from "./gate/publish.js";
import { Serial } from "./gate/serial.js";
import { Accounts } from "./storage/accounts.js";
import { Owners } from "./storage/owners.js";
import { Packages } from "./storage/packages.js";
import { keepSecret } from "./storage/secret.js";
import { Staging } from "./storage/staging.js";
import { sweep } from "./storage/sweep.js";
import { type LogLevel, verdaccioConfig } from "./verdaccio/config.js";
import { innerRegistry } from "./verdaccio/inner.js";

/** How to host a registry. Only `storage` is needed. */
export interface RegistryOptions {
  /** Folder of everything that the registry keeps; made when it isn't there. One process at a time may use it. */
  storage: string;
  /** TCP port; 0 takes a free one. Default 0. */
  port?: number;
  /** Address to listen on. Default 127.0.0.1: this machine only. */
  host?: string;
  /** Bases that peels are checked against: cards, or folders with base.json. Default none: not checked. */
  bases?: readonly (BaseCard | string)[];
  /** Accepted signers (fingerprints) by `@scope/name` or `@scope/*`. A name without a match belongs to its first signer. */
  signers?: Readonly<Record<string, readonly string[]>>;
  /** Bytes of a publish request: a tarball, or one in base64 and a little JSON. Default 2 GiB. */
  maxBodyBytes?: number;
  /** Bytes of a peel's files, unpacked on disk. Default 4 GiB, the specification's limit. */
  maxUnpackedBytes?: number;
  /** Publishes at work at once; 16 times as many wait their turn, and more are told to come again. Default 4. */
  maxPublishes?: number;
  /** Users that may register themselves; -1 closes registration. Default 1000. */
  maxUsers?: number;
  /** How much Verdaccio writes to standard output, in JSON lines. Default fatal: next to nothing. */
  logLevel?: LogLevel;
  /** Hears what went wrong in the registry itself, which clients see as status 500. Default: nobody. */
  onError?: (error: unknown) => void;
}

/** A registry that runs. */
export interface Registry {
  /** Its address, with a slash at the end. */
  readonly url: string;
  /** Stops: no new connections, open ones are cut, the port is free. May be called twice. */
  close(): Promise<void>;
}

const GIB = 1024 ** 3;
/** Milliseconds that a request may take to come in whole: 60 MB at 0.5 Mbit/s. */
const REQUEST_MS = 20 * 60 * 1000;

/**
 * Starts a registry in this process: Verdaccio behind the gate. Everything is written under `storage`, nothing goes
 * out to the network. Verdaccio's log level is that of the first registry of the process.
 * @throws BananaError LISTEN_FAILED, DISK_FULL, TARGET_READ_ONLY, STORAGE_INVALID, and those of reading base cards
 */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const { port = 0, host = "127.0.0.1", maxBodyBytes = 2 * GIB, maxPublishes = 4 } = options;
  const storage = resolve(options.storage);
  const bases = await loadBases(options.bases ?? []);
  const owners = new Owners(join(storage, "owners"));
  const staging = new Staging(join(storage, "staging"));
  const packages = new Packages(join(storage, "packages"), staging, owners);
  const accounts = new Accounts(storage);
  let made: string | undefined;
  try {
    made = await makeFolder(join(storage, "packages"));
    await packages.recover();
    await accounts.recover();
    await sweep(storage);
    await keepSecret(storage);
  } catch (error) {
    await unmakeFolder(join(storage, "packages"), made);
    throw storageError(error, storage);
  }

  // Verdaccio takes about a second to load: only who hosts a registry pays for it.
  const { runServer } = await import("verdaccio");
  const config = verdaccioConfig({
    storage,
    maxUsers: options.maxUsers ?? 1000,
    logLevel: options.logLevel ?? "fatal",
  });
  const inner = innerRegistry((await runServer(config as never)) as Server);
  const serial = new Serial();
  const server = createServer(
    createGate({
      inner,
      packages,
      accounts,
      serial,
      about: { protocol: 1, publish: { maxBytes: maxBodyBytes, digestAtEnd: true } },
      publish: createPublish({
        packages,
        staging,
        owners,
        bases,
        signers: options.signers ?? {},
        maxBodyBytes,
        maxUnpackedBytes: options.maxUnpackedBytes ?? LIMITS.peelBytes,
        maxPublishes,
        serial,
      }),
      advisories: createAdvisories(join(storage, "advisories.json")),
      changes: createChanges({ packages, owners, serial, maxBodyBytes: DOCUMENT_BYTES }),
      mayTag: async (name, user) => (await owners.get(name))?.publishers.includes(user) ?? false,
      onError: options.onError ?? (() => {}),
    }),
  );
  server.requestTimeout = REQUEST_MS;
  await listen(server, port, host);
  return { url: urlOf(server, host), close: closer(server) };
}

/** What hinders writing to the storage, with the way to another one. */
function storageError(error: unknown, storage: string): unknown {
  const coded = diskError(error, storage);
  if (coded === error || !isBananaError(coded)) return error;
  const { code, message, where } = coded;
  return new BananaError(code, message, {
    where,
    hint: "Free some space there or change its permissions, or choose another folder with --storage.",
    cause: error,
  });
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((done, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(
        new BananaError("LISTEN_FAILED", `expected to listen on ${host}:${port}, found ${cause.code}`, {
          where: `${host}:${port}`,
          hint: "Choose another port, or 0 for a free one.",
          cause,
        }),
      ),
    );
    server.listen(port, host, done);
  });
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  const everywhere = host === "0.0.0.0" || host === "::";
  const name = everywhere ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}/`;
}

function closer(server: Server): () => Promise<void> {
  let closed: Promise<void> | undefined;
  return () => {
    closed ??= new Promise((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
    return closed;
  };
}
