// The other end of the proxy, inside: a loopback port that leads to the unix socket, for programs that know HTTP proxies
// only. Run by the sandbox's Node, so that no other program is needed; it starts the command once the port is open and ends
// with it.

const script = `
const net = require("node:net");
const { spawn } = require("node:child_process");
const [socket, port, ...command] = process.argv.slice(1);
const server = net.createServer((inside) => {
  const outside = net.connect(socket);
  inside.on("error", () => outside.destroy());
  outside.on("error", () => inside.destroy());
  inside.pipe(outside);
  outside.pipe(inside);
});
server.listen(Number(port), "127.0.0.1", () => {
  const proxy = "http://127.0.0.1:" + port;
  const names = ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
  const env = { ...process.env, NODE_USE_ENV_PROXY: "1", ...Object.fromEntries(names.map((name) => [name, proxy])) };
  const child = spawn(command[0], command.slice(1), { stdio: "inherit", env });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (require("node:os").constants.signals[signal] ?? 9)));
});
`;

const port = 3128;

/** The command `inner`, with the bridge around it. */
export function bridged(node: string, socket: string, inner: readonly string[]): string[] {
  return [node, "-e", script, "--", socket, String(port), ...inner];
}
