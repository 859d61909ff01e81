import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".html": "text/html",
  ".json": "application/json",
};

/**
 * Serves a page with one script on loopback, and below each name of `folders` what `read` gives for it.
 * @param script the bundled script of the page
 * @param folders by first part of the path: a folder, or a function that reads a path
 * @param headers of every answer
 */
export function servePage(
  script: string,
  folders: Readonly<Record<string, string | ((path: string) => Promise<Uint8Array>)>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname));
    try {
      const [, top = "", ...rest] = path.split("/");
      const folder = Object.hasOwn(folders, top) ? folders[top] : undefined;
      const inside = rest.join("/");
      let body: string | Uint8Array;
      if (path === "/") body = '<!doctype html><script type="module" src="/page.js"></script>';
      else if (path === "/page.js") body = script;
      else if (folder === undefined) throw new Error("unknown path");
      else body = typeof folder === "string" ? await readFile(join(folder, inside)) : await folder(inside);
      response.writeHead(200, {
        ...headers,
        "content-type": TYPES[path === "/" ? ".html" : extname(path)] ?? "application/octet-stream",
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
