// Adds to the package-lock.json files the optional packages of platforms that npm left out, so that `npm ci` accepts the lock.
//
// npm leaves an optional package out of the lock when the registry in use does not serve it (a mirror with one
// platform only, say), and `npm ci` then calls the lock incomplete. The entries made here hold what decides whether a
// machine needs the package: version, os, cpu, libc. They have no integrity; `npm install` fills it in where it can.
// Running it twice changes nothing. Run it after `npm install` added a package with binaries per platform; with
// `--check` it only says whether something is missing.

import { readFileSync, writeFileSync } from "node:fs";

const systems = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const processors = [
  "arm64",
  "arm",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
  "universal",
  "wasm32",
  "x64",
];

const checkOnly = process.argv.includes("--check");
let missing = 0;
for (const name of ["package-lock.json", "bench/package-lock.json"]) {
  const file = new URL(`../${name}`, import.meta.url);
  const lock = JSON.parse(readFileSync(file, "utf8"));
  const added = complete(lock);
  console.log(`${name}: ${added} packages of other platforms ${checkOnly ? "missing" : "added"}`);
  missing += added;
  if (!checkOnly && added > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}
process.exitCode = checkOnly && missing > 0 ? 1 : 0;

/** Returns how many were added. */
function complete(lock) {
  let added = 0;
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      if (isLocked(lock, path, name)) continue;
      lock.packages[`node_modules/${name}`] = entryOf(name, range, entry.dev === true);
      added += 1;
    }
  }
  lock.packages = Object.fromEntries(
    Object.entries(lock.packages).toSorted(([a], [b]) => a.localeCompare(b, "en")),
  );
  return added;
}

/** Is there a copy of `name` that the package at `path` would find, walking up? */
function isLocked(lock, path, name) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("node_modules/") - 1))) {
    if (lock.packages[`${folder === "" ? "" : `${folder}/`}node_modules/${name}`]) return true;
    if (folder === "") return false;
  }
}

function entryOf(name, range, dev) {
  const words = name.replace(/^@[^/]+\//, "").split(/[-.]/);
  const os = systems.filter(
    (system) => words.includes(system) || (system === "linux" && words.includes("musl")),
  );
  const cpu = processors.filter((processor) => words.some((word) => word === processor));
  if (words.includes("gnueabihf") || words.includes("musleabihf") || words.includes("eabi")) cpu.push("arm");
  const libc = words.some((word) => word.startsWith("musl"))
    ? ["musl"]
    : words.some((word) => word.startsWith("gnu"))
      ? ["glibc"]
      : [];
  if (name === "fsevents") os.push("darwin");
  return {
    version: range.replace(/^[~^]/, ""),
    ...(cpu.length > 0 && { cpu: [...new Set(cpu)] }),
    ...(dev && { dev: true }),
    ...(libc.length > 0 && os.includes("linux") && { libc }),
    optional: true,
    ...(os.length > 0 && { os: [...new Set(os)] }),
  };
}
