// Who somebody is, as the roster of a conversation says.

import { z } from "zod";
import { ChatError } from "../../errors.ts";
import type { Member } from "../inbound/people.ts";
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

/** Undefined where Teams says that there is nobody of that id. */
export async function findMember(
  connector: Connector,
  {
    serviceUrl,
    conversation,
  }: Pick<Activity, "serviceUrl"> & { readonly conversation: { readonly id: string } },
  userId: string,
): Promise<Member | undefined> {
  try {
    const answer = await connector.call({
      method: "GET",
      serviceUrl,
      path: `conversations/${encodeURIComponent(conversation.id)}/members/${encodeURIComponent(userId)}`,
      what: "looking somebody up",
    });
    const { objectId, ...member } = Account.parse(answer);
    return { ...member, aadObjectId: member.aadObjectId ?? objectId };
  } catch (error) {
    if (error instanceof ChatError && error.code === "chat.not_found") return undefined;
    throw error;
  }
}
