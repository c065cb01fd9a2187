// Times and limits. Values are milliseconds.

import { setting } from "./contract.ts";
import { duration, hostList, shownDuration } from "./text-schemas.ts";

export const limitsSlice = {
  title: "Limits",
  settings: {
    approvalTtlMs: setting({
      name: "DEPUTY_APPROVAL_TTL",
      description: "How long an approval can be given; a plain number is seconds",
      schema: duration("s", "1s", "30d"),
      show: shownDuration,
      default: "30m",
    }),
    consentTtlMs: setting({
      name: "DEPUTY_CONSENT_TTL",
      description: "How long a link to connect an account works; a plain number is seconds",
      schema: duration("s", "1s", "24h"),
      show: shownDuration,
      default: "10m",
    }),
    leaseMs: setting({
      name: "DEPUTY_LEASE_MS",
      description: "How long a worker owns a run without renewing; it renews three times as often",
      schema: duration("ms", "500ms", "10m"),
      show: shownDuration,
      default: "15000",
    }),
    sliceMs: setting({
      name: "DEPUTY_SLICE_MS",
      description: "How long a run is worked on before others have their turn",
      schema: duration("ms", "100ms", "1h"),
      show: shownDuration,
      default: "300000",
    }),
    checkInMs: setting({
      name: "DEPUTY_CHECK_IN_MINUTES",
      description: "How long a run may be silent before Deputy says where it stands",
      schema: duration("m", "1s", "24h"),
      show: shownDuration,
      default: "15",
    }),
    refreshMarginMs: setting({
      name: "DEPUTY_REFRESH_MARGIN_S",
      description: "How long before its end an access token is refreshed",
      schema: duration("s", "0s", "1h"),
      show: shownDuration,
      default: "300",
    }),
    checkpointMs: setting({
      name: "DEPUTY_CHECKPOINT_S",
      description: "How often the audit log is signed, and the signature anchored; a plain number is seconds",
      schema: duration("s", "1s", "1h"),
      show: shownDuration,
      default: "60",
    }),
    egressAllow: setting({
      name: "DEPUTY_EGRESS_ALLOW",
      description:
        "Exceptions to the guard against private addresses, odd ports and plain HTTP, and the hosts that commands can reach: a comma list of `host:port`",
      schema: hostList({ portOptional: false }),
      otherwise: "none",
    }),
  },
} as const;
