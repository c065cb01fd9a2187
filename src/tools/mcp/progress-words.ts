// How far a server says that it is, as a line for people.

import { visible } from "../../approvals/visible-text.ts";

const longest = 160;

export interface Progressed {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

export function progressWords(server: string, { progress, total, message = "" }: Progressed): string {
  const share =
    total !== undefined && total > 0 ? Math.min(100, Math.max(0, (100 * progress) / total)) : undefined;
  const part = share === undefined || !Number.isFinite(share) ? "" : ` ${Math.round(share)} %`;
  const words = visible(message, "line").trim().slice(0, longest).toWellFormed();
  return words === "" ? `${server} is working${part}` : `${server}${part}: ${words}`;
}
