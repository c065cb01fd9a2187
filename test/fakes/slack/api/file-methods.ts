// Uploads in their three steps, files.info. The bytes come in and go out at api/file-doors.ts.

import { announceMessage } from "../delivery/announce.ts";
import { isShape, shapesOf, textOf } from "../shape.ts";
import { addMessage } from "../state/messages.ts";
import { wireFile } from "../state/wire.ts";
import type { FakeFile, Shape } from "../types.ts";
import {
  argument,
  blocksIn,
  type Call,
  channelIn,
  type Method,
  mustBeMember,
  needed,
  SlackRefusal,
  threadIn,
} from "./method.ts";
import { tier4 } from "./rate-limits.ts";

export const fileMethods: Readonly<Record<string, Method>> = {
  "files.getUploadURLExternal": { token: "bot", scope: "files:write", limit: tier4, run: askUrl },
  "files.completeUploadExternal": { token: "bot", scope: "files:write", limit: tier4, run: complete },
  "files.info": { token: "bot", scope: "files:read", limit: tier4, run: info },
};

const mimetypes: Readonly<Record<string, string>> = {
  csv: "text/csv",
  txt: "text/plain",
  md: "text/markdown",
  json: "application/json",
  pdf: "application/pdf",
  png: "image/png",
};

export function mimetypeOf(name: string): string {
  return mimetypes[name.split(".").at(-1)?.toLowerCase() ?? ""] ?? "application/octet-stream";
}

function askUrl(call: Call): Shape {
  const name = needed(call, "filename");
  const length = Number(needed(call, "length"));
  if (!(length > 0)) throw new SlackRefusal("invalid_arguments");
  const file: FakeFile = {
    id: call.world.nextId("F"),
    name,
    title: name,
    mimetype: mimetypeOf(name),
    altText: argument(call, "alt_text"),
    content: Buffer.alloc(0),
    user: call.team.botUserId,
    created: call.world.clock.now(),
    pending: true,
    sharedIn: [],
  };
  call.world.files.set(file.id, file);
  return { upload_url: `${call.world.url}/upload/v1/${file.id}?length=${length}`, file_id: file.id };
}

async function complete(call: Call): Promise<Shape> {
  const wanted = shapesOf(call.args["files"]);
  if (wanted.length === 0) throw new SlackRefusal("invalid_arguments");
  const files = wanted.map((one) => {
    const file = call.world.files.get(textOf(one["id"]) ?? "");
    if (!file?.pending) throw new SlackRefusal("file_not_found");
    if (file.content.length === 0) throw new SlackRefusal("file_update_failed");
    return { file, title: textOf(one["title"]) };
  });
  // A place that does not exist leaves the files pending: the call may be made again.
  const channel = call.args["channel_id"] === undefined ? undefined : channelIn(call, "channel_id");
  if (channel) mustBeMember(call, channel);
  const comment = argument(call, "initial_comment");
  const blocks = comment === undefined ? blocksIn(call) : undefined;
  const thread = threadIn(call);
  for (const { file, title } of files) {
    file.pending = false;
    if (title !== undefined) file.title = title;
  }
  if (channel) {
    const message = addMessage(call.world, channel, {
      user: call.team.botUserId,
      botId: call.team.botId,
      text: comment ?? "",
      blocks,
      thread,
      files: files.map(({ file }) => file),
    });
    void announceMessage(call.hub, channel, message);
  }
  return { files: files.map(({ file }) => ({ id: file.id, title: file.title, ...shares(call, file) })) };
}

/** Slack shares in its own time: the answer carries the id and title, seldom more. */
function shares(call: Call, file: FakeFile): Shape {
  const wire = wireFile(call.world, file);
  return isShape(wire) ? { name: wire["name"], permalink: wire["permalink"] } : {};
}

function info(call: Call): Shape {
  const file = call.world.files.get(needed(call, "file"));
  if (!file || file.pending) throw new SlackRefusal("file_not_found");
  return { file: { ...wireFile(call.world, file), shares: sharesOf(call, file) }, comments: [] };
}

function sharesOf(call: Call, file: FakeFile): Shape {
  const where = file.sharedIn.map((id) => {
    const messages = call.world.channels.get(id)?.messages.filter((one) => one.files.includes(file)) ?? [];
    return [
      id,
      messages.map(({ ts, thread_ts }) => ({ ts, ...(thread_ts === undefined ? {} : { thread_ts }) })),
    ];
  });
  return { public: Object.fromEntries(where) };
}
