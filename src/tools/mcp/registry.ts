// The ways to talk to servers: one file each, and one line here.

import type { TransportKind } from "./contract.ts";
import { sandboxedStdio } from "./transports/sandboxed-stdio.ts";
import { streamableHttp } from "./transports/streamable-http.ts";

export const transportKinds: readonly TransportKind[] = [streamableHttp, sandboxedStdio];
