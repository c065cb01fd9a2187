// How a file that came with a message is referred to (`InboundFile.ref`): the workspace whose token may fetch it, and
// its address or id at Slack. Never a token.

export interface FileRef {
  /** Undefined where the reference does not say. */
  readonly team: string | undefined;
  /** An address (`url_private`), or the id of a file. */
  readonly target: string;
}

export function fileRef(team: string, target: string): string {
  return `${team} ${target}`;
}

export function parseFileRef(ref: string): FileRef {
  const space = ref.indexOf(" ");
  if (space > 0) return { team: ref.slice(0, space), target: ref.slice(space + 1) };
  return { team: /\/files-pri\/([TE][A-Z0-9]+)-F/.exec(ref)?.[1], target: ref };
}
