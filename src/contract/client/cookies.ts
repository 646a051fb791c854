/** Cookies of the client API, for callers that ask for them (client-api 4.4). */

/** Binds a ceremony to the browser that began it. */
export const challengeCookie = '__as_challenge';
/**
 * Held by our own pages alone, for whoever had the device remembered last. The prefix keeps it to this host (RFC 6265bis
 * §4.1.3.2), and `SameSite=Strict` to requests of this site.
 */
export const deviceCookie = '__Host-sallyport_device';
/** Holds the same value as `accessToken` of the response. */
export const sessionCookie = '__as_session';
