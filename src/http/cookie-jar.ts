import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { apis } from '../contract/apis.ts';
import type { ClientDirectory } from './identify-client.ts';

/** The cookies of one request, by name, and those that its response sets. */
export interface CookieJar {
  get(name: string): string | undefined;
  set(name: string, value: string, lifetimeSeconds: number): void;
  remove(name: string): void;
}

// What a browser accepts only from the host itself, for all of its paths and never for its siblings (RFC 6265bis §4.1.3.2).
const hostPrefix = '__Host-';

/**
 * The cookies that a route declares. Browsers attach them to requests of any page, so they count only if the request
 * names its origin and the caller's tenant expects that origin. Otherwise none are read or set (client-api 4.4). For
 * those of our own pages the browser's word counts instead, if it says whether a page of this host asks: a tenant's own domain
 * need not be among the origins that it expects.
 */
export function cookieJar<Client>(
  directory: ClientDirectory<Client>,
  names: readonly string[],
  request: FastifyRequest,
  reply: FastifyReply,
): CookieJar {
  const { origin, cookie } = request.headers;
  const isExpected = origin !== undefined && directory.isExpectedOrigin(origin, request.caller as Client | undefined);
  const given = parseCookie(cookie ?? '');
  const fetchSite = request.headers['sec-fetch-site'];
  const isOwnPage = fetchSite === undefined ? isExpected : fetchSite === 'same-origin';
  const counts = (name: string) => (name.startsWith(hostPrefix) ? isOwnPage : isExpected);
  const declared = (name: string) => {
    if (!names.includes(name)) throw new Error(`The route does not declare the cookie ${name}.`);
    return name;
  };
  function write(name: string, value: string, lifetimeSeconds: number): void {
    if (!counts(declared(name))) return;
    const attributes = { httpOnly: true, secure: true, maxAge: lifetimeSeconds } as const;
    // SameSite=None where the app asks, because it and this server are usually different sites.
    const scope = name.startsWith(hostPrefix)
      ? ({ sameSite: 'strict', path: '/' } as const)
      : ({ sameSite: 'none', path: apis.client.prefix } as const);
    void reply.header('set-cookie', stringifySetCookie(name, value, { ...attributes, ...scope }));
  }
  return {
    get: (name) => (counts(declared(name)) ? given[name] : undefined),
    set: write,
    remove: (name) => write(name, '', 0),
  };
}
