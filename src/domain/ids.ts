// Branded ids. A plain string becomes one of these in this file only, or by parsing stored rows.

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type RunId = Branded<"RunId">;
export type ConversationId = Branded<"ConversationId">;
export type WaitId = Branded<"WaitId">;
export type ApprovalId = Branded<"ApprovalId">;
export type ScheduleId = Branded<"ScheduleId">;
/** `local`, `slack-<team>` or `teams-<tenant>`: also the folder name under `workspaces/`. */
export type TenantId = Branded<"TenantId">;
/** `platform:organisation:user`. Names and e-mails are attributes, never keys (ID-1). */
export type PersonKey = Branded<"PersonKey">;

/* oxlint-disable typescript/no-unsafe-type-assertion -- the one place where plain strings are branded */
export const asRunId = (text: string): RunId => text as RunId;
export const asConversationId = (text: string): ConversationId => text as ConversationId;
export const asWaitId = (text: string): WaitId => text as WaitId;
export const asApprovalId = (text: string): ApprovalId => text as ApprovalId;
export const asScheduleId = (text: string): ScheduleId => text as ScheduleId;
export const asTenantId = (text: string): TenantId => text as TenantId;
export const asPersonKey = (text: string): PersonKey => text as PersonKey;
/* oxlint-enable typescript/no-unsafe-type-assertion */

export function personKey(platform: string, organisation: string, user: string): PersonKey {
  return asPersonKey(`${platform}:${organisation}:${user}`);
}
