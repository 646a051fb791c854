/** What a request must pass before its body is read. Prepared once per route: requests do not look up their API. */
import type { FastifyRequest } from 'fastify';
import { apiOfPath, apis, credentials, isApiPath } from '../contract/apis.ts';
import type { Api, Credential, CredentialData, RateLimitName } from '../contract/apis.ts';
import { hasOperatorCookie, identifyOperator } from './identify-operator.ts';
import type { OperatorDirectory } from './identify-operator.ts';
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
  /**
   * Sets `request.caller` and counts the call; later only where a session has to be read. @throws {Refusal} if the caller is
   * unknown or must not call now
   */
  enter(request: FastifyRequest): void | Promise<void>;
}

export interface KeyHolder {
  readonly kind: string;
  readonly keyId: string;
}

export type KnownCaller = NonNullable<FastifyRequest['caller']>;

export interface EntranceParts<Holder extends KeyHolder, Client extends KnownCaller> {
  readonly callers: CallerDirectory<Holder>;
  readonly clients: ClientDirectory<Client>;
  readonly operators: OperatorDirectory;
  readonly failures: FailureLimit;
  readonly limits: Readonly<Record<RateLimitName, RateLimit>>;
  /** Checks the holder of a valid key. @throws {Refusal} if they may not call from this address */
  admit(holder: Holder, address: string): void;
}

export function entranceOfRoute<Holder extends KeyHolder, Client extends KnownCaller>(
  parts: EntranceParts<Holder, Client>,
  route: Route,
): Entrance {
  const { api, path, credentials: accepted, isCounted } = route;
  const enter = entering(parts, accepted, isLiveApi(apis[api]), route);
  // Counting is beside the credentials, never in place of them.
  const count = isCounted === true ? countAnonymous(parts) : () => undefined;
  return {
    isOfApi: isApiPath(path),
    hasCors: apis[api].hasCors,
    enter(request) {
      count(request);
      return enter(request);
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
    enter: entering(parts, api.hidesPaths ? api.credentials : [], false, undefined),
  };
}

function isLiveApi(api: Api): boolean {
  return api.isLive === true;
}

function countAnonymous({
  limits,
}: {
  readonly limits: Readonly<Record<RateLimitName, RateLimit>>;
}): (request: FastifyRequest) => void {
  return (request) => requireCallsLeft(limits.anonymous, clientAddress(request));
}

function entering<Holder extends KeyHolder, Client extends KnownCaller>(
  parts: EntranceParts<Holder, Client>,
  accepted: readonly Credential[],
  isLive: boolean,
  route: Route | undefined,
): Entrance['enter'] {
  if (accepted.includes('operatorSession')) {
    const others = accepted.filter((name) => name !== 'operatorSession');
    const enterByKey = entering(parts, others, isLive, route);
    return (request) =>
      // Whoever sends a key means it: the cookie that a browser adds by itself does not take its place.
      others.length > 0 && (request.headers.authorization !== undefined || !hasOperatorCookie(request))
        ? enterByKey(request)
        : identifyOperator(parts.operators, parts.failures, request, route).then((operator) => {
            request.caller = operator;
            requireCallsOfKeyLeft(parts.limits[credentials.operatorSession.limit], operator.operatorId);
          });
  }
  const [first] = accepted;
  if (first === undefined) return () => undefined;
  // All other credentials of an API belong to one kind of caller.
  const { caller: kind, limit }: CredentialData = credentials[first];
  if (kind === 'operator') throw new Error('Operators have come in already.');
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
    if (limit !== undefined) requireCallsOfKeyLeft(parts.limits[limit], holder.keyId);
    parts.admit(holder, address);
  };
}

function requireCallsOfKeyLeft(limit: RateLimit, name: string): void {
  const waitSeconds = limit.countCall(name);
  if (waitSeconds === 0) return;
  throw new Refusal('too_many_requests', 'This caller has called too often. Wait and repeat the request.', waitSeconds);
}
