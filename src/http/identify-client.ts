import type { FastifyRequest } from 'fastify';
import { credentials } from '../contract/apis.ts';
import type { Credential, RateLimitName } from '../contract/apis.ts';
import { Refusal } from '../contract/errors.ts';
import { addressBucket } from '../core/addresses/address-bucket.ts';
import type { FailureLimit } from './limit-failures.ts';
import type { RateLimit } from './limit-rate.ts';

/** Finds callers from browsers and phones, and the origins that their tenants expect. */
export interface ClientDirectory<Caller> {
  /** The holder of a short-lived token, or why the token is not accepted. */
  byToken(token: string): Caller | 'invalid' | 'expired';
  /** An anonymous caller of this tenant; undefined if there is no such tenant. */
  byTenant(tenantId: string): Caller | undefined;
  /** Whether the caller's tenant expects pages of this origin; without a caller, whether any tenant does. */
  isExpectedOrigin(origin: string, caller: Caller | undefined): boolean;
  /** Warns the operator about an unexpected origin: the page itself only sees that the request failed. */
  tellUnexpectedOrigin(origin: string, caller: Caller | undefined): void;
}

export interface ClientLimits {
  readonly failures: FailureLimit;
  readonly limits: Readonly<Record<RateLimitName, RateLimit>>;
}

/**
 * Identifies the caller of the client API: the holder of a token (`Bearer`), or an anonymous caller who names a tenant
 * (`Basic`). An invalid token is never treated as a missing one. An expired token is not counted as a failure, because
 * open pages keep polling with it.
 * @throws {Refusal} `unauthorized`, `invalid_token`, `expired_token`, `too_many_requests`
 */
export function identifyClient<Caller>(
  directory: ClientDirectory<Caller>,
  limits: ClientLimits,
  accepted: readonly Credential[],
  authorization: string | undefined,
  address: string,
): Caller {
  const token = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
  if (token !== undefined && accepted.includes('actionToken')) {
    const found = directory.byToken(token);
    if (found === 'expired') throw new Refusal('expired_token', 'The token has expired.');
    if (found !== 'invalid') return found;
    throw refused(limits, address, new Refusal('invalid_token', 'The token is not valid. Track the action again.'));
  }
  const takesTenantId = accepted.includes('tenantId');
  const tenantId = takesTenantId ? basicTenantId(authorization) : undefined;
  const caller = tenantId === undefined ? undefined : directory.byTenant(tenantId);
  if (caller === undefined) {
    const wanted = takesTenantId ? 'the tenant id as Basic' : 'a token as Bearer';
    const description =
      tenantId === undefined
        ? `Send ${wanted} in the Authorization header.`
        : 'This server has no tenant with the id in the Authorization header. Check the tenant id, and that the base URL is the one of its server.';
    throw refused(limits, address, new Refusal('unauthorized', description));
  }
  requireCallsLeft(limits.limits[credentials.tenantId.limit], address);
  return caller;
}

/**
 * What a WebSocket's subprotocols say in place of the Authorization header: `x.authsignal.token.<token>`, or
 * `x.authsignal.tenant.<tenant id>`. A token is never treated as missing.
 */
export function authorizationOf(request: Pick<FastifyRequest, 'headers'>): string | undefined {
  const offered = offeredSubprotocols(request);
  const after = (prefix: string) => offered.find((name) => name.startsWith(prefix))?.slice(prefix.length);
  const token = after('x.authsignal.token.');
  if (token !== undefined) return `Bearer ${token}`;
  const tenantId = after('x.authsignal.tenant.');
  return tenantId === undefined ? undefined : `Basic ${Buffer.from(tenantId).toString('base64')}`;
}

/** What the other side of a WebSocket offers to speak, in its order. */
export function offeredSubprotocols({ headers }: Pick<FastifyRequest, 'headers'>): readonly string[] {
  return (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
}

/** Counts an anonymous call. @throws {Refusal} `too_many_requests` */
export function requireCallsLeft(anonymous: RateLimit, address: string): void {
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
 * The tenant id from `Basic`, in every form that clients send: with or without a colon, URI-encoded, in either base64
 * alphabet, with or without padding.
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
