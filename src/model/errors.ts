// Failures of a model call. `retry` says what may be done; the code says what happened.

import { AppError, type AppErrorOptions } from "../base/errors.ts";

export type ModelErrorCode =
  | "model.rate_limited"
  | "model.quota_exceeded"
  | "model.unavailable"
  | "model.timeout"
  | "model.context_overflow"
  | "model.refused_request"
  | "model.unauthorized"
  | "model.unknown_model"
  | "model.too_large"
  | "model.nonsense"
  | "model.aborted";

export class ModelError extends AppError<ModelErrorCode> {
  constructor(code: ModelErrorCode, message: string, options: AppErrorOptions = {}) {
    super(code, message, options);
  }
}
