// Files into a thread, all in one message of Slack's where it takes them all.

import type { FileContent } from "../../contract.ts";
import type { SlackPlace } from "./places.ts";
import type { SlackApi } from "./slack-api.ts";
import { isFinal } from "./slack-errors.ts";

/**
 * Returns the names of files that Slack definitely does not take. Rejects with what may be different later; its fate
 * says whether some of the files may be there by now.
 */
export async function uploadFiles(
  api: SlackApi,
  place: SlackPlace,
  files: readonly FileContent[],
): Promise<readonly string[]> {
  const empty = files.filter(({ content }) => content.length === 0);
  const full = files.filter(({ content }) => content.length > 0);
  return [...empty.map(({ name }) => name), ...(await uploadFull(api, place, full))];
}

async function uploadFull(
  api: SlackApi,
  place: SlackPlace,
  files: readonly FileContent[],
): Promise<readonly string[]> {
  if (files.length === 0) return [];
  try {
    await upload(api, place, files);
    return [];
  } catch (error) {
    if (!isFinal(error)) throw error;
    if (files.length === 1) return files.map(({ name }) => name);
  }
  const refused: string[] = [];
  for (const file of files) refused.push(...(await uploadFull(api, place, [file])));
  return refused;
}

async function upload(api: SlackApi, place: SlackPlace, files: readonly FileContent[]): Promise<void> {
  const { team, channel, thread } = place;
  const file_uploads = files.map(({ name, title, content }) => ({
    filename: name,
    file: content,
    ...(title !== undefined && { title }),
  }));
  await api.call({ team, method: "files.uploadV2", channel, uploads: true }, (client) =>
    client.files.uploadV2({
      channel_id: channel,
      ...(thread !== undefined && { thread_ts: thread }),
      file_uploads,
    }),
  );
}
