import type { IncomingMessage, ServerResponse } from "node:http";
import { BananaError } from "@banana-peel/format";
import type { Refusal } from "./problems.js";

/**
 * Answers in JSON. A request that is still coming is read to its end unheard, and its connection stays: closed with bytes
 * unread, it would be reset, and the sender could lose the answer.
 */
export function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: unknown,
): void {
  answerText(request, response, status, `${JSON.stringify(body)}\n`);
}

/** Answers with a text that is JSON already, as `answer` does. */
export function answerText(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
): void {
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
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

/** The connection ended before the body did. */
export class BodyEnded extends Error {}

/**
 * The body of a request, as it comes in.
 * @throws BodyEnded; BananaError FILE_TOO_LARGE
 */
export async function* bodyOf(
  request: IncomingMessage,
  maxBytes: number,
): AsyncGenerator<Buffer, void, undefined> {
  let bytes = 0;
  // What isn't read is answered, and read to its end unheard.
  const chunks = request.iterator({ destroyOnReturn: false });
  try {
    for await (const chunk of chunks) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxBytes)
        throw new BananaError("FILE_TOO_LARGE", `expected at most ${maxBytes} bytes, found more`, {
          where: "request:/",
          hint: "Make the peel smaller, or ask the registry's operator.",
        });
      yield chunk as Buffer;
    }
  } catch (error) {
    if (error instanceof BananaError) throw error;
    throw new BodyEnded();
  }
  if (!request.complete) throw new BodyEnded();
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
