import { Refusal, unauthorizedDescription } from '../contract/errors.ts';
import type { FailureLimit } from './limit-failures.ts';

/** Finds the holder of an API key. */
export interface CallerDirectory<Holder extends { readonly kind: string }> {
  callerByKey(apiKey: string): Holder | undefined;
}

/**
 * Finds the holder of the key in `Authorization: Basic base64(key + ":")` (RFC 7617 §2; the password is ignored).
 * @throws {Refusal} `unauthorized` without a key of the wanted kind, `too_many_requests` after too many failures.
 */
export function identifyCaller<Holder extends { readonly kind: string }>(
  directory: CallerDirectory<Holder>,
  failures: FailureLimit,
  kind: 'server' | 'management',
  authorization: string | undefined,
  address: string,
): Holder {
  const key = basicUserName(authorization);
  const caller = key === undefined ? undefined : directory.callerByKey(key);
  if (caller !== undefined && caller.kind === kind) return caller;
  const waitSeconds = failures.countFailure(address);
  if (waitSeconds > 0) {
    throw new Refusal(
      'too_many_requests',
      'Too many failed authentications from this address. Wait, and check the key.',
      waitSeconds,
    );
  }
  throw new Refusal('unauthorized', unauthorizedDescription);
}

function basicUserName(authorization: string | undefined): string | undefined {
  const encoded = /^basic +([A-Za-z0-9+/_=-]+) *$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const credentials = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = credentials.indexOf(':');
  return colon === -1 ? credentials : credentials.slice(0, colon);
}
