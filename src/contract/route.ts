import type { z } from 'zod';
import type { ErrorCode } from './errors.ts';

/**
 * Who may call: the holder of a server key, of a management key, of a short-lived token, anybody who names a tenant, who
 * does either of the last two, or anybody at all.
 */
export type CallerKind = 'server' | 'management' | ClientKind | 'public';
export type ClientKind = 'token' | 'tenant' | 'tokenOrTenant';

export function isClientKind(kind: CallerKind): kind is ClientKind {
  return kind === 'token' || kind === 'tenant' || kind === 'tokenOrTenant';
}

/** One thing that can be asked over HTTP. Everything global about it (OpenAPI, docs, tests) is derived from here. */
export interface Route<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Reply extends z.ZodType = z.ZodType,
> {
  /** Verb and noun; names the operation file too. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Fastify path, from the root. */
  readonly path: string;
  /** Other ways in that official SDKs use for the same operation. Not in the OpenAPI document. */
  readonly aliases?: readonly {
    readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
    readonly path: string;
    /** Callers that never mean this route by the alias: from them it is another call, whose id cut the path short (A68). */
    readonly notFrom?: RegExp;
  }[];
  readonly caller: CallerKind;
  readonly summary: string;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Top-level members of the body that arrive as JsonText; JsonText anywhere in the answer is written as it stands. */
  readonly exact?: readonly string[];
  /** The 200 answer: JSON; where `page` is set a page, as HTML, with `mail` as HTML of somebody else's, or, with `app`, as the state that one is drawn from. Nothing, answered 204, where `noContent` is. */
  readonly reply: Reply;
  readonly page?: 'html' | 'mail' | 'app';
  /** Anybody's calls that cost the database something: counted, by address, with those to the client API without a token (ruling 5). */
  readonly isCounted?: true;
  readonly noContent?: true;
  /** Whose body may be as large as those of the management API (ruling 3). */
  readonly isLarge?: true;
  /** Whose answer is nobody's in particular, so that whoever is asked may keep it for a while. All others are kept by nobody. */
  readonly isCacheable?: true;
  /** Names of the cookies that it reads or sets, of pages that the tenant expects (client-api 4.4). */
  readonly cookies?: readonly string[];
  /** Refusals beyond those that every route of its caller kind can give. */
  readonly refusals: readonly ErrorCode[];
  /** The audit event that a call leaves when it changes something; null for reads and for tracking (ruling 13). */
  readonly audit: string | null;
}

export function route<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Reply extends z.ZodType,
>(definition: Route<Params, Query, Body, Reply>): Route<Params, Query, Body, Reply> {
  return definition;
}

/** Whether a route verifies a proof: there is room for it when everything else is too much (F09). */
export function isVerification({ audit }: Route): boolean {
  return audit === 'challenge.verified';
}

/** What every route of a kind can refuse, so that routes list only their own. */
const ofClients = [
  'invalid_request',
  'unauthorized',
  'too_many_requests',
  'body_too_large',
  'unexpected_error',
  'unavailable',
] as const;
const ofTokens = ['invalid_token', 'expired_token'] as const;
const refusalsOfEveryRoute: Readonly<Record<CallerKind, readonly ErrorCode[]>> = {
  token: [...ofClients, ...ofTokens],
  tenant: ofClients,
  tokenOrTenant: [...ofClients, ...ofTokens],
  server: [
    'invalid_request',
    'unauthorized',
    'forbidden',
    'too_many_requests',
    'body_too_large',
    'unexpected_error',
    'unavailable',
  ],
  management: [
    'invalid_request',
    'unauthorized',
    'too_many_requests',
    'body_too_large',
    'unexpected_error',
    'unavailable',
  ],
  public: ['invalid_request', 'body_too_large', 'unexpected_error', 'unavailable'],
};

/** Every refusal that a route can give. GET has no body that could be too large: one that is sent is not read. */
export function refusalsOf(route: Route): readonly ErrorCode[] {
  const common = refusalsOfEveryRoute[route.caller].filter(
    (code) => route.method !== 'GET' || code !== 'body_too_large',
  );
  return [...new Set([...common, ...route.refusals])];
}
