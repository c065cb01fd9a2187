// The counters and histograms of the page, with the words that explain them.

import { Counter, Histogram, type Registry } from "prom-client";

const stepBuckets = [0.005, 0.02, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const modelBuckets = [0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300];
const signBuckets = [0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60];
/** What is decided within two seconds was hardly read (APR-9). */
const decisionBuckets = [1, 2, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400];
/** From seconds to days: people and whole jobs. */
const longBuckets = [1, 5, 15, 60, 300, 900, 3_600, 14_400, 43_200, 86_400, 259_200, 604_800];

/* oxlint-disable typescript/explicit-module-boundary-types, typescript/explicit-function-return-type -- the shapes are the lists below */
export function countersOf(registry: Registry) {
  const make = makers(registry);
  return { ...workCounters(make), ...approvalCounters(make), ...serviceCounters(make) };
}

type Makers = ReturnType<typeof makers>;

function makers(registry: Registry) {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> =>
    new Counter({ name, help, labelNames, registers });
  const histogram = <Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: Label[],
  ): Histogram<Label> => new Histogram({ name, help, labelNames, buckets, registers });
  return { counter, histogram };
}

function workCounters({ counter, histogram }: Makers) {
  return {
    runs: counter("deputy_runs_total", "Runs that entered a state", ["state"]),
    resultSeconds: histogram(
      "deputy_result_seconds",
      "From a run's start until its result was posted",
      longBuckets,
      ["outcome"],
    ),
    firstSignSeconds: histogram(
      "deputy_first_sign_seconds",
      "From the receipt of a request until its first reaction was shown",
      signBuckets,
      [],
    ),
    waitSeconds: histogram("deputy_wait_seconds", "How long runs waited for a person", longBuckets, [
      "kind",
      "via",
    ]),
    steps: counter("deputy_steps_total", "Steps that got their result", ["kind", "state"]),
    stepSeconds: histogram("deputy_step_seconds", "From intent to result of a step", stepBuckets, ["kind"]),
    toolSeconds: histogram("deputy_tool_seconds", "How long tool calls took, by what they do", stepBuckets, [
      "effect",
      "state",
    ]),
    modelSeconds: histogram("deputy_model_call_seconds", "How long calls of the model took", modelBuckets, [
      "purpose",
      "outcome",
    ]),
    modelFailures: counter("deputy_model_failures_total", "Calls of the model that failed", ["code"]),
    tokens: counter("deputy_model_tokens_total", "Tokens that model calls used", ["kind"]),
    cost: counter("deputy_model_cost_usd_total", "Cost of model calls whose price is known", []),
  };
}

/** Whether people are asked too much (APR-9). */
function approvalCounters({ counter, histogram }: Makers) {
  return {
    approvals: counter(
      "deputy_approvals_total",
      "Approvals that were asked for and what became of them; refused is a click that did not count",
      ["outcome"],
    ),
    approvalSeconds: histogram(
      "deputy_approval_seconds",
      "From asking for an approval until a person decided",
      decisionBuckets,
      ["outcome"],
    ),
    approvalsPerRun: histogram(
      "deputy_approvals_per_run",
      "Approvals that a run had asked for when it ended",
      [0, 1, 2, 3, 5, 10, 20, 50],
      [],
    ),
  };
}

/** What surrounds the work: leases, sweeps, what is heard and said. */
function serviceCounters({ counter, histogram }: Makers) {
  return {
    segments: counter("deputy_segments_total", "Segments by how they ended", ["outcome"]),
    segmentSeconds: histogram("deputy_segment_seconds", "How long a segment held its run", stepBuckets, []),
    leaseLosses: counter("deputy_lease_losses_total", "Leases that could not be kept while working", []),
    takeovers: counter(
      "deputy_takeovers_total",
      "Runs taken over from a worker that never let go of them",
      [],
    ),
    handovers: counter(
      "deputy_handovers_total",
      "Runs whose dead worker was noticed before their lease ran out",
      [],
    ),
    sweeps: counter("deputy_sweeper_actions_total", "What the sweeper found due and did", ["part"]),
    sweepFailures: counter("deputy_sweeper_failures_total", "Parts of a sweep that failed", ["part"]),
    inbox: counter("deputy_inbox_total", "Events heard; a duplicate was heard before", ["outcome"]),
    outbox: counter("deputy_outbox_total", "Tries to say something; dropped edits were superseded", [
      "outcome",
      "op",
    ]),
    spans: counter("deputy_spans_total", "Spans sent to the collector of traces, or lost", ["outcome"]),
  };
}
