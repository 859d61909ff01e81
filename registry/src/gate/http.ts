import type { IncomingMessage, ServerResponse } from "node:http";
import type { Refusal } from "./problems.js";

/** Answers in JSON. A request that is still coming is read to its end unheard, so that its sender sees the answer. */
export function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: unknown,
): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    ...(request.complete ? {} : { connection: "close" }),
  });
  response.end(text);
  request.resume();
}

/** Answers with a refusal. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  { status, error, problems }: Refusal,
): void {
  if (status === 401) response.setHeader("www-authenticate", 'Bearer realm="banana-peel"');
  answer(request, response, status, { error, problems });
}

/**
 * The body of a request; `too-large` when it has more than `maxBytes`, `aborted` when the connection ends before the
 * body does.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | "too-large" | "aborted"> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return Promise.resolve("too-large");
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve("too-large");
      }
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", () => resolve("aborted"));
    request.on("close", () => resolve("aborted"));
  });
}
