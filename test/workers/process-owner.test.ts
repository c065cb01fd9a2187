import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createProcessTable, formatOwner, parseOwner } from "../../src/workers/process-owner.ts";

describe("workers/process-owner", () => {
  let folder: string;
  const writeStat = (pid: number, name: string, state: string, startTime: number): void => {
    mkdirSync(path.join(folder, `${pid}`), { recursive: true });
    const rest = Array.from({ length: 18 }, (_, i) => `${i + 4}`).join(" ");
    writeFileSync(
      path.join(folder, `${pid}`, "stat"),
      `${pid} (${name}) ${state} ${rest} ${startTime} 0 0\n`,
    );
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "deputy-proc-"));
    mkdirSync(path.join(folder, "sys/kernel/random"), { recursive: true });
    writeFileSync(path.join(folder, "sys/kernel/random/boot_id"), "boot-1\n");
    mkdirSync(path.join(folder, "self/ns"), { recursive: true });
    symlinkSync("pid:[4026531836]", path.join(folder, "self/ns/pid"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("reads back the name it makes, whatever the host is called", () => {
    const owner = { host: "fe80::1 %", bootId: "b.1", pid: 12, startTime: 34, nonce: "w_1" };

    expect(formatOwner(owner).split(":")).toHaveLength(5);
    expect(parseOwner(formatOwner(owner))).toEqual(owner);
  });

  it.each(["", "a:b:c:d:e", "a:b:1:2", "a:b:1:2:", "a:b:1:2:n:x", "%:b:1:2:n", "a:b:-1:2:n"])(
    "does not take %j for a name of its making",
    (text) => {
      expect(parseOwner(text)).toBeUndefined();
    },
  );

  it("finds itself alive and its own neighbour", () => {
    const table = createProcessTable();
    const self = table.self("w_1");

    expect(self.pid).toBe(process.pid);
    expect(table.isNeighbour(self)).toBe(true);
    expect(table.isAlive(self)).toBe(true);
  });

  it("PO1: finds a process dead whose id belongs to a later one by now", () => {
    writeStat(7, "node", "S", 500);
    const table = createProcessTable(folder);
    const owner = { ...table.self("w_1"), pid: 7 };

    expect(table.isAlive({ ...owner, startTime: 500 })).toBe(true);
    expect(table.isAlive({ ...owner, startTime: 499 })).toBe(false);
  });

  it("finds a process dead that was killed and not yet collected, and one that is gone", () => {
    writeStat(7, "node", "Z", 500);
    const table = createProcessTable(folder);
    const owner = { ...table.self("w_1"), startTime: 500 };

    expect(table.isAlive({ ...owner, pid: 7 })).toBe(false);
    expect(table.isAlive({ ...owner, pid: 8 })).toBe(false);
  });

  it("finds a frozen process alive", () => {
    writeStat(7, "node", "T", 500);
    const table = createProcessTable(folder);

    expect(table.isAlive({ ...table.self("w_1"), pid: 7, startTime: 500 })).toBe(true);
  });

  it("is not misled by the name of a process", () => {
    writeStat(7, "a) Z 1 (b", "S", 500);
    const table = createProcessTable(folder);

    expect(table.isAlive({ ...table.self("w_1"), pid: 7, startTime: 500 })).toBe(true);
  });

  it("PO2: does not judge processes of another host, boot or namespace", () => {
    const table = createProcessTable(folder);
    const self = table.self("w_1");

    expect(self.bootId).toBe("boot-1.4026531836");
    expect(table.isNeighbour({ ...self, pid: 99 })).toBe(true);
    expect(table.isNeighbour({ ...self, host: "elsewhere" })).toBe(false);
    expect(table.isNeighbour({ ...self, bootId: "boot-0.4026531836" })).toBe(false);
    expect(table.isNeighbour({ ...self, bootId: "boot-1.1" })).toBe(false);
  });

  it("asks by signal where the system shows no processes", async () => {
    const table = createProcessTable(path.join(folder, "nothing"));
    const self = table.self("w_1");
    const child = spawn("true", { stdio: "ignore" });
    const pid = child.pid ?? 0;
    await once(child, "exit");

    expect(self).toMatchObject({ bootId: "none", startTime: 0 });
    expect(table.isAlive(self)).toBe(true);
    expect(table.isAlive({ ...self, pid })).toBe(false);
  });
});
