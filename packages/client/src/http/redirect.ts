import { BananaError } from "@banana-peel/format";
import { withoutSecrets } from "./without-secrets.js";

/** Redirects that one request follows; a registry needs one, its content network another. */
export const MAX_REDIRECTS = 5;

const hint = "Put the registry's new address into .npmrc, or tell its operator.";

/** True for an answer that sends elsewhere (RFC 9110, 15.4); 304 and 300 are none. */
export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

/**
 * The address that a redirect leads to. Only http and https are gone to, never from https to http; what changes
 * something is sent on only within its origin, and only when the answer says that the method stays.
 * @param redirects how many were followed before
 * @throws BananaError REGISTRY_INVALID
 */
export function redirectTarget(
  from: URL,
  answer: { status: number; location: string | undefined },
  { method, canRepeat, redirects }: { method: string; canRepeat: boolean; redirects: number },
): URL {
  const where = withoutSecrets(from.href);
  const refuse = (message: string) => new BananaError("REGISTRY_INVALID", message, { where, hint });
  if (redirects >= MAX_REDIRECTS)
    throw refuse(
      `expected at most ${MAX_REDIRECTS} redirects, found more: the addresses may lead in a circle`,
    );
  const { status, location } = answer;
  if (location === undefined || !URL.canParse(location, from))
    throw refuse(
      `expected the address of a redirect (${status}), found ${location === undefined ? "none" : "something else"}`,
    );
  const to = new URL(location, from);
  if (!/^https?:$/.test(to.protocol))
    throw refuse(`expected a redirect to http or https, found ${JSON.stringify(to.protocol.slice(0, 40))}`);
  if (from.protocol === "https:" && to.protocol === "http:")
    throw refuse(`expected a redirect that stays with https, found ${withoutSecrets(to.href)}`);
  if (method === "GET") return to;
  if (canRepeat && to.origin === from.origin && (status === 307 || status === 308)) return to;
  throw refuse(`expected an answer to ${method}, found a redirect (${status}) to ${withoutSecrets(to.href)}`);
}
