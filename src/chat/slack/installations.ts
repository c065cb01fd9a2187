// Where the app is installed, and with which bot token: one workspace from the settings, or many from the store.

import type { Secret } from "../../base/secret.ts";

export interface Installation {
  /** Workspace, or organisation where the app is installed for all of it. */
  readonly teamId: string;
  readonly botToken: Secret;
  readonly botUserId: string;
  readonly botId: string;
  readonly appId?: string | undefined;
}

export interface Installations {
  /** Undefined where the app is not, or no longer, installed. */
  find(teamId: string): Promise<Installation | undefined>;
  list(): Promise<readonly Installation[]>;
  /** The token is worth nothing any more (`tokens_revoked`, `app_uninstalled`, `token_revoked`). Twice is once. */
  revoke(teamId: string, why: string): Promise<void>;
}
