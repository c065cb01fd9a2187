// The only way out of a sandbox, and what it is told about (SBX-4, EGR-2, A13).

import { createServer as createTcpServer, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LoopbackServer, startLoopbackServer } from "../../net/loopback-server.ts";
import { openSandboxWorld, type SandboxWorld } from "./sandbox-world.ts";

describe("sandbox: egress", () => {
  let listed: LoopbackServer;
  let other: LoopbackServer;
  let tcp: Server;
  let tcpPort: number;
  let world: SandboxWorld;

  beforeEach(async () => {
    listed = await startLoopbackServer((request, response) =>
      response.end(`listed ${request.path} ${request.body}`),
    );
    other = await startLoopbackServer((_request, response) => response.end("SECRET"));
    tcp = createTcpServer((socket) => socket.on("data", (piece) => socket.end(`echo ${String(piece)}`)));
    await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
    const at = tcp.address();
    tcpPort = typeof at === "object" && at !== null ? at.port : 0;
    const allow = [`localhost:${listed.port}`, `127.0.0.1:${listed.port}`, `127.0.0.1:${tcpPort}`];
    world = await openSandboxWorld({ allow, limits: { egressBytes: 500_000 } });
  });

  afterEach(async () => {
    await world.close();
    await listed.close();
    await other.close();
    tcp.close();
  });

  const get = (url: string, more = ""): string =>
    `python3 - <<'PY'
import urllib.request
try: print(urllib.request.urlopen(urllib.request.Request(${JSON.stringify(url)}${more}), timeout=10).read().decode()[:200])
except Exception as e: print(type(e).__name__, e, e.read().decode() if hasattr(e, "read") else "")
PY`;

  const connect = (target: string): string =>
    `python3 - <<'PY'
import socket
s = socket.create_connection(("127.0.0.1", 3128)); s.settimeout(10)
s.sendall(b"CONNECT ${target} HTTP/1.1\\r\\n\\r\\n")
answer = s.recv(1000)
print(answer.decode())
if b" 200 " in answer:
    s.sendall(b"hello"); print(s.recv(1000).decode())
PY`;

  it("SBX-4: a listed host answers, over HTTP and through a tunnel", async () => {
    const { text, outcome } = await world.run(
      `${get(`http://localhost:${listed.port}/a?b=c`, ", data=b'sent'")}\n${connect(`127.0.0.1:${tcpPort}`)}`,
    );

    expect(text).toContain("listed /a?b=c sent");
    expect(text).toContain("echo hello");
    expect(outcome).toMatchObject({ saw: { sources: ["localhost", "127.0.0.1"] }, effects: [] });
    for (const { headers } of listed.requests) {
      expect(headers).toMatchObject({ host: `localhost:${listed.port}` });
      for (const name of ["authorization", "cookie", "proxy-authorization", "x-forwarded-for", "via"])
        expect(headers).not.toHaveProperty(name);
    }
  });

  it.each([
    ["another port", () => get(`http://localhost:${other.port}/`), () => `localhost:${other.port}`],
    [
      "another port through a tunnel",
      () => connect(`localhost:${other.port}`),
      () => `localhost:${other.port}`,
    ],
    [
      "another way of writing it",
      () => get(`http://2130706433:${other.port}/`),
      () => `127.0.0.1:${other.port}`,
    ],
    ["metadata", () => get("http://169.254.169.254/latest/"), () => "169.254.169.254:80"],
    ["the internet", () => connect("example.com:443"), () => "example.com:443"],
  ])("EGR-2: %s is refused, told and put on record", async (_what, command, host) => {
    const { text, outcome } = await world.run(command());

    expect(text).toContain("403");
    expect(text).not.toContain("SECRET");
    expect(text).toContain(`${host()} can't be reached from commands.`);
    expect(outcome).toMatchObject({ effects: [{ kind: "denied", host: host() }] });
    expect(other.requests).toHaveLength(0);
  });

  it.each([
    "GET /etc/passwd HTTP/1.1",
    "CONNECT 127.0.0.1 HTTP/1.1",
    "CONNECT user@localhost:80 HTTP/1.1",
    "GET https://localhost/ HTTP/1.1",
    "GET file:///etc/passwd HTTP/1.1",
  ])("SBX-4: the proxy does not understand %s", async (line) => {
    const { text } = await world.run(
      `exec 9<>/dev/tcp/127.0.0.1/3128; printf '%s\\r\\nhost: x\\r\\n\\r\\n' '${line}' >&9; timeout 5 head -n 1 <&9`,
    );
    expect(text).toMatch(/HTTP\/1\.1 403 /);
  });

  it("SBX-4: there is no way around the proxy", async () => {
    const { text } = await world.run(
      `for port in ${listed.port} ${other.port} ${tcpPort}; do (exec 9<>/dev/tcp/127.0.0.1/$port) && echo ESCAPED; done; echo tried`,
    );
    expect(text).toMatch(/tried\n$/);
    expect(text).not.toContain("ESCAPED");
  });

  it("EGR-2: a run has so many bytes, over all its commands", async () => {
    const send = get(`http://localhost:${listed.port}/`, ", data=b'x' * 200_000");
    expect((await world.run(send)).text).toContain("listed / xxx");
    expect((await world.run(send)).text).not.toContain("listed / xxx");
  });

  it("TNT-3 EP4: a run that could carry private matters out reaches nothing that is listed, for as long", async () => {
    await world.close();
    let closed: string | undefined;
    world = await openSandboxWorld({ allow: [`localhost:${listed.port}`], closed: () => closed });
    const ask = (path: string) => world.run(get(`http://localhost:${listed.port}/${path}`));
    expect((await ask("open")).text).toContain("listed /open");
    closed = "it has seen both.";
    const { text, outcome } = await ask("closed");
    const tunnel = await world.run(connect(`localhost:${listed.port}`));

    for (const said of [text, tunnel.text])
      expect(said).toContain(
        `localhost:${listed.port} can't be reached from commands now: it has seen both.`,
      );
    expect(outcome).toMatchObject({ effects: [{ kind: "denied", host: `localhost:${listed.port}` }] });
    closed = undefined;
    expect((await ask("again")).text).toContain("listed /again");
    expect(listed.requests.map(({ path }) => path)).toEqual(["/open", "/again"]);
  });

  it("SBX-4: with no host listed there is no proxy either", async () => {
    await world.close();
    world = await openSandboxWorld();
    const { text } = await world.run(
      "env | grep -i proxy; ls /run; (exec 9<>/dev/tcp/127.0.0.1/3128) || echo none",
    );
    expect(text).toMatch(/none\n$/);
    expect(text).not.toMatch(/proxy=|egress/);
  });

  it("the command's exit code and signals pass through the bridge", async () => {
    expect((await world.run("exit 7")).text).toMatch(/^Exit code 7 /);
    expect((await world.run("kill -9 $$")).text).toMatch(/^Exit code 137 /);
    expect((await world.run("sleep 20", 1)).text).toMatch(/its time was over/);
  });
});
