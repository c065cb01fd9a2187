// Where the bytes of files come in (the second step of an upload) and go out (`url_private`).

import type http from "node:http";
import type { Hub } from "../state/hub.ts";
import { type Answer, answerLogged, bearer, readAll } from "./answer.ts";

/** Bytes as they are, or as a part of a form: the client of Slack sends the latter. */
export async function takeUpload(
  hub: Hub,
  id: string,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const content = await contentOf(await readAll(request), request.headers["content-type"] ?? "");
  const length = Number(new URL(request.url ?? "", hub.world.url).searchParams.get("length"));
  await answerLogged(hub, { method: "files.upload", args: { file: id }, response }, (): Answer => {
    const file = hub.world.files.get(id);
    if (!file?.pending || content.length !== length) return { status: 400, body: "upload failed" };
    file.content = content;
    return { status: 200, body: `OK - ${content.length}` };
  });
}

async function contentOf(raw: Buffer, type: string): Promise<Buffer> {
  if (!type.startsWith("multipart/form-data")) return raw;
  const form = await new Response(new Uint8Array(raw), { headers: { "content-type": type } }).formData();
  const [part] = form.values();
  return part === undefined || typeof part === "string"
    ? Buffer.alloc(0)
    : Buffer.from(await part.arrayBuffer());
}

/** Without a good token Slack does not refuse: it sends people to its sign-in page. */
export async function giveFile(
  hub: Hub,
  id: string,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const token = bearer(request);
  const team = [...hub.world.teams.values()].find((one) => one.botToken === token);
  await answerLogged(hub, { method: "files.download", args: { file: id }, team: team?.id, response }, () => {
    const file = hub.world.files.get(id);
    if (team?.state !== "installed") {
      return { status: 302, headers: { location: `${hub.world.url}/signin` }, body: "" };
    }
    if (!file || file.pending) return { status: 404, body: "" };
    return { status: 200, headers: { "content-type": file.mimetype }, body: file.content };
  });
}
