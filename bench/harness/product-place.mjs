// Where the built product is. Another build can be measured by naming its folder.

import path from "node:path";
import { pathToFileURL } from "node:url";

const dist = path.resolve(process.env.BENCH_PRODUCT ?? path.join(import.meta.dirname, "../../dist"));

export function productFile(name) {
  return path.join(dist, name);
}

/** A module of it. */
export function product(module) {
  return import(pathToFileURL(productFile(module)).href);
}
