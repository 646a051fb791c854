/**
 * The APIs, and what the routes of each have in common. The pipeline, the operations, the OpenAPI document and the tests
 * derive from it.
 */
import type { ErrorCode } from './errors.ts';

/** Rate limits. How many calls each one permits is a setting (ruling 5). */
export type RateLimitName = 'management' | 'anonymous';

export interface CredentialData {
  /** The kind of caller who uses it. Audit events name their actor by it. */
  readonly caller: 'server' | 'management' | 'client' | 'operator';
  /**
   * How it travels: in the Authorization header (RFC 7617, RFC 6750), or as a cookie of the portal. Of a live channel, see
   * `Api.isLive`.
   */
  readonly scheme: 'basic' | 'bearer' | 'cookie';
  readonly description: string;
  /** The limit that counts calls with it: per key, or per address for clients. */
  readonly limit?: RateLimitName;
  readonly refusals: readonly ErrorCode[];
}

/** What callers authenticate with, by its name in the OpenAPI document. */
export const credentials = {
  serverKey: {
    caller: 'server',
    scheme: 'basic',
    description: 'User name: server secret key. Password: empty.',
    // `forbidden`: the address is outside the tenant's ipWhitelist.
    refusals: ['unauthorized', 'forbidden', 'too_many_requests'],
  },
  managementKey: {
    caller: 'management',
    scheme: 'basic',
    description: 'User name: management key. Password: empty.',
    limit: 'management',
    refusals: ['unauthorized', 'too_many_requests'],
  },
  actionToken: {
    caller: 'client',
    scheme: 'bearer',
    description: 'The token that tracking an action answers.',
    refusals: ['unauthorized', 'too_many_requests', 'invalid_token', 'expired_token'],
  },
  tenantId: {
    caller: 'client',
    scheme: 'basic',
    description: 'User name: tenant id. Password: empty. Not a secret.',
    limit: 'anonymous',
    refusals: ['unauthorized', 'too_many_requests'],
  },
  operatorSession: {
    caller: 'operator',
    scheme: 'cookie',
    description:
      'The session of an operator, from signing in to the portal. What belongs to a tenant also needs its id in the header `X-Sallyport-Tenant`. Calls of pages of another origin are refused.',
    limit: 'management',
    // `forbidden`: no role of the operator in this tenant permits the call.
    refusals: ['unauthorized', 'forbidden', 'too_many_requests'],
  },
} as const satisfies Readonly<Record<string, CredentialData>>;
export type Credential = keyof typeof credentials;

/** The cookie of an operator's session, which a browser accepts only from this host and for all of its paths. */
export const operatorCookie = '__Host-sallyport-operator';
/** The cookie of an operator who is at the issuer, and comes back from there. */
export const oidcCookie = '__Host-sallyport-oidc';
/** The header that says of which tenant an operator's call is. */
export const tenantHeader = 'x-sallyport-tenant';

export interface Api {
  /** The prefix of the paths of all its routes. */
  readonly prefix: string;
  /** What else the paths of aliases begin with. */
  readonly otherPrefixes?: readonly string[];
  /** The credentials that its callers can use. If there are several, each route names those that it takes. */
  readonly credentials: readonly Credential[];
  /** Whether unknown paths also require credentials, so that strangers cannot map the API. */
  readonly hidesPaths: boolean;
  /** Whether pages of the origins that a tenant expects may call it (Fetch §3.2). */
  readonly hasCors: boolean;
  /** The largest body in bytes, unless the route `isLarge`; of a live channel, the largest message. */
  readonly bodyBytesMax: number;
  /**
   * Whether it is spoken over WebSockets. A page cannot set headers there, so credentials travel as subprotocols, and the
   * origin of the page is checked before the connection is upgraded.
   */
  readonly isLive?: true;
  /** Whether some of its routes let callers in who have no credentials yet. */
  readonly hasDoors?: true;
}

/** Ruling 3. Value lists, themes and batches need more than other bodies. */
export const bodyBytes = { usual: 64 * 1024, large: 1024 * 1024 } as const;

const root = '/v1';

export const apis = {
  /** For backends. */
  server: {
    prefix: root,
    credentials: ['serverKey'],
    hidesPaths: true,
    hasCors: false,
    bodyBytesMax: bodyBytes.usual,
  },
  /** For operators and their tools, such as Terraform. */
  management: {
    prefix: `${root}/management`,
    credentials: ['managementKey', 'operatorSession'],
    hidesPaths: true,
    hasCors: false,
    bodyBytesMax: bodyBytes.large,
  },
  /** For operators, who come in through the portal. They may also call the management API, as far as their roles permit. */
  portal: {
    prefix: `${root}/portal`,
    credentials: ['operatorSession'],
    hidesPaths: true,
    hasCors: false,
    bodyBytesMax: bodyBytes.usual,
    hasDoors: true,
  },
  /** For browsers and phones. */
  client: {
    prefix: `${root}/client`,
    credentials: ['actionToken', 'tenantId'],
    hidesPaths: false,
    hasCors: true,
    bodyBytesMax: bodyBytes.usual,
  },
  /** For browsers that wait for something. Official SDKs find its path by replacing text in their base URL. */
  live: {
    prefix: '/ws-v1-challenge',
    // Where the base URL of the SDK has a path with "api" in it.
    otherPrefixes: ['/api-ws/ws-v1-challenge'],
    credentials: ['actionToken', 'tenantId'],
    hidesPaths: false,
    hasCors: false,
    // Thousands of connections may each be in the middle of a message (F39).
    bodyBytesMax: 16 * 1024,
    isLive: true,
  },
  /** For people with a browser. If a page needs a token, it is in the URL or a form, and the operation checks it. */
  pages: { prefix: '', credentials: [], hidesPaths: false, hasCors: false, bodyBytesMax: bodyBytes.usual },
} as const satisfies Readonly<Record<string, Api>>;
export type ApiName = keyof typeof apis;

const all: readonly Api[] = Object.values(apis);
const longestFirst = all
  .flatMap((api) => [api.prefix, ...(api.otherPrefixes ?? [])].map((prefix) => ({ prefix, api })))
  .sort((left, right) => right.prefix.length - left.prefix.length);

/** The API of a path that has no route. */
export function apiOfPath(path: string): Api {
  return longestFirst.find(({ prefix }) => path.startsWith(prefix))?.api ?? apis.pages;
}

const underRoot = new RegExp(`^/+${root.slice(1)}(?:[/?]|$)`);

/** Whether a path belongs to an API for programs, even if it begins with several slashes. */
export function isApiPath(path: string): boolean {
  return underRoot.test(path);
}
