/** What a request must pass before its body is read. Prepared once per route: requests do not look up their API. */
import type { FastifyRequest } from 'fastify';
import { apiOfPath, apis, credentials, isApiPath } from '../contract/apis.ts';
import type { Api, Credential, CredentialData, RateLimitName } from '../contract/apis.ts';
import { Refusal } from '../contract/errors.ts';
import type { Route } from '../contract/route.ts';
import { requireExpectedOrigin } from './allow-origin.ts';
import { clientAddress } from './client-address.ts';
import { identifyCaller } from './identify-caller.ts';
import type { CallerDirectory } from './identify-caller.ts';
import { authorizationOf, identifyClient, requireCallsLeft } from './identify-client.ts';
import type { ClientDirectory } from './identify-client.ts';
import type { FailureLimit } from './limit-failures.ts';
import type { RateLimit } from './limit-rate.ts';

export interface Entrance {
  /** Whether programs call it: then responses must not be cached. */
  readonly isOfApi: boolean;
  /** Whether pages of other origins may call it. */
  readonly hasCors: boolean;
  /** Sets `request.caller` and counts the call. @throws {Refusal} if the caller is unknown or must not call now */
  enter(request: FastifyRequest): void;
}

export interface KeyHolder {
  readonly kind: string;
  readonly keyId: string;
}

export type KnownCaller = NonNullable<FastifyRequest['caller']>;

export interface EntranceParts<Holder extends KeyHolder, Client extends KnownCaller> {
  readonly callers: CallerDirectory<Holder>;
  readonly clients: ClientDirectory<Client>;
  readonly failures: FailureLimit;
  readonly limits: Readonly<Record<RateLimitName, RateLimit>>;
  /** Checks the holder of a valid key. @throws {Refusal} if they may not call from this address */
  admit(holder: Holder, address: string): void;
}

export function entranceOfRoute<Holder extends KeyHolder, Client extends KnownCaller>(
  parts: EntranceParts<Holder, Client>,
  { api, path, credentials: accepted, isCounted }: Route,
): Entrance {
  const enter = entering(parts, accepted, isLiveApi(apis[api]));
  // Counting is beside the credentials, never in place of them.
  const count = isCounted === true ? countAnonymous(parts) : () => undefined;
  return {
    isOfApi: isApiPath(path),
    hasCors: apis[api].hasCors,
    enter(request) {
      count(request);
      enter(request);
    },
  };
}

/** For a path without a route, or a method that the path does not accept. */
export function entranceOfPath<Holder extends KeyHolder, Client extends KnownCaller>(
  parts: EntranceParts<Holder, Client>,
  path: string,
): Entrance {
  const api = apiOfPath(path);
  return {
    isOfApi: isApiPath(path),
    hasCors: api.hasCors && path.startsWith(`${api.prefix}/`),
    enter: entering(parts, api.hidesPaths ? api.credentials : [], false),
  };
}

function isLiveApi(api: Api): boolean {
  return api.isLive === true;
}

function countAnonymous({
  limits,
}: {
  readonly limits: Readonly<Record<RateLimitName, RateLimit>>;
}): Entrance['enter'] {
  return (request) => requireCallsLeft(limits.anonymous, clientAddress(request));
}

function entering<Holder extends KeyHolder, Client extends KnownCaller>(
  parts: EntranceParts<Holder, Client>,
  accepted: readonly Credential[],
  isLive: boolean,
): Entrance['enter'] {
  const [first] = accepted;
  if (first === undefined) return () => undefined;
  // All credentials of an API belong to one kind of caller.
  const { caller: kind, limit }: CredentialData = credentials[first];
  if (kind === 'client') {
    return (request) => {
      const authorization = isLive ? authorizationOf(request) : request.headers.authorization;
      const caller = identifyClient(parts.clients, parts, accepted, authorization, clientAddress(request));
      request.caller = caller;
      if (isLive) requireExpectedOrigin(parts.clients, request, caller);
    };
  }
  return (request) => {
    const address = clientAddress(request);
    const holder = identifyCaller(parts.callers, parts.failures, kind, request.headers.authorization, address);
    request.caller = holder;
    const waitSeconds = limit === undefined ? 0 : parts.limits[limit].countCall(holder.keyId);
    if (waitSeconds > 0) {
      throw new Refusal(
        'too_many_requests',
        'This key has called too often. Wait and repeat the request.',
        waitSeconds,
      );
    }
    parts.admit(holder, address);
  };
}
