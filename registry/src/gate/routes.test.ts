import { describe, expect, it } from "vitest";
import { routeOf } from "./routes.js";

describe("routeOf", () => {
  it("lets reading through", () => {
    for (const method of ["GET", "HEAD", "OPTIONS"])
      expect(routeOf(method, "/anything?x")).toEqual({ kind: "read" });
  });

  it("knows npm's ways to publish", () => {
    for (const url of ["/@peels%2fx", "/@peels%2Fx", "/@peels/x", "/@peels%2fx?write=true", "/%40peels%2fx"])
      expect(routeOf("PUT", url), url).toEqual({ kind: "publish", name: "@peels/x" });
    expect(routeOf("PUT", "/x")).toEqual({ kind: "publish", name: "x" });
  });

  it("knows logins and tags", () => {
    expect(routeOf("PUT", "/-/user/org.couchdb.user:ann")).toEqual({ kind: "account" });
    expect(routeOf("PUT", "/-/user/org.couchdb.user%3Aann")).toEqual({ kind: "account" });
    expect(routeOf("PUT", "/-/user/org.couchdb.user:ann/-rev/1")).toEqual({ kind: "account" });
    expect(routeOf("DELETE", "/-/user/token/abc")).toEqual({ kind: "account" });
    expect(routeOf("PUT", "/-/package/@a%2fb/dist-tags/beta")).toEqual({ kind: "tag", name: "@a/b" });
  });

  it("knows npm audit", () => {
    expect(routeOf("POST", "/-/npm/v1/security/advisories/bulk")).toEqual({ kind: "advisories" });
    expect(routeOf("PUT", "/-/npm/v1/security/advisories/bulk")).toEqual({ kind: "absent" });
  });

  it("knows what changes a published package", () => {
    const name = "@a/b";
    for (const path of ["/@a%2fb", "/@a%2Fb", "/@a/b"]) {
      expect(routeOf("PUT", `${path}/-rev/1-x`)).toEqual({ kind: "change", name });
      expect(routeOf("DELETE", `${path}/-rev/1-x`)).toEqual({ kind: "remove", name });
      expect(routeOf("DELETE", `${path}/-/b-1.0.0.tgz/-rev/1-x`)).toEqual({
        kind: "tarball",
        name,
        file: "b-1.0.0.tgz",
      });
    }
  });

  it("refuses every other way to write", () => {
    for (const [method, url] of [
      ["PUT", "/"],
      ["PUT", ""],
      ["PUT", "//x"],
      ["PUT", "/@a%2fb/"],
      ["put", "/@a%2fb/-rev/1"],
      ["PUT", "/@a%2fb/-rev/"],
      ["PUT", "/@a%2f../-rev/1"],
      ["PUT", "/b/-rev/1"],
      ["PUT", "/@a%2fb/-/b-1.0.0.tgz/-rev/1"],
      ["POST", "/@a%2fb/-rev/1"],
      ["DELETE", "/@a%2fb/-/..%2fx.tgz/-rev/1"],
      ["DELETE", "/@a%2fb/-/package.json/-rev/1"],
      ["DELETE", "/@a%2fb/-/b-1.0.0.tgz"],
      ["PUT", "/@a/b/c"],
      ["PUT", "/@a%2fb/-/b-1.0.0.tgz/x"],
      ["PUT", "/%"],
      ["PUT", "/-/package/@a%2fb/dist-tags/1.0.0"],
      ["PUT", "/-/package/@a%2f../dist-tags/x%2fy"],
      ["DELETE", "/@a%2fb"],
      ["POST", "/@a%2fb"],
      ["PATCH", "/@a%2fb"],
      ["get", "/x"],
      ["", "/x"],
    ] as const)
      expect(routeOf(method, url), `${method} ${url}`).toEqual({ kind: "refused" });
    for (const url of ["/-/npm/v1/tokens", "/-/v1/login", "/-/user/x", "/-/"])
      expect(routeOf("POST", url), url).toEqual({ kind: "absent" });
  });
});
