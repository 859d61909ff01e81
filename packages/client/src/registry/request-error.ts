import { BananaError, isBananaError } from "@banana-peel/format";
import { withoutSecrets } from "../http/without-secrets.js";

/** CANCELLED, for a request or a command that its signal stopped. */
export function cancelled(cause?: unknown): BananaError {
  return new BananaError("CANCELLED", "stopped before the end; nothing was changed", { cause });
}

/**
 * The coded error for a connection that failed: REGISTRY_CERTIFICATE, REGISTRY_UNREACHABLE.
 * @param by.proxy the proxy that the connection went to
 * @param by.noCafile what `cafile` of .npmrc names, when it isn't there: npm passes that over
 */
export function unreachable(
  error: unknown,
  url: string,
  by: { proxy?: string | undefined; noCafile?: string | undefined } = {},
): BananaError {
  if (isBananaError(error)) return error;
  const { host } = new URL(url);
  const where = withoutSecrets(url);
  const { code = "", message, reason } = error as { code?: string; message?: string; reason?: string };
  const known = Object.hasOwn(CERTIFICATES, code) ? CERTIFICATES[code] : undefined;
  if (known !== undefined)
    return new BananaError(
      "REGISTRY_CERTIFICATE",
      `expected a certificate of ${host} that is trusted, found one ${known.found()}`,
      {
        where,
        hint:
          known === unknown && by.noCafile
            ? `cafile of .npmrc names ${by.noCafile}, which isn't there.`
            : known.hint,
        details: { reason: code },
        cause: error,
      },
    );
  return new BananaError(
    "REGISTRY_UNREACHABLE",
    `expected an answer from ${host}${by.proxy ? ` by the proxy ${by.proxy}` : ""}: ${REASONS[code] ?? reason ?? withoutOpenSsl(message) ?? String(error)}`,
    {
      where,
      hint: hintFor(code, by.proxy),
      cause: error,
    },
  );
}

/** What an error of OpenSSL says: its own line also has the address of a thread and a file of its source. */
function withoutOpenSsl(message: string | undefined): string | undefined {
  return /:SSL routines:[^:]*:([^:]+):/.exec(message ?? "")?.[1] ?? message;
}

function hintFor(code: string, proxy: string | undefined): string {
  if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/.test(code))
    return "It may want a client certificate: //HOST/:certfile=PATH and //HOST/:keyfile=PATH in .npmrc.";
  if (code === "ERR_PROXY_REFUSED") return `${PROXY} 407 wants https-proxy=http://NAME:PASSWORD@HOST/.`;
  if (proxy !== undefined) return `Is it the right proxy? ${PROXY}`;
  return "Check the address of the registry and the connection, then try again; nothing was changed.";
}

const PROXY =
  "See https-proxy, proxy and noproxy in .npmrc, and HTTPS_PROXY and HTTP_PROXY in the environment.";
const REASONS: Readonly<Record<string, string>> = {
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: "it wants a client certificate, and got none",
  ETIMEDOUT: "none came in time",
  ECONNREFUSED: "the connection was refused",
  ENOTFOUND: "the host's name is unknown",
  EAI_AGAIN: "the host's name is unknown",
};

const CLOCK = "Is this machine's clock right? If it is, tell the registry's operator.";
const AUTHORITY =
  "If it is a company's own registry or proxy, name the certificate of its authority: cafile=PATH in .npmrc.";
const now = () => `this machine's clock says ${new Date().toISOString().slice(0, 10)}`;
const unknown = { found: () => "of an authority that isn't", hint: AUTHORITY };

/** Codes of OpenSSL's verification, as Node gives them. */
const CERTIFICATES: Readonly<Record<string, { found: () => string; hint: string } | undefined>> = {
  CERT_HAS_EXPIRED: { found: () => `that has expired; ${now()}`, hint: CLOCK },
  CERT_NOT_YET_VALID: { found: () => `that isn't valid yet; ${now()}`, hint: CLOCK },
  CERT_REVOKED: { found: () => "that was revoked", hint: "Tell the registry's operator." },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    found: () => "for other names",
    hint: "Is this the registry's right address? A proxy may have answered in its place.",
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: unknown,
  SELF_SIGNED_CERT_IN_CHAIN: unknown,
  UNABLE_TO_GET_ISSUER_CERT: unknown,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknown,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknown,
  CERT_UNTRUSTED: unknown,
  INVALID_CA: unknown,
};
