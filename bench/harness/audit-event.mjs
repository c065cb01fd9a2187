// An event as a tool call leaves it.

const digest = "0123456789abcdef".repeat(4);

export function toolEvent(run, step, time) {
  return {
    tenant: "local",
    type: "tool.done",
    time,
    actor: "agent:deputy",
    requester: "local:local:ana",
    run,
    step,
    tool: "look",
    decision: "allow",
    rules: ["default"],
    argumentsDigest: digest,
    resultDigest: digest,
    trace: digest.slice(32),
    data: { identity: "agent", policy: digest },
  };
}
