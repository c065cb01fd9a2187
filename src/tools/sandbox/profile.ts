// The arguments of bubblewrap for one command: the profile that the self-test tries and every command gets.
//
//   B1  Every namespace is new; none can be made inside; no capability is left; nothing of the environment is kept (SBX-1).
//   B2  All that is mounted is read-only but the workspace, /tmp and /dev/shm, and those two are bounded. /proc is read-only
//       as well: to a server that runs as root, the kernel's settings would be open for writing.
//   B3  Control files in the workspace are mounted over themselves, read-only; the folders around them are mounted too, so
//       that nothing can be renamed out of the way (SBX-2).

import type { ControlFiles } from "./control-files.ts";
import type { HostLayout } from "./host-layout.ts";

export interface Profile extends Machine {
  /** The workspace on this machine. */
  readonly files: string;
  readonly controls: ControlFiles;
}

/** Of a service (X5). */
export interface ServiceProfile extends Machine {
  /** The workspace on this machine, to be read; absent where it is only looked at. */
  readonly files?: string | undefined;
  /** Its own folder on this machine; kept in memory where there is none. */
  readonly own?: string | undefined;
  /** See `ServiceOrder`. */
  readonly shown: readonly string[];
}

interface Machine {
  readonly layout: HostLayout;
  /** Files of ours that stand for those of /etc. */
  readonly ownEtc: Readonly<Record<string, string>>;
  readonly temporaryBytes: number;
  /** The proxy's socket, where anything can be reached. */
  readonly proxySocket?: string | undefined;
}

export const insideFolder = "/workspace";
export const insideSocket = "/run/egress.sock";
/** A service's. */
const ownFolder = "/state";

/** Everything up to the command itself. */
export function bubblewrapArguments(profile: Profile): string[] {
  const { files, controls } = profile;
  const within = (name: string): [string, string] => [`${files}/${name}`, `${insideFolder}/${name}`];
  return [
    machine(profile),
    ["--bind", files, insideFolder, "--chdir", insideFolder],
    controls.kept.flatMap((name) => ["--bind", ...within(name)]),
    controls.readOnly.flatMap((name) => ["--ro-bind", ...within(name)]),
    ending(profile),
  ].flat();
}

/** The same for a service: the same isolation, the workspace read-only, a folder of its own (X5). */
export function serviceArguments(profile: ServiceProfile): string[] {
  const { files, own, shown, temporaryBytes } = profile;
  return [
    machine(profile),
    files === undefined ? ["--dir", insideFolder] : ["--ro-bind", files, insideFolder],
    own === undefined ? ["--size", String(temporaryBytes), "--tmpfs", ownFolder] : ["--bind", own, ownFolder],
    ["--chdir", ownFolder],
    shown.flatMap((path) => ["--ro-bind", path, path]),
    // Its environment: not in the list of processes (launch.ts).
    ["--args", "5"],
    ending(profile),
  ].flat();
}

function machine({ layout, ownEtc, temporaryBytes }: Machine): string[] {
  const size = String(temporaryBytes);
  return [
    isolation,
    Object.entries(environment(layout)).flatMap(([name, value]) => ["--setenv", name, value]),
    layout.mounts,
    Object.entries(ownEtc).flatMap(([name, source]) => ["--ro-bind", source, `/etc/${name}`]),
    ["--proc", "/proc", "--remount-ro", "/proc"],
    ["--dev", "/dev", "--remount-ro", "/dev"],
    ["--size", size, "--tmpfs", "/dev/shm"],
    ["--size", size, "--perms", "1777", "--tmpfs", "/tmp", "--dir", "/tmp/home"],
  ].flat();
}

function ending({ proxySocket }: Machine): string[] {
  return [
    proxySocket === undefined ? [] : ["--bind", proxySocket, insideSocket],
    ["--remount-ro", "/"],
    ["--json-status-fd", "3", "--"],
  ].flat();
}

const isolation = [
  ["--unshare-all", "--unshare-user", "--disable-userns", "--cap-drop", "ALL"],
  ["--new-session", "--die-with-parent", "--clearenv", "--hostname", "sandbox"],
  ["--uid", "1000", "--gid", "1000"],
].flat();

function environment(layout: HostLayout): Record<string, string> {
  return {
    PATH: layout.searchPath,
    HOME: "/tmp/home",
    TMPDIR: "/tmp",
    USER: "agent",
    LANG: "C.UTF-8",
    TERM: "dumb",
    MPLBACKEND: "Agg",
    MPLCONFIGDIR: "/tmp/home",
    PYTHONDONTWRITEBYTECODE: "1",
  };
}
