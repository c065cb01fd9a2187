// The repositories of one transaction, each made when it is first asked for.

import type { Tx } from "./contract.ts";
import { approvalRepository } from "./repositories/approvals.ts";
import { auditRepository } from "./repositories/audit.ts";
import { authorityRepository } from "./repositories/authorities.ts";
import { brakeRepository } from "./repositories/brakes.ts";
import { browserRepository } from "./repositories/browsers.ts";
import { connectionRepository } from "./repositories/connections.ts";
import { consentRepository } from "./repositories/consents.ts";
import { conversationRepository } from "./repositories/conversations.ts";
import { dataKeyRepository } from "./repositories/data-keys.ts";
import { dueRepository } from "./repositories/due.ts";
import { feedbackRepository } from "./repositories/feedback.ts";
import { inboxRepository } from "./repositories/inbox.ts";
import { lockRepository } from "./repositories/locks.ts";
import { mailboxRepository } from "./repositories/mailbox.ts";
import { manifestRepository } from "./repositories/manifests.ts";
import { memoryRepository } from "./repositories/memories.ts";
import { mcpToolRepository } from "./repositories/mcp-tools.ts";
import { oauthClientRepository } from "./repositories/oauth-clients.ts";
import { outboxRepository } from "./repositories/outbox.ts";
import { personLinkRepository } from "./repositories/person-links.ts";
import { personRepository } from "./repositories/people.ts";
import { runRepository } from "./repositories/runs.ts";
import { scheduleRepository } from "./repositories/schedules.ts";
import { scopeWantRepository } from "./repositories/scope-wants.ts";
import { sightingRepository } from "./repositories/sightings.ts";
import { slackInstallationRepository } from "./repositories/slack-installations.ts";
import { stepRepository } from "./repositories/steps.ts";
import { teamsReferenceRepository } from "./repositories/teams-references.ts";
import { troubleRepository } from "./repositories/troubles.ts";
import { lastKnownRepository } from "./repositories/last-known.ts";
import { withheldRepository } from "./repositories/withheld.ts";
import { waitRepository } from "./repositories/waits.ts";
import { retentionRepository } from "./repositories/workspace-retention.ts";
import type { Session } from "./session.ts";

const makers = {
  conversations: conversationRepository,
  people: personRepository,
  inbox: inboxRepository,
  runs: runRepository,
  steps: stepRepository,
  mailbox: mailboxRepository,
  waits: waitRepository,
  outbox: outboxRepository,
  manifests: manifestRepository,
  memories: memoryRepository,
  feedback: feedbackRepository,
  schedules: scheduleRepository,
  locks: lockRepository,
  troubles: troubleRepository,
  sightings: sightingRepository,
  withheld: withheldRepository,
  slackInstallations: slackInstallationRepository,
  dataKeys: dataKeyRepository,
  connections: connectionRepository,
  consents: consentRepository,
  browsers: browserRepository,
  approvals: approvalRepository,
  audit: auditRepository,
  lastKnown: lastKnownRepository,
  teamsReferences: teamsReferenceRepository,
  brakes: brakeRepository,
  mcpTools: mcpToolRepository,
  personLinks: personLinkRepository,
  authorities: authorityRepository,
  oauthClients: oauthClientRepository,
  scopeWants: scopeWantRepository,
  due: dueRepository,
  retention: retentionRepository,
} satisfies { [Name in keyof Tx]: (session: Session) => Tx[Name] };

export function createTx(session: Session): Tx {
  return new SessionTx(session);
}

/** A class, because a dozen lazy members per transaction are cheaper on a prototype. */
class SessionTx implements Tx {
  readonly #session: Session;
  #conversations: Tx["conversations"] | undefined;
  #people: Tx["people"] | undefined;
  #inbox: Tx["inbox"] | undefined;
  #runs: Tx["runs"] | undefined;
  #steps: Tx["steps"] | undefined;
  #mailbox: Tx["mailbox"] | undefined;
  #waits: Tx["waits"] | undefined;
  #outbox: Tx["outbox"] | undefined;
  #manifests: Tx["manifests"] | undefined;
  #memories: Tx["memories"] | undefined;
  #feedback: Tx["feedback"] | undefined;
  #schedules: Tx["schedules"] | undefined;
  #locks: Tx["locks"] | undefined;
  #troubles: Tx["troubles"] | undefined;
  #sightings: Tx["sightings"] | undefined;
  #withheld: Tx["withheld"] | undefined;
  #slackInstallations: Tx["slackInstallations"] | undefined;
  #dataKeys: Tx["dataKeys"] | undefined;
  #connections: Tx["connections"] | undefined;
  #consents: Tx["consents"] | undefined;
  #browsers: Tx["browsers"] | undefined;
  #approvals: Tx["approvals"] | undefined;
  #audit: Tx["audit"] | undefined;
  #lastKnown: Tx["lastKnown"] | undefined;
  #teamsReferences: Tx["teamsReferences"] | undefined;
  #brakes: Tx["brakes"] | undefined;
  #mcpTools: Tx["mcpTools"] | undefined;
  #personLinks: Tx["personLinks"] | undefined;
  #authorities: Tx["authorities"] | undefined;
  #oauthClients: Tx["oauthClients"] | undefined;
  #scopeWants: Tx["scopeWants"] | undefined;
  #due: Tx["due"] | undefined;
  #retention: Tx["retention"] | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  get conversations(): Tx["conversations"] {
    return (this.#conversations ??= makers.conversations(this.#session));
  }

  get people(): Tx["people"] {
    return (this.#people ??= makers.people(this.#session));
  }

  get inbox(): Tx["inbox"] {
    return (this.#inbox ??= makers.inbox(this.#session));
  }

  get runs(): Tx["runs"] {
    return (this.#runs ??= makers.runs(this.#session));
  }

  get steps(): Tx["steps"] {
    return (this.#steps ??= makers.steps(this.#session));
  }

  get mailbox(): Tx["mailbox"] {
    return (this.#mailbox ??= makers.mailbox(this.#session));
  }

  get waits(): Tx["waits"] {
    return (this.#waits ??= makers.waits(this.#session));
  }

  get outbox(): Tx["outbox"] {
    return (this.#outbox ??= makers.outbox(this.#session));
  }

  get manifests(): Tx["manifests"] {
    return (this.#manifests ??= makers.manifests(this.#session));
  }

  get memories(): Tx["memories"] {
    return (this.#memories ??= makers.memories(this.#session));
  }

  get feedback(): Tx["feedback"] {
    return (this.#feedback ??= makers.feedback(this.#session));
  }

  get schedules(): Tx["schedules"] {
    return (this.#schedules ??= makers.schedules(this.#session));
  }

  get locks(): Tx["locks"] {
    return (this.#locks ??= makers.locks(this.#session));
  }

  get troubles(): Tx["troubles"] {
    return (this.#troubles ??= makers.troubles(this.#session));
  }

  get sightings(): Tx["sightings"] {
    return (this.#sightings ??= makers.sightings(this.#session));
  }

  get withheld(): Tx["withheld"] {
    return (this.#withheld ??= makers.withheld(this.#session));
  }

  get slackInstallations(): Tx["slackInstallations"] {
    return (this.#slackInstallations ??= makers.slackInstallations(this.#session));
  }

  get dataKeys(): Tx["dataKeys"] {
    return (this.#dataKeys ??= makers.dataKeys(this.#session));
  }

  get connections(): Tx["connections"] {
    return (this.#connections ??= makers.connections(this.#session));
  }

  get consents(): Tx["consents"] {
    return (this.#consents ??= makers.consents(this.#session));
  }

  get browsers(): Tx["browsers"] {
    return (this.#browsers ??= makers.browsers(this.#session));
  }

  get approvals(): Tx["approvals"] {
    return (this.#approvals ??= makers.approvals(this.#session));
  }

  get audit(): Tx["audit"] {
    return (this.#audit ??= makers.audit(this.#session));
  }

  get lastKnown(): Tx["lastKnown"] {
    return (this.#lastKnown ??= makers.lastKnown(this.#session));
  }

  get teamsReferences(): Tx["teamsReferences"] {
    return (this.#teamsReferences ??= makers.teamsReferences(this.#session));
  }

  get brakes(): Tx["brakes"] {
    return (this.#brakes ??= makers.brakes(this.#session));
  }

  get mcpTools(): Tx["mcpTools"] {
    return (this.#mcpTools ??= makers.mcpTools(this.#session));
  }

  get personLinks(): Tx["personLinks"] {
    return (this.#personLinks ??= makers.personLinks(this.#session));
  }

  get authorities(): Tx["authorities"] {
    return (this.#authorities ??= makers.authorities(this.#session));
  }

  get oauthClients(): Tx["oauthClients"] {
    return (this.#oauthClients ??= makers.oauthClients(this.#session));
  }

  get scopeWants(): Tx["scopeWants"] {
    return (this.#scopeWants ??= makers.scopeWants(this.#session));
  }

  get due(): Tx["due"] {
    return (this.#due ??= makers.due(this.#session));
  }

  get retention(): Tx["retention"] {
    return (this.#retention ??= makers.retention(this.#session));
  }
}
