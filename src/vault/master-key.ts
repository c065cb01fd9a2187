// The master key: from the settings, or for an installation on one machine from a file beside the data that is made at first start.
//
//   MK1  Without a key nothing starts (VLT-2). A key is made only where no database knows one yet, and never written over.
//   MK2  The database remembers the fingerprint of the key that it was first opened with. Another key is refused before anything
//        is sealed or opened, and changes nothing (VLT-3).

import { randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { AppError, systemErrorCode } from "../base/errors.ts";
import { Secret } from "../base/secret.ts";
import type { Store } from "../store/contract.ts";
import { deriveKey } from "./seal.ts";

export interface MasterKeySource {
  /** From the settings: 32 bytes in base64. */
  readonly configured?: Secret | undefined;
  /** The one before it, while the change is under way (VLT-4). */
  readonly previous?: Secret | undefined;
  readonly dataFolder: string;
}

const mark = "master-key";

/** The key for this database. */
export async function openMasterKey(store: Store, source: MasterKeySource): Promise<Secret> {
  const known = await store.read((tx) => tx.lastKnown.find(mark));
  const key = source.configured ?? (await keyBeside(store, source.dataFolder, known !== undefined));
  await checkMasterKey(store, key, source.previous);
  return key;
}

/** The key, if there is one already, for who only looks. Throws if it is another one than the database knows. */
export async function findMasterKey(store: Store, source: MasterKeySource): Promise<Secret | undefined> {
  const beside = store.dialect === "sqlite" ? await readKey(masterKeyFile(source.dataFolder)) : undefined;
  const key = source.configured ?? beside;
  const known = await store.read((tx) => tx.lastKnown.find(mark));
  if (
    key &&
    known !== undefined &&
    ![key, source.previous].some((one) => one && fingerprintOf(one) === known)
  )
    throw wrongKey();
  return key;
}

/** Whether the database was sealed with one: then nothing starts without it (MK1). */
export async function needsMasterKey(store: Store): Promise<boolean> {
  return (await store.read((tx) => tx.lastKnown.find(mark))) !== undefined;
}

export function masterKeyFile(dataFolder: string): string {
  return path.join(dataFolder, "keys", "master");
}

async function checkMasterKey(store: Store, key: Secret, previous: Secret | undefined): Promise<void> {
  const own = fingerprintOf(key);
  const known = await store.write((tx) => tx.lastKnown.claim(mark, own));
  if (known === own) return;
  if (previous === undefined || fingerprintOf(previous) !== known) throw wrongKey();
  await store.write((tx) => tx.lastKnown.replace(mark, known, own)); // false: another process was first, with the same key
}

function fingerprintOf(key: Secret): string {
  return deriveKey(key, "fingerprint").toString("hex").slice(0, 32);
}

async function keyBeside(store: Store, dataFolder: string, known: boolean): Promise<Secret> {
  if (store.dialect === "postgres") throw noKey();
  const file = masterKeyFile(dataFolder);
  const present = await readKey(file);
  if (present) return present;
  if (known) throw keyGone(file); // MK1
  await makeKey(file);
  return (await readKey(file)) ?? (await Promise.reject(keyGone(file)));
}

async function readKey(file: string): Promise<Secret | undefined> {
  try {
    const text = (await readFile(file, "utf8")).trim();
    if (Buffer.from(text, "base64").length !== 32) throw badFile(file);
    return new Secret(text);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Whole or not at all; if another process makes one at the same time, the first stays. */
async function makeKey(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${randomBytes(6).toString("hex")}`;
  const handle = await open(fresh, "w", 0o600);
  try {
    await handle.writeFile(`${randomBytes(32).toString("base64")}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(fresh, file);
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") throw error;
  } finally {
    await rm(fresh, { force: true });
  }
}

function noKey(): AppError {
  return new AppError(
    "vault.no_key",
    "DEPUTY_MASTER_KEY is not set, and with Postgres it has to be: what is secret in the database is sealed with it, on every machine the same. Make one with `openssl rand -base64 32`, keep it apart from the database, and set it (or DEPUTY_MASTER_KEY_FILE) for every process.",
  );
}

function keyGone(file: string): AppError {
  return new AppError(
    "vault.no_key",
    `The master key ${file} is not there, and the database was sealed with it. Restore the file from a backup, or set DEPUTY_MASTER_KEY to that key. No new key was made.`,
    { facts: { file } },
  );
}

function wrongKey(): AppError {
  return new AppError(
    "vault.wrong_key",
    "The master key is another one than this database was sealed with. Start with that key (DEPUTY_MASTER_KEY, or keys/master in DEPUTY_DATA); nothing was changed.",
  );
}

function badFile(file: string): AppError {
  return new AppError(
    "vault.bad_key",
    `The master key ${file} is not 32 bytes in base64. Restore the file from a backup; nothing was changed.`,
    { facts: { file } },
  );
}
