// What of this machine a sandbox sees, read-only: programs, libraries, certificates. Nothing of /home, /root, /var, /opt,
// nothing of /etc but what is listed here.

import { lstat, readlink } from "node:fs/promises";
import { systemErrorCode } from "../../base/errors.ts";

export interface HostLayout {
  /** For bubblewrap. */
  readonly mounts: readonly string[];
  /** `PATH` inside. */
  readonly searchPath: string;
  /** Node inside. */
  readonly node: string;
}

const topFolders = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
const ofEtc = [
  "alternatives",
  "ca-certificates.conf",
  "fonts",
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "localtime",
  "magic",
  "mime.types",
  "ssl/certs",
  "ssl/openssl.cnf",
];
const ownNode = "/opt/node/bin/node";

/** `nodePath` is the Node that runs us: outside /usr it gets a place of its own. */
export async function readHostLayout(nodePath: string): Promise<HostLayout> {
  const top = await Promise.all(topFolders.map(mountOf));
  const etc = ofEtc.flatMap((name) => ["--ro-bind-try", `/etc/${name}`, `/etc/${name}`]);
  const isUsual = nodePath.startsWith("/usr/");
  return {
    mounts: [
      "--ro-bind",
      "/usr",
      "/usr",
      ...top.flat(),
      ...etc,
      ...(isUsual ? [] : ["--ro-bind", nodePath, ownNode]),
    ],
    searchPath: `${isUsual ? "" : "/opt/node/bin:"}/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin`,
    node: isUsual ? nodePath : ownNode,
  };
}

/** Links into /usr, as most systems have them, or folders. */
async function mountOf(path: string): Promise<string[]> {
  try {
    const stats = await lstat(path);
    return stats.isSymbolicLink() ? ["--symlink", await readlink(path), path] : ["--ro-bind", path, path];
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw error;
  }
}
