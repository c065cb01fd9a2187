// The places where tests may kill or stall the process. Each name is one line in a state machine, not a debug aid.

export const failpointNames = [
  "inbox.before-commit",
  "inbox.after-commit",
  "intake.after-route",
  "queue.after-ring",
  "segment.after-claim",
  "step.before-commit",
  "step.after-commit",
  "tool.before-act",
  "tool.after-act",
  "segment.before-release",
  "outbox.after-claim",
  "outbox.after-post",
  "workspace.after-blobs",
] as const;

export type FailpointName = (typeof failpointNames)[number];

/** Awaited at each point. Production passes `noFailpoints`. */
export type Failpoints = (name: FailpointName) => Promise<void> | undefined;

export const noFailpoints: Failpoints = () => undefined;
