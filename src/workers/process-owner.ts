// Who holds a lease: one process, named so that another process of the same machine can tell whether it is still there.
//
//   PO1  A process id alone proves nothing, since ids are used again: the start time is part of the name.
//   PO2  Boot and process-id namespace are part of it, too: containers that share a host name never judge each other.

import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { systemErrorCode } from "../base/errors.ts";

export interface ProcessOwner {
  readonly host: string;
  /** Boot of the machine and process-id namespace; `none` where the system does not tell. */
  readonly bootId: string;
  readonly pid: number;
  /** In the system's ticks since boot; 0 where it does not tell. */
  readonly startTime: number;
  /** Tells several workers of one process apart. */
  readonly nonce: string;
}

export interface ProcessTable {
  /** This process. */
  self(nonce: string): ProcessOwner;
  /** Whether `owner` could be judged from here: same host, boot and namespace. */
  isNeighbour(owner: ProcessOwner): boolean;
  /** Only for neighbours. A frozen process is alive: its lease runs out by itself. */
  isAlive(owner: ProcessOwner): boolean;
}

/** `host:bootId:pid:startTime:nonce`, each part percent-encoded. */
export function formatOwner(owner: ProcessOwner): string {
  const { host, bootId, pid, startTime, nonce } = owner;
  return [host, bootId, `${pid}`, `${startTime}`, nonce].map(encodeURIComponent).join(":");
}

/** Undefined if `text` is not what `formatOwner` makes. */
export function parseOwner(text: string): ProcessOwner | undefined {
  const parts = text.split(":").map(decodePart);
  const [host, bootId, pid, startTime, nonce] = parts;
  if (parts.length !== 5 || !host || !bootId || !nonce) return undefined;
  if (!/^\d+$/.test(pid ?? "") || !/^\d+$/.test(startTime ?? "")) return undefined;
  return { host, bootId, pid: Number(pid), startTime: Number(startTime), nonce };
}

/** `folder` is where the system shows its processes; where there is no such folder only `kill(pid, 0)` is asked. */
export function createProcessTable(folder = "/proc"): ProcessTable {
  const host = hostname();
  const bootId = findBootId(folder);
  return {
    self: (nonce) => ({
      host,
      bootId,
      pid: process.pid,
      startTime: statOf(folder, process.pid)?.startTime ?? 0,
      nonce,
    }),
    isNeighbour: (owner) => owner.host === host && owner.bootId === bootId,
    isAlive(owner) {
      if (owner.startTime === 0) return answersSignals(owner.pid);
      const stat = statOf(folder, owner.pid);
      return stat !== undefined && stat.startTime === owner.startTime && !stat.ended;
    },
  };
}

/** Whether the process that `formatOwner` named is known to be dead; false where nobody here can tell. */
export function isGone(processes: Pick<ProcessTable, "isNeighbour" | "isAlive">, name: string): boolean {
  const owner = parseOwner(name);
  return owner !== undefined && processes.isNeighbour(owner) && !processes.isAlive(owner);
}

interface ProcessStat {
  readonly startTime: number;
  /** Killed, and not yet collected by its parent. */
  readonly ended: boolean;
}

function statOf(folder: string, pid: number): ProcessStat | undefined {
  const text = readText(`${folder}/${pid}/stat`);
  if (text === undefined) return undefined;
  // `pid (name) state ppid …`: the name may hold anything, a closing bracket too. The start time is the 22nd field.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const startTime = Number(fields[19]);
  if (!Number.isInteger(startTime)) return undefined;
  return { startTime, ended: ["Z", "X", "x"].includes(fields[0] ?? "") };
}

function findBootId(folder: string): string {
  const boot = readText(`${folder}/sys/kernel/random/boot_id`)?.trim();
  if (boot === undefined || boot === "") return "none";
  return `${boot}.${namespaceOf(folder)}`;
}

function namespaceOf(folder: string): string {
  try {
    return readlinkSync(`${folder}/self/ns/pid`).replace(/\D/g, "");
  } catch {
    return "0"; // not told here: the boot alone has to do
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // no such process, or a system without the folder
  }
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === "EPERM";
  }
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return ""; // not ours
  }
}
