// Who has an account at Fernway, the made-up company of this example: the three people of the local chat.

export interface FernwayPerson {
  /** What the CRM and the mailbox know them by. */
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

function person(name: string): FernwayPerson {
  const id = name.toLowerCase();
  return { id, name, email: `${id}@fernway.example` };
}

export const fernwayPeople: readonly FernwayPerson[] = ["Ana", "Bo", "Ada"].map(person);
