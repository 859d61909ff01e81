import { readFile } from "node:fs/promises";
import { generateKey, type SigningKey } from "@banana-peel/signer";
import * as ort from "onnxruntime-node";
import { beforeAll, describe, expect, it } from "vitest";
import { signedPeel, VECTORS } from "../testing/vectors.js";
import { type Fetch, openBase, openPeel, urlSource } from "./index.js";
import { urlFiles } from "./url-files.js";

const HOST = "https://app.example";
let key: SigningKey;
/** Answers by path; anything else is 404. */
const files = new Map<string, Uint8Array>();
const asked: string[] = [];
const server: Fetch = async (url, init) => {
  init?.signal?.throwIfAborted();
  asked.push(url);
  const bytes = files.get(decodeURIComponent(new URL(url).pathname));
  return bytes === undefined ? new Response("<!doctype html>", { status: 404 }) : new Response(bytes.slice());
};

beforeAll(async () => {
  ({ key } = await generateKey());
  for (const path of ["base.json", "model.onnx", "model.data"])
    files.set(`/base/${path}`, new Uint8Array(await readFile(`${VECTORS}merge/channel-int8/${path}`)));
  const peel = await signedPeel("a", key);
  for (const path of await peel.list()) files.set(`/peels/a/${path}`, await peel.read(path));
});

describe("openBase and openPeel by address", () => {
  it("open, apply and run, whatever lies beside the signed files", async () => {
    files.set("/peels/a/extra.js", new Uint8Array(3));
    const base = await openBase(`${HOST}/base`, { ort, fetch: server });
    const peel = await openPeel(new URL(`${HOST}/peels/a/`), base, {
      signer: key.identity.fingerprint,
      fetch: server,
    });
    expect((await base.setPeels([{ peel, weight: 1 }], { strategy: "merge" })).plan.totals.merged).toBe(2);
    expect(asked.some((url) => url.endsWith("extra.js"))).toBe(false);
    await base.dispose();
  });

  it("refuse an unknown signer, a changed file, and what isn't there", async () => {
    const base = await openBase(`${HOST}/base/`, { ort, fetch: server });
    const open = (path: string) => openPeel(HOST + path, base, { anySigner: true, fetch: server });
    await expect(openPeel(`${HOST}/peels/a`, base, { fetch: server })).rejects.toMatchObject({
      code: "SIGNER_NOT_TRUSTED",
    });
    await expect(open("/peels/b")).rejects.toMatchObject({ code: "FILE_MISSING", where: "model.sig" });
    for (const [path, bytes] of files)
      if (path.startsWith("/peels/a/")) files.set(path.replace("/a/", "/c/"), bytes);
    files.set("/peels/c/README.md", new TextEncoder().encode("other words"));
    await expect(open("/peels/c")).rejects.toMatchObject({ code: "SIGNED_FILES_DIFFER" });
    files.set("/peels/c/model.sig", new TextEncoder().encode("<!doctype html>"));
    await expect(open("/peels/c")).rejects.toMatchObject({ code: "JSON_INVALID" });
    await base.dispose();
  });

  it.each([
    ["no card", "FILE_MISSING", "/nowhere"],
    ["no server", "DOWNLOAD_FAILED", "/down"],
  ])("refuse a base with %s: %s", async (_, code, path) => {
    const down: Fetch = async () => {
      throw new TypeError("fetch failed");
    };
    const opening = openBase(HOST + path, { ort, fetch: path === "/down" ? down : server });
    await expect(opening).rejects.toMatchObject({ code, where: "base.json" });
  });

  it("say why a file of the base can't be read", async () => {
    files.set("/half/base.json", files.get("/base/base.json")!);
    await expect(openBase(`${HOST}/half`, { ort, fetch: server })).rejects.toMatchObject({
      code: "BASE_FILE_MISSING",
      message: expect.stringContaining(`in ${HOST}/half/, found none (404)`),
    });
    const offline: Fetch = async (url, init) => {
      if (url.endsWith(".json")) return server(url, init);
      throw new TypeError("Failed to fetch");
    };
    await expect(openBase(`${HOST}/base`, { ort, fetch: offline })).rejects.toMatchObject({
      code: "DOWNLOAD_FAILED",
      message: `expected an answer from ${HOST}/base/model.onnx, found Failed to fetch`,
    });
  });

  it("say what a caller without types forgot", async () => {
    const forgot = async (opening: Promise<unknown>, message: string) =>
      expect(opening).rejects.toMatchObject({
        code: "INPUT_INVALID",
        message: expect.stringContaining(message),
      });
    await forgot(openBase(`${HOST}/base`, { fetch: server } as never), "onnxruntime as ort, found undefined");
    const base = openBase(`${HOST}/base`, { ort, fetch: server });
    const options = { anySigner: true, fetch: server };
    await forgot(openPeel(`${HOST}/peels/a`, base as never, options), "found a promise: await openBase");
    await forgot(openPeel(`${HOST}/peels/a`, undefined as never, options), "open base, found undefined");
    await forgot(openPeel(undefined as never, await base, options), "a peel's place or its files");
    await (await base).dispose();
  });

  it("stop while a peel is fetched", async () => {
    const base = await openBase(`${HOST}/base`, { ort, fetch: server });
    const abort = new AbortController();
    const hangs: Fetch = (url, init) =>
      url.endsWith(".sig")
        ? server(url, init)
        : new Promise((_, reject) => {
            init!.signal!.addEventListener("abort", () => reject(init!.signal!.reason));
            abort.abort(new Error("enough"));
          });
    const opening = openPeel(`${HOST}/peels/a`, base, {
      anySigner: true,
      fetch: hangs,
      signal: abort.signal,
    });
    await expect(opening).rejects.toThrow("enough");
    await base.dispose();
  });

  it("pass an abort on", async () => {
    const abort = new AbortController();
    abort.abort();
    await expect(openBase(`${HOST}/base`, { ort, fetch: server, signal: abort.signal })).rejects.toBe(
      abort.signal.reason,
    );
  });
});

describe("urlFiles", () => {
  it.each(["file:///etc/", "javascript:alert(1)", "ftp://x/", "data:,x", "nonsense", `${HOST}/a?b=c`, ""])(
    "refuses the address %j",
    (address) => {
      expect(() => urlFiles(address, server)).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
    },
  );

  it("escapes what a path can't hold", async () => {
    files.set("/odd/a b?.txt", new Uint8Array([1]));
    expect(await urlFiles(`${HOST}/odd`, server).read("a b?.txt")).toEqual(new Uint8Array([1]));
  });

  it.each([
    ["FILE_MISSING", 404, "none (404)"],
    ["FILE_MISSING", 410, "none (410)"],
    ["DOWNLOAD_FAILED", 403, "found 403"],
    ["DOWNLOAD_FAILED", 500, "found 500"],
    ["DOWNLOAD_FAILED", 206, "found 206"],
  ])("says with %s that the server answers %i", async (code, status, found) => {
    const answers: Fetch = async () => new Response("words", { status });
    await expect(urlFiles(HOST, answers).read("x")).rejects.toMatchObject({
      code,
      where: "x",
      message: expect.stringContaining(found),
    });
  });

  it("tells a server's index from the file, by what is in it", async () => {
    const html = (text: string): Fetch => {
      return async () => new Response(text, { headers: { "content-type": "text/html; charset=utf-8" } });
    };
    const page = "\n<!DOCTYPE html><title>app</title>";
    for (const path of ["base.json", "model.onnx", "model.sig"])
      await expect(urlFiles(HOST, html(page)).read(path)).rejects.toMatchObject({
        code: "FILE_MISSING",
        message: expect.stringContaining("a web page"),
      });
    expect(await urlFiles(HOST, html(page)).read("docs/about.html")).toHaveLength(page.length);
    // A server that knows no type of files.
    expect(await urlFiles(HOST, html("{}")).read("base.json")).toEqual(new TextEncoder().encode("{}"));
    const typed: Fetch = async () =>
      new Response(page, { headers: { "content-type": "application/octet-stream" } });
    expect(await urlFiles(HOST, typed).read("x")).toHaveLength(page.length);
  });

  it("stops reading at the limit, with and without a length said", async () => {
    let sent = 0;
    const endless: Fetch = async () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            sent += 1000;
            controller.enqueue(new Uint8Array(1000));
          },
        }),
      );
    await expect(urlFiles(HOST, endless).read("x", 5000)).rejects.toMatchObject({ code: "FILE_TOO_LARGE" });
    expect(sent).toBeLessThan(10_000);
    const liar: Fetch = async () => new Response("x", { headers: { "content-length": "999999" } });
    await expect(urlFiles(HOST, liar).read("x", 5000)).rejects.toMatchObject({ code: "FILE_TOO_LARGE" });
  });

  it("says so when the connection breaks half-way", async () => {
    const broken: Fetch = async () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new Uint8Array(10)),
          pull: (controller) => controller.error(new TypeError("network error")),
        }),
      );
    await expect(urlSource(HOST, broken).read("x")).rejects.toMatchObject({
      code: "DOWNLOAD_FAILED",
      message: `expected all of ${HOST}/x, found 10 bytes and then network error`,
    });
  });
});
