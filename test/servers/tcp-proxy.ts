// A way to a server on loopback that can be cut: at a moment that the bytes tell, or for everybody.

import { once } from "node:events";
import net, { type AddressInfo } from "node:net";

/** What becomes of a piece on its way to the server. `lost`: cut before it arrives. `unanswered`: cut after that. */
export type Passage = "pass" | "lost" | "unanswered";

export interface TcpProxy {
  readonly port: number;
  /** Decides on each piece from now on. */
  judge(passage: (piece: Buffer) => Passage): void;
  cutAll(): void;
  close(): Promise<void>;
}

const host = "127.0.0.1";

export async function startTcpProxy(port: number): Promise<TcpProxy> {
  const open = new Set<net.Socket>();
  let judge: (piece: Buffer) => Passage = () => "pass";
  const keep = (socket: net.Socket): void => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => undefined); // cut on purpose
  };
  const server = net.createServer((client) => {
    const target = net.connect(port, host);
    keep(client);
    keep(target);
    let deaf = false;
    client.on("data", (piece) => {
      const passage = judge(piece);
      if (passage === "lost") client.destroy();
      deaf ||= passage === "unanswered";
      if (passage !== "lost") target.write(piece);
    });
    target.on("data", (piece) => {
      if (deaf) client.destroy();
      else client.write(piece);
    });
    client.on("close", () => target.destroy());
    target.on("close", () => client.destroy());
  });
  server.listen(0, host);
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has such an address
  const address = server.address() as AddressInfo;
  const cutAll = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: address.port,
    judge: (passage) => void (judge = passage),
    cutAll,
    async close() {
      server.close();
      cutAll();
      await once(server, "close");
    },
  };
}
