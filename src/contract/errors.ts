/**
 * The closed list of refusals: one status per code. `docs/errors.md` and the OpenAPI responses are generated from it.
 */

export const errorCatalogue = {
  invalid_request: {
    status: 400,
    title: 'The request is malformed or a value is not acceptable.',
    fix: 'Read `errorDescription`: it names the member and what is expected.',
  },
  invalid_credential: {
    status: 400,
    title: 'The credential is not acceptable.',
    fix: 'Check that the credential id and public key are those of the ceremony, base64url-encoded.',
  },
  unknown_credential: {
    status: 400,
    title: 'No user of this tenant has the credential.',
    fix: 'Remove it from the browser. Clients that do so themselves tell its password manager.',
  },
  invalid_configuration: {
    status: 400,
    title: 'The configuration of the tenant does not permit the request.',
    fix: 'Enable or configure what `errorDescription` names.',
  },
  AUTHENTICATOR_NOT_FOUND: {
    status: 400,
    title: 'The tenant has no active authenticator configuration.',
    fix: 'Activate at least one verification method for the tenant.',
  },
  delivery_failed: {
    status: 400,
    title: 'The message could not be handed over for delivery.',
    fix: 'Offer another method, or try again later. Nothing was sent, unless the provider did not respond.',
  },
  unauthorized: {
    status: 401,
    title: 'The key or token is missing, wrong, revoked or of the wrong kind.',
    fix: 'Send `Authorization: Basic base64(key + ":")` with an active key of the API you call. The client API takes a token as `Bearer`, or the tenant id as `Basic`.',
  },
  invalid_token: {
    status: 401,
    title: 'The token is malformed, not signed by this server, or its action is gone.',
    fix: 'Track the action again and use the token of the response.',
  },
  expired_token: {
    status: 401,
    title: 'The token has expired.',
    fix: 'Track the action again and use the token of the response.',
  },
  forbidden: {
    status: 403,
    title: 'The key or token is valid, but the call is not permitted.',
    fix: 'Read `errorDescription`: it says why, for example because of the address or the state of the action.',
  },
  insufficient_scope: {
    status: 403,
    title: 'The token lacks a scope.',
    fix: 'Let the user verify first, or ask for the scope when you track the action.',
  },
  step_up_required: {
    status: 403,
    title: 'The operator must first prove again who they are.',
    fix: 'Start a step-up of the session, let the operator verify, confirm it, and repeat the call.',
  },
  not_found: {
    status: 404,
    title: 'It does not exist, or not for this tenant.',
    fix: 'Check the path and its ids. An object of another tenant gives the same response.',
  },
  authenticator_configuration_not_found: {
    status: 404,
    title: 'The verification method is not configured for this tenant.',
    fix: 'Create its configuration first.',
  },
  method_not_allowed: {
    status: 405,
    title: 'The path exists, but not with this method.',
    fix: 'Use one of the methods in the `Allow` header.',
  },
  conflict: {
    status: 409,
    title: 'The request contradicts what is stored.',
    fix: 'Read the current state and decide again.',
  },
  resource_already_exists: {
    status: 409,
    title: 'It exists already.',
    fix: 'Change the one that exists, or choose another name.',
  },
  gone: {
    status: 410,
    title: 'Its content was kept for a period, or until its user was deleted, and is gone.',
    fix: 'Nothing brings it back. Longer periods are set in `retention` of the tenant.',
  },
  body_too_large: {
    status: 413,
    title: 'The body is larger than this API accepts.',
    fix: 'Send at most 64 KiB, or 1 MiB to the management API and for a batch of enrolments.',
  },
  too_many_requests: {
    status: 429,
    title: 'Too many failed requests from this address, too many requests with this key, or too many messages.',
    fix: 'Wait for the number of seconds in `Retry-After`.',
  },
  unexpected_error: {
    status: 500,
    title: 'Something went wrong in the server.',
    fix: 'Report it with the request id. The server’s log has the details under that id.',
  },
  unavailable: {
    status: 503,
    title: 'The server cannot answer now.',
    fix: 'Repeat the request after the number of seconds in `Retry-After`. Nothing was decided.',
  },
} as const satisfies Record<string, { status: number; title: string; fix: string }>;

export type ErrorCode = keyof typeof errorCatalogue;

/** The sentence that official SDK tests compare byte for byte. */
export const unauthorizedDescription =
  'The request is unauthorized. Check that your API key and region base URL are correctly configured.';

/** The only error that callers see. Anything else that is thrown is a bug and answered `unexpected_error`. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: ErrorCode;
  readonly retryAfterSeconds: number | undefined;
  constructor(code: ErrorCode, description: string, retryAfterSeconds?: number) {
    super(description);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The wire form of a refusal. The code is there twice, because some SDKs read it from `error`, others from `errorCode`. */
export function errorBody(code: ErrorCode, description: string) {
  return { error: code, errorCode: code, errorDescription: description };
}
