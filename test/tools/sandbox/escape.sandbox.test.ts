// Ways out of the sandbox, each tried for real (SBX-1, SBX-2, A14, A15). An attack prints what it got hold of, or ESCAPED;
// what it prints at its end says that it was tried.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSandboxWorld, type SandboxWorld } from "./sandbox-world.ts";

interface Surroundings {
  readonly outside: string;
  readonly home: string;
  readonly port: number;
}

type Attack = readonly [what: string, command: (around: Surroundings) => string];

const python = (code: string): string => `python3 - <<'PY'\n${code}\nPY`;

const attacks: readonly Attack[] = [
  ["reads outside by ..", ({ outside }) => `cat ../../../../..${outside}/secret.txt ../outside/secret.txt`],
  ["reads outside by its path", ({ outside }) => `cat ${outside}/secret.txt`],
  ["reads another workspace", ({ home }) => `cat ${home}/local/other/files/theirs.txt`],
  ["lists other workspaces", ({ home }) => `ls ${home} && echo ESCAPED`],
  ["reads the versions of files", ({ home }) => `ls ${home}/../blobs && echo ESCAPED`],
  ["reads by a link", ({ outside }) => `ln -s ${outside}/secret.txt l1 && cat l1`],
  ["reads by a link to a folder", ({ outside }) => `ln -s ${outside} l2 && cat l2/secret.txt`],
  ["reads by a hard link", ({ outside }) => `ln ${outside}/secret.txt l3 && cat l3`],
  ["reads by the root of process 1", ({ outside }) => `cat /proc/1/root${outside}/secret.txt`],
  ["reads by the folder of process 1", ({ outside }) => `cat /proc/1/cwd${outside}/secret.txt`],
  ["reads passwords", () => "cat /etc/shadow && echo ESCAPED"],
  ["reads home folders", () => "ls -A /root /home/* 2>/dev/null | grep . && echo ESCAPED"],
  [
    "reads what services keep",
    // A Node that is installed elsewhere on the host is shown under /opt/node, and is all that there is.
    () =>
      "ls /var /srv /mnt /media /boot /sys 2>/dev/null | grep . && echo ESCAPED; " +
      "find /opt ! -type d 2>/dev/null | grep -vx /opt/node/bin/node && echo ESCAPED",
  ],
  [
    "reads the environment of process 1",
    () => "tr '\\0' '\\n' </proc/1/environ | grep DEPUTY && echo ESCAPED",
  ],
  ["reads its own environment", () => "env | grep -iE 'deputy|key|token|secret|npm_' && echo ESCAPED"],
  ["sees processes of the machine", () => "test $(ls -d /proc/[0-9]* | wc -l) -gt 9 && echo ESCAPED"],
  ["signals processes of the machine", () => `kill -0 ${process.pid} && echo ESCAPED`],
  ["signals everything", () => "sleep 60 & kill -STOP -- -1; kill %1; true"],
  [
    "traces a process",
    () =>
      python(
        "import ctypes, os\nc = ctypes.CDLL(None)\n" +
          `if c.ptrace(16, ${process.pid}, 0, 0) == 0: print('ESCAPED')`,
      ),
  ],
  ["connects to this machine", ({ port }) => `exec 9<>/dev/tcp/127.0.0.1/${port} && echo ESCAPED`],
  ["connects to the internet", () => "timeout 2 bash -c 'exec 9<>/dev/tcp/1.1.1.1/443' && echo ESCAPED"],
  [
    "asks a name server",
    () =>
      python(
        "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n" +
          "try:\n s.sendto(b'x', ('1.1.1.1', 53)); print('ESCAPED')\nexcept OSError as e: print(e)",
      ),
  ],
  [
    "connects to abstract sockets",
    () =>
      python(
        "import socket\ns = socket.socket(socket.AF_UNIX)\n" +
          `try:\n s.connect('\\0deputy-test-${process.pid}'); print('ESCAPED')\nexcept OSError as e: print(e)`,
      ),
  ],
  ["finds sockets of services", () => "find / -xdev -type s 2>/dev/null | grep . && echo ESCAPED"],
  [
    "opens a raw socket",
    () =>
      python(
        "import socket\ntry:\n socket.socket(socket.AF_PACKET, socket.SOCK_RAW); print('ESCAPED')\nexcept OSError as e: print(e)",
      ),
  ],
  ["makes a user namespace", () => "unshare --user true && echo ESCAPED"],
  ["makes a user namespace with root in it", () => "unshare --user --map-root-user true && echo ESCAPED"],
  ["makes a network namespace", () => "unshare --net true && echo ESCAPED"],
  ["makes a mount namespace", () => "unshare --mount true && echo ESCAPED"],
  ["enters the namespaces of process 1", () => "nsenter --target 1 --all true && echo ESCAPED"],
  ["makes a sandbox in the sandbox", () => "bwrap --ro-bind / / true && echo ESCAPED"],
  ["mounts", () => "mount -t tmpfs none /tmp && echo ESCAPED"],
  ["unmounts the control files", () => "umount /workspace/.deputy && echo ESCAPED"],
  ["makes / writable", () => "mount -o remount,rw / && echo ESCAPED"],
  ["changes its root", () => "chroot / true && echo ESCAPED"],
  ["makes a device", () => "mknod disk b 254 0 && cat disk | head -c 1 && echo ESCAPED"],
  [
    "opens devices",
    () =>
      "cat /dev/mem /dev/kmsg /dev/vda /dev/sda /dev/fuse 2>/dev/null | head -c 1 | grep . && echo ESCAPED",
  ],
  ["writes settings of the kernel", () => "echo 0 > /proc/sys/kernel/core_uses_pid && echo ESCAPED"],
  [
    "names a program for core dumps",
    () => "echo '|/workspace/x' > /proc/sys/kernel/core_pattern && echo ESCAPED",
  ],
  ["pulls the kernel's levers", () => "echo h > /proc/sysrq-trigger && echo ESCAPED"],
  ["writes programs", () => "touch /usr/bin/evil && echo ESCAPED"],
  ["writes /etc", () => "echo 'evil::0:0::/:/bin/sh' >> /etc/passwd && echo ESCAPED"],
  ["writes the root", () => "touch /evil && echo ESCAPED"],
  [
    "becomes root by a program of its own",
    () => "cp /bin/bash b && chmod u+s b && ./b -p -c 'test $(id -u) = 0' && echo ESCAPED",
  ],
  [
    "becomes root by a program of the system",
    () =>
      "for p in su sudo passwd mount; do command -v $p >/dev/null && echo | $p true >/dev/null 2>&1 && test $(id -u) = 0 && echo ESCAPED; done; true",
  ],
  ["gives itself to root", () => "chown 0:0 . && echo ESCAPED"],
  ["writes to the terminal", () => "echo x > /dev/tty && echo ESCAPED"],
  [
    "finds open files of its maker",
    () => "ls -l /proc/self/fd | grep -E ' [3-9][0-9]* -> (pipe|socket|/)' | grep -v /proc/ && echo ESCAPED",
  ],
  ["writes a hook", () => "echo evil > .git/hooks/pre-commit && echo ESCAPED"],
  [
    "writes git's configuration",
    () => "git config core.fsmonitor evil || echo '[core]' >> .git/config && echo ESCAPED",
  ],
  ["moves hooks away", () => "mv .git/hooks .git/old && echo ESCAPED"],
  ["moves the repository away", () => "mv .git old && mkdir -p .git/hooks && echo ESCAPED"],
  ["removes the repository", () => "rm -rf .git; test -e .git/config || echo ESCAPED"],
  ["writes notes", () => "echo evil > .deputy/notes.md && echo ESCAPED"],
  ["moves notes away", () => "mv .deputy .old && echo ESCAPED"],
  ["writes over notes by a link", () => "ln -s .deputy d && echo evil > d/notes.md && echo ESCAPED"],
  ["writes .npmrc", () => "echo script-shell=evil > .npmrc && echo ESCAPED"],
  ["writes .bashrc", () => "echo evil >> .bashrc && echo ESCAPED"],
  [
    "reads by a descriptor that was left open",
    () =>
      // Not through a pipe: the shell itself holds that open for a moment.
      "ls -l /proc/$$/fd >fds; grep -vE '^total| (0|1|2|255) ->|/output-[0-9a-f]+ .deleted.$' fds && echo ESCAPED",
  ],
  [
    "reads memory of another process",
    () => "cat /proc/1/mem 2>/dev/null | head -c 1 | grep -q . && echo ESCAPED",
  ],
  [
    "reads how it was started",
    () => "tr '\\0' ' ' < /proc/1/environ | grep -iE 'deputy|token' && echo ESCAPED",
  ],
  ["reads messages of the kernel", () => "dmesg | grep . && echo ESCAPED"],
  ["loads a module", () => "modprobe dummy && echo ESCAPED"],
  [
    "sets a mark that makes root",
    () => "cp /bin/sh s && chmod u+s s && ./s -p -c 'id -u' | grep -x 0 && echo ESCAPED",
  ],
  ["replaces .bashrc", () => "echo evil > b2 && mv -f b2 .bashrc && echo ESCAPED"],
];

describe("sandbox: escapes", () => {
  let world: SandboxWorld;
  let around: Surroundings;
  const servers: Server[] = [];

  const listen = async (at: { port: number } | { path: string }): Promise<number> => {
    const server = createServer((socket) => socket.end("SECRET"));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(at, resolve));
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  };

  beforeAll(async () => {
    world = await openSandboxWorld();
    const { temporary, workspace } = world;
    const home = join(temporary.folder, "workspaces");
    await mkdir(join(home, "local/other/files"), { recursive: true });
    await writeFile(join(home, "local/other/files/theirs.txt"), "SECRET");
    around = { outside: temporary.outside, home, port: await listen({ port: 0 }) };
    await listen({ path: `\0deputy-test-${process.pid}` });
    for (const path of [".git/hooks/post-checkout", ".git/config", ".npmrc", ".bashrc", ".deputy/notes.md"])
      await workspace.write(path, "ours");
  });

  afterAll(async () => {
    for (const server of servers) server.close();
    await world.close();
  });

  it.each(attacks)("SBX-1, SBX-2: %s, in vain", async (_what, command) => {
    const { text } = await world.run(`{ ${command(around)}\n} 2>&1\necho tried`, 20);

    expect(text).toMatch(/tried\s*$/);
    expect(text).not.toMatch(/ESCAPED|SECRET/);
    expect(await world.temporary.outsideIsUntouched()).toBe(true);
    for (const path of [".git/hooks/post-checkout", ".git/config", ".npmrc", ".bashrc", ".deputy/notes.md"])
      expect(await readFile(join(world.temporary.files, path), "utf8")).toBe("ours");
  });
});
