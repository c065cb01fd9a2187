// The program of an MCP server that is started here: which file it is, what of this machine it has to see, and whether it is the
// one that was meant (MCP-11, A21).
//
//   PG1  The program is the first file that command or arguments name by their full path outside /usr, such as the script of an
//        interpreter; else the command itself. That file, or all that is shown, is held against `integrity` before each start.
//   PG2  Of this machine it sees what every command sees, and the files that are named by their full path; of a package in a
//        node_modules folder that whole folder, where its dependencies are. Folders that are named are not shown.

import { realpath, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { errorText } from "../../base/errors.ts";
import { McpFailure } from "./errors.ts";
import { type Integrity, integrityProblem } from "./integrity.ts";

export interface ProgramSpec {
  readonly server: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly integrity?: Integrity | undefined;
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
  const program = { file, shown: [...new Set(await Promise.all(own.map(shownFor)))] };
  if (spec.integrity !== undefined) await insistOn(spec, program, spec.integrity);
  return program;
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

async function insistOn({ server }: ProgramSpec, program: Program, integrity: Integrity): Promise<void> {
  const problem = await integrityProblem(integrity, program, `mcp.${server}.integrity`).catch(
    (error: unknown) => `its files can't be looked through: ${errorText(error)}`,
  );
  if (problem !== undefined) throw failure(server, problem);
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
