// Who somebody is, as the roster of a conversation says.

import { z } from "zod";
import type { Standing } from "../../contract.ts";
import { ChatError } from "../../errors.ts";
import { type Member, roleOf } from "../inbound/people.ts";
import type { Activity } from "../inbound/shapes.ts";
import type { Connector } from "./connector.ts";

const word = z.string().optional().catch(undefined);
const Account = z.object({
  tenantId: word,
  userRole: word,
  aadObjectId: word,
  objectId: word,
  userPrincipalName: word,
});

interface Where {
  readonly serviceUrl: string;
  readonly conversation: string;
}

/** Undefined where Teams says that there is nobody of that id. */
export async function findMember(
  connector: Connector,
  { serviceUrl, conversation }: Pick<Activity, "serviceUrl" | "conversation">,
  userId: string,
): Promise<Member | undefined> {
  try {
    return await memberOf(connector, { serviceUrl, conversation: conversation.id }, userId);
  } catch (error) {
    if (error instanceof ChatError && error.code === "chat.not_found") return undefined;
    throw error;
  }
}

/** `absent` only where Teams knows the conversation and has nobody of that id in it; a conversation that is gone says nothing of people. */
export async function standingOf(
  connector: Connector,
  where: Where,
  { userId, ours }: { readonly userId: string; readonly ours: string },
): Promise<Standing> {
  try {
    return roleOf(await memberOf(connector, where, userId), ours);
  } catch (error) {
    if (error instanceof ChatError && error.code === "chat.not_found" && !error.noPlace) return "absent";
    throw error;
  }
}

async function memberOf(
  connector: Connector,
  { serviceUrl, conversation }: Where,
  userId: string,
): Promise<Member> {
  const answer = await connector.call({
    method: "GET",
    serviceUrl,
    path: `conversations/${encodeURIComponent(conversation)}/members/${encodeURIComponent(userId)}`,
    what: "looking somebody up",
  });
  const { objectId, ...member } = Account.parse(answer);
  return { ...member, aadObjectId: member.aadObjectId ?? objectId };
}
