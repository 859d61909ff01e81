import { BananaError, isBananaError } from "@banana-peel/format";
import { loadRegistryConfig } from "../registry/npm-config.js";
import { request } from "../registry/request.js";
import type { Check, Finding } from "./finding.js";

/** Name whose scope decides which registry is asked. */
const NAME = "@peels/doctor";
/** Milliseconds by which the clock may be off: tokens and certificates live longer than that. */
const MAX_SKEW = 5 * 60 * 1000;

/** The registry of .npmrc: does it answer, who is logged in, and does the clock agree with its own. */
export const checkRegistry: Check = async ({ project, registry, env, signal, now = Date.now }) => {
  const config = await loadRegistryConfig({ cwd: project, registry, ...(env ? { env } : {}) });
  const url = config.registryFor(NAME);
  const quick = { ...config, options: { ...config.options, fetchRetries: 0, timeout: 10_000 } };
  const started = performance.now();
  const ask = async (path: string) => {
    const answer = await request(url + path, quick, { signal });
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of answer.body) {
      bytes += chunk.length;
      if (bytes > 1_000_000) break;
      chunks.push(chunk);
    }
    return { answer, text: Buffer.concat(chunks).toString("utf8") };
  };
  let date: string | undefined;
  const findings: Finding[] = [];
  try {
    const { answer, text } = await ask("-/ping");
    date = answer.header("date");
    const is = /^\s*(\{|$)/.test(text);
    findings.push(
      is
        ? {
            check: "registry",
            status: "ok",
            message: `${url} answers in ${Math.round(performance.now() - started)} ms`,
          }
        : {
            check: "registry",
            status: "error",
            message: `${url} answers, but not as an npm registry does`,
            hint: "A proxy's page, or another kind of server: correct the address in .npmrc.",
          },
    );
  } catch (error) {
    if (!isBananaError(error) || error.code === "CANCELLED") throw error;
    return [
      {
        check: "registry",
        status: "error",
        message: `${url}: ${error.message}`,
        hint: `${error.hint ?? ""} banana-peel registry start hosts one on this machine.`.trim(),
      },
      { check: "clock", status: "skipped", message: "no registry to compare it with" },
    ];
  }
  findings.push(await account(ask, url), clock(date, now()));
  return findings;
};

async function account(ask: (path: string) => Promise<{ text: string }>, url: string): Promise<Finding> {
  try {
    const { username } = JSON.parse((await ask("-/whoami")).text) as { username?: unknown };
    if (typeof username === "string" && username !== "")
      return { check: "login", status: "ok", message: `${username} at ${url}` };
  } catch (error) {
    if (error instanceof BananaError && error.code === "CANCELLED") throw error;
  }
  return {
    check: "login",
    status: "warning",
    message: `nobody is logged in at ${url}`,
    hint: "Only publishing needs it: banana-peel login NAME",
  };
}

function clock(date: string | undefined, now: number): Finding {
  const theirs = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs))
    return { check: "clock", status: "skipped", message: "the registry doesn't say what time it has" };
  const off = now - theirs;
  // The header has whole seconds.
  const words = `${span(Math.abs(off))} ${off < 0 ? "behind" : "ahead of"} the registry's`;
  if (Math.abs(off) <= MAX_SKEW) return { check: "clock", status: "ok", message: words };
  return {
    check: "clock",
    status: "error",
    message: words,
    hint: "Set the clock: certificates and tokens are refused when it is off.",
  };
}

/** Units with their milliseconds. */
const UNITS = [
  ["years", 365.25 * 24 * 3600_000],
  ["days", 24 * 3600_000],
  ["hours", 3600_000],
  ["min", 60_000],
] as const;

/** Milliseconds in the largest unit of which there are two or more. */
function span(milliseconds: number): string {
  const [unit, size] = UNITS.find(([, size]) => milliseconds >= 2 * size) ?? ["s", 1000];
  return `${Math.round(milliseconds / size)} ${unit}`;
}
