// The places where tests may kill or stall the process. Each name is one line in a state machine, not a debug aid.
//
//   FP1  Every name is come by in a scenario of the crash suite, which dies there (test/crash/scenarios.crash.test.ts).

export const failpointNames = [
  // What is heard
  "inbox.before-commit",
  "inbox.in-commit",
  "inbox.after-commit",
  "inbox.after-files",
  // What is decided about it: runs begun, steered and stopped, waits resolved
  "decision.in-commit",
  "intake.after-route",
  "queue.after-ring",
  // Work that is due by the clock
  "schedule.after-look-up",
  "schedule.in-commit",
  "schedule.after-commit",
  // A segment of a run
  "segment.before-claim",
  "segment.after-claim",
  "segment.before-release",
  "segment.before-ring",
  // Its steps
  "step.before-commit",
  "step.in-commit",
  "step.after-commit",
  "park.in-commit",
  "park.after-commit",
  "requeue.in-commit",
  "requeue.after-commit",
  "settle.in-commit",
  "settle.after-commit",
  "tool.before-act",
  "tool.after-act",
  "compaction.before-files",
  "compaction.after-files",
  // What a person approves: asked for, decided, about to be done
  "approval.asked",
  "approval.decided",
  "approval.executing",
  // Its folder
  "workspace.after-blobs",
  "workspace.before-swap",
  "workspace.in-swap",
  "workspace.after-swap",
  // An account's new tokens: the service has given them, and they are not kept yet
  "grant.refreshed",
  // What is said
  "outbox.after-claim",
  "outbox.before-post",
  "outbox.after-post",
  "outbox.after-settle",
  // The net under it
  "sweeper.after-turn",
  "supervisor.after-handover",
] as const;

export type FailpointName = (typeof failpointNames)[number];

/** Awaited at each point. Production passes `noFailpoints`. */
export type Failpoints = (name: FailpointName) => Promise<void> | undefined;

export const noFailpoints: Failpoints = () => undefined;
