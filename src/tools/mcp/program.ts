// The program of an MCP server that is started here: which file it is, what of this machine it has to see, and whether it is the
// one that was meant (MCP-11, A21).
//
//   PG1  The program is the first file that command or arguments name by their full path outside /usr, such as the script of an
//        interpreter; else the command itself. That file is what `integrity` is the digest of, and it is read before each start.
//   PG2  Of this machine it sees what every command sees, and the files that are named by their full path; of a package in a
//        node_modules folder that whole folder, where its dependencies are. Folders that are named are not shown.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { McpFailure } from "./errors.ts";

export interface ProgramSpec {
  readonly server: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly integrity?: string | undefined;
}

export interface Program {
  readonly file: string;
  readonly shown: readonly string[];
}

const usual = /^\/(?:usr|bin|sbin|lib\w*)\//;
/** Nothing of these is a program. */
const never = /^\/(?:etc|proc|sys|dev|run)\//;
const searched = ["/usr/local/bin", "/usr/bin", "/bin"];

/** Rejects with an `McpFailure` where there is none, or where it is not the one that was meant. */
export async function findProgram(spec: ProgramSpec): Promise<Program> {
  const named: string[] = [];
  for (const word of [spec.command, ...spec.args]) {
    if (isAbsolute(word) && !never.test(word) && (await isFile(word))) named.push(word);
  }
  const own = named.filter((path) => !usual.test(path));
  const file = own[0] ?? (await commandFile(spec, named));
  if (spec.integrity !== undefined) await insistOn(spec, file, spec.integrity);
  return { file, shown: [...new Set(await Promise.all(own.map(shownFor)))] };
}

async function commandFile({ server, command }: ProgramSpec, named: readonly string[]): Promise<string> {
  if (isAbsolute(command)) {
    if (named.includes(command)) return command;
    throw failure(server, `there is no file ${command}`);
  }
  for (const folder of searched) {
    const path = join(folder, command);
    if (!command.includes("/") && (await isFile(path))) return path;
  }
  throw failure(server, `${command} is in none of ${searched.join(", ")}; name it by its full path`);
}

/** A link into a package leads to a file of it: both are to be there. */
async function shownFor(path: string): Promise<string> {
  const real = await realpath(path);
  const [folder] = /^.*?\/node_modules(?=\/)/.exec(path) ?? /^.*?\/node_modules(?=\/)/.exec(real) ?? [];
  return folder ?? path;
}

async function insistOn({ server }: ProgramSpec, file: string, integrity: string): Promise<void> {
  const [algorithm = "", expected = ""] = integrity.split(/-(.*)/s);
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  const found = hash.digest("base64");
  if (found === expected) return;
  throw failure(
    server,
    `${file} is not the file that mcp.${server}.integrity is the digest of: it has ${algorithm}-${found}. ` +
      "If the change is meant, write that into deputy.config.yml",
  );
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

function failure(server: string, why: string): McpFailure {
  return new McpFailure("mcp.unavailable", `The MCP server ${server} was not started: ${why}.`);
}
