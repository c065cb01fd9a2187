// A server on loopback that is closed at once, with whatever is open.

import { once } from "node:events";
import { createServer, type Server } from "node:http";

export interface Listening {
  readonly http: Server;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  close(): Promise<void>;
}

/** Port 0 is one that is free. */
export async function listen(port: number): Promise<Listening> {
  const http = createServer();
  http.listen(port, "127.0.0.1");
  await once(http, "listening");
  const address = http.address();
  const at = typeof address === "object" && address !== null ? address.port : port;
  return {
    http,
    origin: `http://127.0.0.1:${at}`,
    async close() {
      http.closeAllConnections();
      http.close();
      await once(http, "close");
    },
  };
}
