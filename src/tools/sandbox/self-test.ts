// Is the sandbox one (SBX-5)? Tries to break out with the profile that commands get, before any command gets it.
//
//   ST1  Where it does break out, nothing of it is left behind: what it could write is what it was, or gone.

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { errorText } from "../../base/errors.ts";
import type { SandboxLimits, SandboxState } from "./contract.ts";
import { findControlFiles } from "./control-files.ts";
import { insideCommand, type Kit } from "./kit.ts";
import { launch } from "./launch.ts";
import { openOutputFile } from "./output-file.ts";
import { bubblewrapArguments } from "./profile.ts";

interface Attempts {
  /** A file outside: another workspace's. */
  readonly secretPath: string;
  readonly port: number;
}

const testMs = 10_000;

/** Each line must come out as `no`; the last one says that the test was run to its end. */
const script = ({ secretPath, port }: Attempts): string => `
try() { if "$@" >/dev/null 2>&1; then echo "$name: yes"; else echo "$name: no"; fi; }
name=read_other_workspace; try cat '${secretPath}'
name=read_secrets; try cat /etc/shadow
name=connect; try bash -c 'exec 9<>/dev/tcp/127.0.0.1/${port}'
name=nested_namespace; try unshare --user true
name=kernel_settings; try bash -c 'read -r is < /proc/sys/kernel/core_uses_pid && echo "$is" > /proc/sys/kernel/core_uses_pid'
name=write_programs; try bash -c 'touch /usr/bin/deputy-self-test && rm -f /usr/bin/deputy-self-test'
name=write_root; try bash -c 'touch /deputy-self-test && rm -f /deputy-self-test'
name=write_control_file; try touch .deputy/self-test
name=capabilities; try grep -q '^CapEff:.*[1-9a-f]' /proc/self/status
name=environment; try grep -qz . /proc/1/environ
name=processes; try test "$(ls -d /proc/[0-9]* | wc -l)" -gt 9
touch written && command -v unshare grep >/dev/null && echo done
`;

const breaches: Readonly<Record<string, string>> = {
  read_other_workspace: "files outside the workspace can be read",
  read_secrets: "secrets of this machine can be read",
  connect: "the network of this machine can be reached",
  nested_namespace: "namespaces can be made inside",
  kernel_settings: "settings of the kernel can be written",
  write_programs: "programs of this machine can be written",
  write_root: "the root can be written",
  write_control_file: "the runtime's own folder can be written",
  capabilities: "capabilities are left",
  environment: "the environment leaks",
  processes: "processes of this machine can be seen",
};

export async function selfTest(kit: Kit, bubblewrap: string, limits: SandboxLimits): Promise<SandboxState> {
  const home = join(kit.scratch, "self-test");
  const server = createServer((socket) => socket.end());
  try {
    await mkdir(join(home, "files"), { recursive: true });
    const secretPath = join(home, "secret");
    await writeFile(secretPath, "secret");
    const port = await new Promise<number>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => {
        const at = server.address();
        resolve(typeof at === "object" && at !== null ? at.port : 0);
      });
    });
    return await attempt(kit, {
      bubblewrap,
      limits,
      files: join(home, "files"),
      text: script({ secretPath, port }),
    });
  } catch (error) {
    return { kind: "off", why: `the sandbox could not be tried: ${errorText(error)}` };
  } finally {
    server.close();
    await rm(home, { recursive: true, force: true });
  }
}

interface Trial {
  readonly bubblewrap: string;
  readonly limits: SandboxLimits;
  readonly files: string;
  readonly text: string;
}

async function attempt(kit: Kit, { bubblewrap, limits, files, text }: Trial): Promise<SandboxState> {
  const output = await openOutputFile(kit.scratch);
  try {
    const profile = {
      layout: kit.layout,
      files,
      controls: findControlFiles(files),
      ownEtc: kit.ownEtc,
      temporaryBytes: limits.temporaryBytes,
    };
    const launched = launch({
      bubblewrap,
      from: files,
      arguments: [
        ...bubblewrapArguments(profile),
        ...insideCommand(text, kit, { ...limits, fileBytes: 1024 ** 2, bridge: false }),
      ],
      output: output.fd,
      begun: () => undefined,
    });
    const timer = setTimeout(() => launched.kill("timeout"), testMs);
    const ending = await launched.ended.finally(() => clearTimeout(timer));
    if (ending.kind === "failed") return { kind: "off", why: await reasonOf(ending.detail) };
    return judge((await output.view()).head);
  } finally {
    await output.close();
  }
}

function judge(said: string): SandboxState {
  const lines = new Map(said.split("\n").map((line): [string, string] => [line.split(": ")[0] ?? "", line]));
  const broken = Object.keys(breaches).filter((name) => lines.get(name) !== `${name}: no`);
  if (!lines.has("done")) {
    return {
      kind: "off",
      why: "the sandbox was tried and did not run to the end: bash, grep and util-linux are needed",
    };
  }
  if (broken.length === 0) return { kind: "ready" };
  return {
    kind: "off",
    why: `the sandbox does not hold here: ${broken.map((name) => breaches[name]).join("; ")}`,
  };
}

async function reasonOf(detail: string): Promise<string> {
  const known = hints.find(([pattern]) => pattern.test(detail))?.[1];
  const inContainer = await readFile("/proc/1/cgroup", "utf8").catch(() => "");
  const container = /docker|kubepods|containerd/.test(inContainer)
    ? " A container has to allow user namespaces."
    : "";
  return `bubblewrap can't make a sandbox here: ${known ?? detail.slice(0, 300)}.${container}`;
}

const hints: readonly [RegExp, string][] = [
  [/could not be started/, "it is not installed (Debian: apt-get install bubblewrap)"],
  [/Unknown option/i, "it is too old, 0.8 or later is needed"],
  [
    /namespace|Operation not permitted|setting up uid map/i,
    "user namespaces are not allowed to this process",
  ],
];
