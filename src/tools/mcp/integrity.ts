// What is to be started, held against the digests of the configuration (MCP-11, A21).
//
//   IN1  One digest is that of the program's file. A block of paths covers all that the server is shown of this machine besides what
//        every command sees: what is shown and not in it is refused as well.
//   IN2  The digest of a folder is over what is in it: names, kinds, contents, where links lead, what may be executed.
//   IN3  A file that the file system says was not touched is not read twice: size, inode, and the time of its last change, which
//        nobody can set. Of a link to it that is asked of what it leads to. Trees are bounded.

import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

export type Integrity = string | Readonly<Record<string, string>>;

export interface Checked {
  /** The program's file. */
  readonly file: string;
  /** Files and folders that are shown to it. */
  readonly shown: readonly string[];
}

const usual = "sha512";
const mostEntries = 50_000;
const mostBytes = 1024 ** 3;

/** Undefined if all of it is what was meant; else why not, in words for an operator. `key`: where the digests stand. */
export async function integrityProblem(
  integrity: Integrity,
  { file, shown }: Checked,
  key: string,
): Promise<string | undefined> {
  if (typeof integrity === "string") {
    const found = await digestLike(integrity, file);
    return found === integrity ? undefined : mismatch(file, key, found);
  }
  const covered = [...new Set([file, ...shown])].filter(
    (path) => !shown.some((other) => isUnder(path, other)),
  );
  const lacking = covered.filter((path) => !Object.hasOwn(integrity, path));
  if (lacking.length > 0) {
    const lines = await Promise.all(lacking.map(async (path) => `${path}: ${await digestOf(path, usual)}`));
    return `${key} says nothing of what the server is shown: ${lines.join(", ")}. If that is what you mean, write it into deputy.config.yml`;
  }
  for (const [path, expected] of Object.entries(integrity)) {
    const found = await digestLike(expected, path).catch(() => undefined);
    if (found === undefined) return `there is no ${path}, which ${key} names`;
    if (found !== expected) return mismatch(path, key, found);
  }
  return undefined;
}

function mismatch(path: string, key: string, found: string): string {
  return `${path} is not the file or folder that ${key} is the digest of: it has ${found}. If the change is meant, write that into deputy.config.yml`;
}

function isUnder(path: string, folder: string): boolean {
  return path !== folder && path.startsWith(`${folder}/`);
}

function digestLike(expected: string, path: string): Promise<string> {
  return digestOf(path, expected.split("-", 1)[0] ?? usual);
}

/** `sha512-…`, of a file or a folder. */
async function digestOf(path: string, algorithm: string): Promise<string> {
  if (!(await stat(path)).isDirectory()) return `${algorithm}-${await fileDigest(path, algorithm)}`;
  const hash = createHash(algorithm);
  const room: Room = { entries: mostEntries, bytes: mostBytes };
  await addFolder(hash, path, { algorithm, under: "", room });
  return `${algorithm}-${hash.digest("base64")}`;
}

interface Room {
  entries: number;
  bytes: number;
}

interface Tree {
  readonly algorithm: string;
  /** From the folder that is asked about. */
  readonly under: string;
  readonly room: Room;
}

/** IN2: a line for each entry, ended by what no name holds. */
async function addFolder(hash: Hash, folder: string, { algorithm, under, room }: Tree): Promise<void> {
  const names = (await readdir(folder)).toSorted((one, other) =>
    Buffer.compare(Buffer.from(one), Buffer.from(other)),
  );
  for (const name of names) {
    const path = join(folder, name);
    const at = under === "" ? name : `${under}/${name}`;
    const found = await lstat(path);
    room.entries -= 1;
    if (found.isFile()) room.bytes -= found.size;
    if (room.entries < 0 || room.bytes < 0)
      throw new Error(`${folder} holds more than can be looked through`);
    if (found.isDirectory()) {
      hash.update(`folder ${at}\0`);
      await addFolder(hash, path, { algorithm, under: at, room });
    } else if (found.isSymbolicLink()) {
      hash.update(`link ${at}\0${await readlink(path)}\0`);
    } else {
      const kind = (found.mode & 0o111) === 0 ? "file" : "program";
      hash.update(
        `${kind} ${at}\0${found.isFile() ? await fileDigest(path, algorithm) : "nothing to read"}\0`,
      );
    }
  }
}

const known = new Map<string, { readonly stamp: string; readonly digest: string }>();
const mostKnown = 100_000;

/** IN3. */
async function fileDigest(path: string, algorithm: string): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  const stamp = [dev, ino, size, mtimeNs, ctimeNs].join(" ");
  const key = `${algorithm} ${path}`;
  const held = known.get(key);
  if (held?.stamp === stamp) return held.digest;
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  const digest = hash.digest("base64");
  if (known.size >= mostKnown) known.clear();
  known.set(key, { stamp, digest });
  return digest;
}
