import type { z } from 'zod';
import { apis, bodyBytes, credentials } from './apis.ts';
import type { ApiName, Credential } from './apis.ts';
import type { ErrorCode } from './errors.ts';
import type { Group } from './groups.ts';
import type { Permission } from './portal/roles.ts';

/** Answered with 200. A list may also be written item by item, or in pages; see `list-page.ts`. */
export interface JsonReply<Schema extends z.ZodType = z.ZodType> {
  readonly kind: 'json';
  readonly schema: Schema;
  /** Whether JsonText anywhere in it is written character for character. */
  readonly isExact?: true;
  /** Whether caches may keep it for a while, because it is the same for every caller. Nothing else may be cached. */
  readonly isCacheable?: true;
  /** Whether a list is written as JSON lines: an item to a line, and nothing around them. */
  readonly isLines?: true;
}

/** https://jsonlines.org */
export const jsonLinesType = 'application/jsonl';

/** A page for people: our own HTML, the HTML of a mail, or the state that an app page is rendered from. */
export interface PageReply<Schema extends z.ZodType = z.ZodType> {
  readonly kind: 'page';
  readonly as: 'html' | 'mail' | 'app';
  readonly schema: Schema;
}

/** Answered with 204. */
export interface NoContentReply {
  readonly kind: 'noContent';
}

/** Answered with a WebSocket: what the server says over it, and what it hears. */
export interface LiveReply<Said extends z.ZodType = z.ZodType, Heard extends z.ZodType = z.ZodType> {
  readonly kind: 'live';
  /** The subprotocol that is spoken; callers must offer it. */
  readonly subprotocol: string;
  /** A message that the server sends. */
  readonly schema: Said;
  /** A message that callers send. */
  readonly hears: Heard;
}

/** How a route answers if it does not refuse. `http/write-reply.ts` has a case for each kind. */
export type Reply = JsonReply | PageReply | NoContentReply | LiveReply;

export function json<Schema extends z.ZodType>(
  schema: Schema,
  how: Pick<JsonReply, 'isExact' | 'isCacheable' | 'isLines'> = {},
): JsonReply<Schema> {
  return { kind: 'json', schema, ...how };
}

export function page<Schema extends z.ZodType>(as: PageReply['as'], schema: Schema): PageReply<Schema> {
  return { kind: 'page', as, schema };
}

export function live<Said extends z.ZodType, Heard extends z.ZodType>(
  subprotocol: string,
  schema: Said,
  hears: Heard,
): LiveReply<Said, Heard> {
  return { kind: 'live', subprotocol, schema, hears };
}

export const noContent: NoContentReply = { kind: 'noContent' };

/**
 * A request as a caller sends it, and the JSON response; a page and a 204 have no JSON. Tests parse both by the route's
 * schemas.
 */
export interface Example {
  readonly request?: {
    readonly params?: Readonly<Record<string, string>>;
    readonly query?: Readonly<Record<string, string>>;
    readonly body?: Readonly<Record<string, unknown>>;
  };
  readonly reply?: unknown;
}

/** What a route declares, apart from its API and credentials. */
export interface RouteMembers<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends Reply = Reply,
> {
  /** Verb and noun; names the operation file too. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Fastify path, from the root. */
  readonly path: string;
  /** Other paths that official SDKs use for the same operation. Not in the OpenAPI document. */
  readonly aliases?: readonly {
    readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
    readonly path: string;
    /**
     * Callers that never mean this route by the alias: from them it is another call, whose path was cut short by its id
     * (A68).
     */
    readonly notFrom?: RegExp;
  }[];
  /** What a call does, in at most 40 characters: its name in the API reference. */
  readonly title: string;
  /** What a call does, when to use it and what to know about it, in Markdown. */
  readonly description: string;
  /** The part of the API reference that lists it. */
  readonly group: Group;
  readonly example: Example;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Top-level members of the body that arrive as JsonText. */
  readonly exact?: readonly string[];
  /** Whether the operation gets the text of the body with the headers, and nothing parsed: a signature may be over both. */
  readonly isRaw?: true;
  readonly reply: Answer;
  /** Whether calls are counted by address, like those to the client API without a token (ruling 5): they cost queries. */
  readonly isCounted?: true;
  /** Whether the body may be as large as in the management API (ruling 3). */
  readonly isLarge?: true;
  /** Whether apps may send a signature in the header `X-Authsignal-Signature`. */
  readonly isSigned?: true;
  /** Names of the cookies that it reads or sets, on pages of the tenant's expected origins (client-api 4.4). */
  readonly cookies?: readonly string[];
  /** What an operator needs for it; null: to be signed in. Only on routes that take the session of an operator. */
  readonly permission?: Permission | null;
  /** Whether an operator must have proved again, a few minutes ago at most, who they are. */
  readonly isDangerous?: true;
  /** Refusals beyond those of every route and those of its credentials. */
  readonly refusals: readonly ErrorCode[];
  /** The audit event that a call leaves when it changes something; null for reads and for tracking (ruling 13). */
  readonly audit: string | null;
}

/**
 * One operation that can be called over HTTP. Everything global about it (OpenAPI, docs, tests) is derived from here.
 */
export interface Route<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends Reply = Reply,
  Shown extends Credential = Credential,
> extends RouteMembers<Params, Query, Body, Answer> {
  readonly api: ApiName;
  /** A caller must present one of these. If there are none, anyone may call. */
  readonly credentials: readonly Shown[];
}

type CredentialOf<Name extends ApiName> = (typeof apis)[Name]['credentials'][number];

/**
 * The API of a route. If its callers can use several credentials, the route names those that it takes. Where callers come in
 * by the API itself, a route may take none.
 */
type Access = {
  readonly [Name in ApiName]: (typeof apis)[Name]['credentials'] extends readonly [] | readonly [unknown]
    ? {
        readonly api: Name;
        readonly credentials?: (typeof apis)[Name] extends { readonly hasDoors: true } ? readonly [] : never;
      }
    : { readonly api: Name; readonly credentials: readonly CredentialOf<Name>[] };
}[ApiName];

export function route<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Answer extends Reply,
  Name extends ApiName,
  Shown extends CredentialOf<Name> = CredentialOf<Name>,
>(
  definition: RouteMembers<Params, Query, Body, Answer> & {
    readonly api: Name;
    readonly credentials?: readonly Shown[];
  } & Access,
): Route<Params, Query, Body, Answer, Shown> {
  const { credentials: shown = apis[definition.api].credentials as readonly Shown[] } = definition;
  return { ...definition, credentials: shown };
}

/** Whether a route verifies a proof: capacity is reserved for it when the server is overloaded (F09). */
export function isVerification({ audit }: Route): boolean {
  return audit === 'challenge.verified';
}

/** The largest body that a route reads. */
export function bodyBytesMax({ api, isLarge }: Route): number {
  return isLarge === true ? bodyBytes.large : apis[api].bodyBytesMax;
}

const refusalsOfEveryRoute = ['invalid_request', 'body_too_large', 'unexpected_error', 'unavailable'] as const;

/** Every refusal that a route can return. GET has no body that could be too large: one that is sent is not read. */
export function refusalsOf({ credentials: shown, method, refusals, isDangerous }: Route): readonly ErrorCode[] {
  const common = refusalsOfEveryRoute.filter((code) => method !== 'GET' || code !== 'body_too_large');
  const again = isDangerous === true ? (['step_up_required'] as const) : [];
  return [...new Set([...common, ...shown.flatMap((name) => credentials[name].refusals), ...again, ...refusals])];
}
