// The page's own files: styles, scripts and the sign, read once from the folder beside this file.

import { readdirSync, readFileSync } from "node:fs";
import { Hono } from "hono";
import type { WebEnv } from "./chat-guard.ts";
import { etagOf } from "./etag.ts";

const types: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

let read: ReadonlyMap<string, Asset> | undefined;

/** The chat and the console have the same. */
export function createAssetRoutes(): Hono<WebEnv> {
  read ??= readAssets();
  const assets = read;
  const routes = new Hono<WebEnv>();
  routes.get("/:name", (c) => {
    const asset = assets.get(c.req.param("name"));
    if (asset === undefined) return c.notFound();
    const headers = {
      "content-type": asset.type,
      "x-content-type-options": "nosniff",
      "cache-control": "no-cache",
      etag: asset.etag,
    };
    if (c.req.header("if-none-match") === asset.etag) return c.body(null, 304, headers);
    return c.body(asset.content, 200, headers);
  });
  return routes;
}

interface Asset {
  readonly content: string;
  readonly type: string;
  readonly etag: string;
}

function readAssets(): ReadonlyMap<string, Asset> {
  const folder = new URL("./assets/", import.meta.url);
  return new Map(
    readdirSync(folder)
      .filter((name) => types[name.split(".").at(-1) ?? ""] !== undefined)
      .map((name) => [name, readAsset(new URL(name, folder), name)]),
  );
}

function readAsset(file: URL, name: string): Asset {
  const content = readFileSync(file, "utf8");
  return { content, type: types[name.split(".").at(-1) ?? ""] ?? "text/plain", etag: etagOf(content) };
}
