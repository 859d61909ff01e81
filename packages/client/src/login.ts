import { BananaError, isBananaError } from "@banana-peel/format";
import { loadRegistryConfig, type RegistryConfig } from "./registry/npm-config.js";
import { readText } from "./registry/read-text.js";
import { NOT_ACCEPTED } from "./registry/refusal.js";
import { type Requester, type RequestOptions, request } from "./registry/request.js";
import { tokenKey, writeToken } from "./registry/user-npmrc.js";

/** Which registry, and how it is reached. */
export interface AccountOptions {
  /** Folder whose .npmrc counts. */
  project: string;
  /** Default: the registry of the default scope. */
  registry?: string | undefined;
  signal?: AbortSignal | undefined;
  env?: NodeJS.ProcessEnv | undefined;
  request?: Requester | undefined;
}

/**
 * Logs in by npm's protocol, making the account where there is none and the registry allows it, and keeps the token
 * in the user's .npmrc.
 * @throws BananaError USAGE, REGISTRY_REFUSED, REGISTRY_INVALID, REGISTRY_UNREACHABLE; of `writeToken`
 */
export async function login(
  options: AccountOptions & { username: string; password: string },
): Promise<{ registry: string; username: string; file: string }> {
  const { username, password } = options;
  if (!/^[^\s:/\\]{1,200}$/.test(username) || password === "")
    throw new BananaError("USAGE", "expected a user name and a password, found none", {
      hint: "For example: banana-peel login ada",
    });
  const { config, registry } = await open(options);
  // An old token must not go along.
  const stranger: RegistryConfig = {
    ...config,
    options: Object.fromEntries(Object.entries(config.options).filter(([key]) => !key.startsWith("//"))),
  };
  const id = `org.couchdb.user:${username}`;
  const url = `${registry}-/user/${encodeURIComponent(id)}`;
  const date = new Date().toISOString();
  const body = JSON.stringify({ _id: id, name: username, password, type: "user", roles: [], date });
  const put = (to: string, headers: Record<string, string> = {}) =>
    call(options, to, stranger, {
      method: "PUT",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
  const again = (error: unknown) => {
    if (!isBananaError(error) || error.details?.status !== 409) throw error;
    // The account is there: with its password the same request gives a token.
    const basic = Buffer.from(`${username}:${password}`).toString("base64");
    return put(`${url}/-rev/1`, { authorization: `Basic ${basic}` });
  };
  const answer = await put(url)
    .catch(again)
    .catch((error: unknown) => {
      if (!isBananaError(error) || error.details?.status !== 401) throw error;
      throw new BananaError(
        "REGISTRY_REFUSED",
        `expected the name and password of an account, found that ${username} has another password`,
        {
          where: registry,
          hint: "Type it again; if the name is somebody else's, choose another.",
          cause: error,
        },
      );
    });
  const token = answer?.token;
  if (typeof token !== "string" || !/^[\x21-\x7e]{1,10000}$/.test(token))
    throw new BananaError("REGISTRY_INVALID", "expected a token in the answer, found none", {
      where: registry,
      hint: "Is this the address of an npm registry?",
    });
  await writeToken(config.userConfig, registry, token);
  return { registry, username, file: config.userConfig };
}

/**
 * Takes a registry's token out of the user's .npmrc, and asks the registry to forget it.
 * @returns revoked: whether the registry did
 * @throws BananaError USAGE when there is no token; of `writeToken`
 */
export async function logout(options: AccountOptions): Promise<{ registry: string; revoked: boolean }> {
  const { config, registry } = await open(options);
  const token = config.options[tokenKey(registry)];
  let revoked = false;
  if (typeof token === "string")
    revoked = await call(options, `${registry}-/user/token/${encodeURIComponent(token)}`, config, {
      method: "DELETE",
    }).then(
      () => true,
      () => false,
    );
  if (await writeToken(config.userConfig, registry, undefined)) return { registry, revoked };
  throw new BananaError("USAGE", `expected a token for ${registry} in the user's .npmrc, found none`, {
    where: config.userConfig,
    hint: "A token in another .npmrc or in the environment has to be taken out there.",
  });
}

/**
 * The name that a registry knows the user by.
 * @throws BananaError REGISTRY_REFUSED when not logged in, and of the registry
 */
export async function whoami(options: AccountOptions): Promise<{ registry: string; username: string }> {
  const { config, registry } = await open(options);
  const answer = await call(options, `${registry}-/whoami`, config, {});
  if (typeof answer?.username === "string" && answer.username !== "")
    return { registry, username: answer.username };
  const hasToken = typeof config.options[tokenKey(registry)] === "string";
  throw new BananaError("REGISTRY_REFUSED", "expected a user who is logged in, found none", {
    where: registry,
    hint: hasToken ? NOT_ACCEPTED : "Log in: banana-peel login NAME",
  });
}

async function open({ project, registry, env }: AccountOptions) {
  const config = await loadRegistryConfig({ cwd: project, registry, ...(env ? { env } : {}) });
  return { config, registry: config.registryFor("@peels/any") };
}

async function call(
  { signal, request: send = request }: AccountOptions,
  url: string,
  config: RegistryConfig,
  more: RequestOptions,
): Promise<Record<string, unknown> | undefined> {
  const answer = await send(url, config, { signal, ...more });
  const text = await readText(answer, url, signal);
  try {
    return JSON.parse(text) as Record<string, unknown> | undefined;
  } catch {
    return undefined;
  }
}
