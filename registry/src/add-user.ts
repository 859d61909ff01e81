import { randomBytes } from "node:crypto";
import { BananaError } from "@banana-peel/format";

/** A user of a registry, with a token that npm and banana-peel take. */
export interface RegistryUser {
  readonly name: string;
  readonly password: string;
  readonly token: string;
}

/** Milliseconds that a registry may take to answer. */
const TIMEOUT_MS = 30_000;

/**
 * Registers a user through npm's own login protocol, without a prompt.
 * @param registry the registry's address
 * @param password default: 24 random bytes
 * @throws BananaError REGISTRY_UNREACHABLE, REGISTRY_REFUSED (the name is taken, or registration is closed),
 *   REGISTRY_INVALID
 */
export async function addUser(
  registry: string,
  name: string,
  password: string = randomBytes(24).toString("base64url"),
): Promise<RegistryUser> {
  const id = `org.couchdb.user:${name}`;
  const url = new URL(`-/user/${encodeURIComponent(id)}`, registry);
  let status: number;
  let text: string;
  try {
    const response = await fetch(url, {
      method: "PUT",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({
        _id: id,
        name,
        password,
        type: "user",
        roles: [],
        date: new Date().toISOString(),
      }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    status = response.status;
    text = await response.text();
  } catch (cause) {
    throw new BananaError("REGISTRY_UNREACHABLE", `expected an answer from ${registry}, found none`, {
      where: registry,
      hint: "Check the address, and that the registry runs.",
      cause,
    });
  }
  if (status !== 201)
    throw new BananaError("REGISTRY_REFUSED", `expected status 201 for a new user, found ${status}`, {
      where: url.href,
      hint:
        status === 409 ? "Choose another name." : "Registration may be closed: ask the registry's operator.",
      details: { status },
    });
  const token = readToken(text);
  if (token === undefined)
    throw new BananaError("REGISTRY_INVALID", "expected a token in the answer, found none", {
      where: url.href,
      hint: "Is this the address of an npm registry?",
    });
  return { name, password, token };
}

function readToken(text: string): string | undefined {
  try {
    const { token } = JSON.parse(text) as { token?: unknown };
    return typeof token === "string" && token !== "" ? token : undefined;
  } catch {
    return undefined;
  }
}
