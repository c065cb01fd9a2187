// Who somebody is, as the roster of a conversation says.

import { z } from "zod";
import type { Audience } from "../../../domain/audience.ts";
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

const Members = z.object({
  members: z.array(Account.extend({ name: word })),
  continuationToken: word,
});
const pageSize = 500;

/** Who reads a conversation; of a very large one the first. */
export async function audienceOf(
  connector: Connector,
  { serviceUrl, conversation }: Where,
  ours: string,
): Promise<Audience> {
  const answer = await connector.call({
    method: "GET",
    serviceUrl,
    path: `conversations/${encodeURIComponent(conversation)}/pagedmembers?pageSize=${pageSize}`,
    what: "looking up who reads a conversation",
  });
  const { members, continuationToken: more } = Members.parse(answer);
  const people = members.flatMap(({ name, ...member }) => {
    const kind = roleOf(member, ours);
    return kind === "bot" ? [] : [{ name: name ?? "Somebody", kind }];
  });
  // Of those who were not told of, one at least: words that come of it say that not all were looked up.
  return { count: people.length + (more === undefined ? 0 : 1), people, open: false };
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
