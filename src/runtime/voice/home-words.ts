// What stands on everybody's home page: what the agent may and may not do for them.

export const mayDo: readonly string[] = [
  "Read what you send me, and the threads that I am part of",
  "Work for hours or days with files in the workspace of a conversation, and ask you when I need you",
  "Act for you alone in direct messages, and as a colleague for everybody in channels",
];

export const mayNotDo: readonly string[] = [
  "Change course because somebody else than you or my managers tells me to",
  "Go beyond the budget of a run without asking",
  "Take what you tell me in direct messages to a channel",
];

export const unknownZone = "UTC, because yours is not known";
