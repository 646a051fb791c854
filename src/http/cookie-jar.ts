import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ClientDirectory } from './identify-client.ts';

/** The cookies of one request, by name, and those that its answer sets. */
export interface CookieJar {
  get(name: string): string | undefined;
  set(name: string, value: string, lifetimeSeconds: number): void;
  remove(name: string): void;
}

/**
 * The cookies that a route declares. They are sent along by any page, so they count only for a page that says where it is
 * from, and is the caller's tenant's; nothing is set for any other (client-api 4.4).
 */
export function cookieJar<Client>(
  directory: ClientDirectory<Client>,
  names: readonly string[],
  request: FastifyRequest,
  reply: FastifyReply,
): CookieJar {
  const { origin, cookie } = request.headers;
  const isExpected = origin !== undefined && directory.isExpectedOrigin(origin, request.caller as Client | undefined);
  const given = isExpected ? parseCookie(cookie ?? '') : {};
  const declared = (name: string) => {
    if (!names.includes(name)) throw new Error(`The route does not declare the cookie ${name}.`);
    return name;
  };
  function write(name: string, value: string, lifetimeSeconds: number): void {
    if (!isExpected) return;
    // Other sites' pages are whom it is for: the app is on one host and this server on another.
    const attributes = {
      httpOnly: true,
      secure: true,
      sameSite: 'none',
      path: '/v1/client',
      maxAge: lifetimeSeconds,
    } as const;
    void reply.header('set-cookie', stringifySetCookie(declared(name), value, attributes));
  }
  return {
    get: (name) => given[declared(name)],
    set: write,
    remove: (name) => write(name, '', 0),
  };
}
