// Failures of the web server.

import { AppError } from "../base/errors.ts";

export type WebErrorCode = "web.refused_host" | "web.port_taken" | "web.cannot_listen";

export class WebError extends AppError<WebErrorCode> {}
