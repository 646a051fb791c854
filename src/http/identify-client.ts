import { Refusal } from '../contract/errors.ts';
import type { ClientKind } from '../contract/route.ts';
import type { FailureLimit } from './limit-failures.ts';
import { addressBucket } from './limit-failures.ts';
import type { RateLimit } from './limit-rate.ts';

/** What this room needs to know of those who call from browsers and phones. */
export interface ClientDirectory<Caller> {
  /** Whoever holds a short-lived token, or why it is no good. */
  byToken(token: string): Caller | 'invalid' | 'expired';
  /** Anybody who names this tenant. */
  byTenant(tenantId: string): Caller | undefined;
  /** Whether pages of this origin may read what the caller is answered; without a caller, whether some tenant's may. */
  isExpectedOrigin(origin: string, caller: Caller | undefined): boolean;
  /** Tells the operator of a page that is not: in the browser it sees no more than that something failed. */
  tellUnexpectedOrigin(origin: string, caller: Caller | undefined): void;
}

export interface ClientLimits {
  readonly failures: FailureLimit;
  /** Calls without a token, by address. */
  readonly anonymous: RateLimit;
}

/**
 * Finds out who calls the client API: the holder of `Bearer` token, or anybody who names a tenant by `Basic`. A bad token
 * is never taken for a missing one. One that has merely expired is not counted as a failure: pages poll with it.
 * @throws {Refusal} `unauthorized`, `invalid_token`, `expired_token`, `too_many_requests`
 */
export function identifyClient<Caller>(
  directory: ClientDirectory<Caller>,
  limits: ClientLimits,
  kind: ClientKind,
  authorization: string | undefined,
  address: string,
): Caller {
  const token = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
  if (token !== undefined && kind !== 'tenant') {
    const found = directory.byToken(token);
    if (found === 'expired') throw new Refusal('expired_token', 'The token has expired.');
    if (found !== 'invalid') return found;
    throw refused(limits, address, new Refusal('invalid_token', 'The token is not valid. Track the action again.'));
  }
  const tenantId = kind === 'token' ? undefined : basicTenantId(authorization);
  const caller = tenantId === undefined ? undefined : directory.byTenant(tenantId);
  if (caller === undefined) {
    const wanted = kind === 'token' ? 'a token as Bearer' : 'the tenant id as Basic';
    const description =
      tenantId === undefined
        ? `Send ${wanted} in the Authorization header.`
        : 'This server has no tenant with the id in the Authorization header. Check the tenant id, and that the base URL is the one of its server.';
    throw refused(limits, address, new Refusal('unauthorized', description));
  }
  refuseTooMany(limits.anonymous, address);
  return caller;
}

/** Counts a call of nobody in particular. @throws {Refusal} `too_many_requests` */
export function refuseTooMany(anonymous: RateLimit, address: string): void {
  const waitSeconds = anonymous.countCall(addressBucket(address));
  if (waitSeconds === 0) return;
  throw new Refusal('too_many_requests', 'Too many calls from this address. Wait and repeat the request.', waitSeconds);
}

function refused(limits: ClientLimits, address: string, refusal: Refusal): Refusal {
  const waitSeconds = limits.failures.countFailure(address);
  return waitSeconds === 0
    ? refusal
    : new Refusal('too_many_requests', 'Too many failed authentications from this address. Wait.', waitSeconds);
}

/**
 * The tenant id of `Basic`, in each of the forms that clients write it: with or without a colon, URI-encoded, in either
 * alphabet of base64, padded or not.
 */
function basicTenantId(authorization: string | undefined): string | undefined {
  const encoded = /^basic +([A-Za-z0-9+/_=-]+) *$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [tenantId = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  try {
    return decodeURIComponent(tenantId);
  } catch {
    return undefined;
  }
}
