// A plain node:http server that hands each JSON body to `take` and answers 200 when that has resolved.

import { once } from "node:events";
import { createServer } from "node:http";

export async function openJsonDoor(take) {
  const server = createServer((request, response) => {
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => {
      take(JSON.parse(Buffer.concat(pieces).toString())).then(
        () => response.writeHead(200).end(),
        (error) => response.writeHead(500).end(String(error)),
      );
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
