/** The server refused a call. `code` is one of the closed list in docs/errors.md. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly status: number;
  /** Seconds until the call may be repeated, if the server said so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: string, status: number, description: string, retryAfterSeconds: number | undefined) {
    super(description);
    this.code = code;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** There was no response: offline, a broken connection, or a timeout. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
}

/** A passkey or security key ceremony that was not completed. */
export class CeremonyError extends Error {
  override readonly name = 'CeremonyError';
  /** `exists`: the authenticator is already registered. `cancelled` can also be a timeout (WebAuthn §14.5). */
  readonly reason: 'unsupported' | 'cancelled' | 'exists' | 'failed';

  constructor(reason: CeremonyError['reason'], cause?: unknown) {
    super(`The ceremony ended: ${reason}.`, { cause });
    this.reason = reason;
  }
}
