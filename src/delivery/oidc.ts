/**
 * The issuer of OpenID Connect at which operators may sign in. It is named by the configuration of this server alone, so there
 * is no other one whose answers could be mixed up with it; what it answers is checked by `openid-client`.
 */
import * as client from 'openid-client';
import type { Clock, Timers } from '../runtime/runtime.ts';
import { exchange, openOwnConnection, replyBytesMax } from './http-exchange.ts';
import type { Names } from './names.ts';
import { OidcFailed } from './oidc-failed.ts';

export interface OidcOptions {
  /** An https URL; http only on this machine. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What people call it. */
  readonly name: string;
  /** Authentication contexts of which a step-up needs one; none: any. */
  readonly stepUpAcrs: readonly string[];
}

/** What is kept between the way to the issuer and the way back. */
export interface OidcChecks {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE (RFC 7636). */
  readonly verifier: string;
}

/** What the issuer says of somebody who has signed in there. */
export interface OidcIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** Only if the issuer says that it has verified it. */
  readonly verifiedEmail: string | undefined;
  /** When they signed in there; undefined if the issuer does not say. */
  readonly authenticatedAtMs: number | undefined;
  readonly acr: string | undefined;
}

export interface Oidc {
  readonly name: string;
  readonly stepUpAcrs: readonly string[];
  /**
   * Where somebody signs in. A fresh sign-in is one in which the issuer asks again, whatever session they have there.
   * @throws {OidcFailed}
   */
  authorizationUrl(redirectUri: string, checks: OidcChecks, wants: { readonly isFresh: boolean }): Promise<string>;
  /** Who came back, by the address that the issuer led to. A code counts once there. @throws {OidcFailed} */
  identify(callback: URL, checks: OidcChecks): Promise<OidcIdentity>;
}

// A person waits.
const callMs = 5_000;
const discoveryMs = 60 * 60 * 1000;
// How soon what the issuer says of itself is read again after a failure: its keys may have changed.
const againMs = 10_000;
const toleranceSeconds = 60;

/** Reads nothing yet: the server starts without its issuer. */
export function openOidc(
  options: OidcOptions,
  { names, clock, timers }: { readonly names: Names; readonly clock: Clock; readonly timers: Timers },
): Oidc {
  const { name, stepUpAcrs, clientId, clientSecret } = options;
  const issuer = new URL(options.issuer);
  let known: { readonly configuration: client.Configuration; readonly atMs: number } | undefined;
  let reading: Promise<client.Configuration> | undefined;

  const call: client.CustomFetch = async (address, { method, headers, body }) => {
    const url = new URL(address);
    const signal = timers.timeout(callMs);
    const request = {
      method: method === 'POST' ? 'POST' : 'GET',
      headers: headers as Readonly<Record<string, string>>,
      body: body instanceof URLSearchParams ? body.toString() : '',
    } as const;
    const reply = await openOwnConnection(names, 'the issuer', url, signal)
      .then((socket) => exchange(socket, url, request, signal, replyBytesMax))
      .catch((error: unknown) => {
        throw new OidcFailed('down', `${url.host} does not answer: ${wordsOf(error)}`);
      });
    if (reply.status >= 500) throw new OidcFailed('down', `${url.host} answered ${reply.status}.`);
    return new Response(await reply.text, {
      status: reply.status,
      headers: reply.type === undefined ? {} : { 'content-type': reply.type },
    });
  };

  /** As the issuer prefers of what it takes (OpenID Connect Discovery §3). */
  const authenticate: client.ClientAuth = (server, ...rest) => {
    const { token_endpoint_auth_methods_supported: taken = ['client_secret_basic'] } = server;
    const method = taken.includes('client_secret_basic') ? client.ClientSecretBasic : client.ClientSecretPost;
    return method(clientSecret)(server, ...rest);
  };

  async function discover(): Promise<client.Configuration> {
    const metadata = { client_secret: clientSecret, [client.clockTolerance]: toleranceSeconds };
    const configuration = await client.discovery(issuer, clientId, metadata, authenticate, {
      execute: [
        client.enableNonRepudiationChecks,
        ...(issuer.protocol === 'http:' ? [client.allowInsecureRequests] : []),
      ],
      [client.customFetch]: call,
    });
    known = { configuration, atMs: clock.steady() };
    return configuration;
  }

  const ageMs = () => (known === undefined ? Infinity : clock.steady() - known.atMs);

  /** What the issuer says of itself; what it said before if it does not answer now. */
  async function configured(): Promise<client.Configuration> {
    if (known !== undefined && ageMs() < discoveryMs) return known.configuration;
    reading ??= discover().finally(() => (reading = undefined));
    return reading.catch((error: unknown) => {
      if (known !== undefined) return known.configuration;
      throw error;
    });
  }

  async function identify(callback: URL, { state, nonce, verifier }: OidcChecks): Promise<OidcIdentity> {
    const configuration = await configured();
    const tokens = await client.authorizationCodeGrant(configuration, callback, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new OidcFailed('wrong', 'The issuer sent no ID token.');
    // Many issuers tell the address only when they are asked for it.
    const { userinfo_endpoint: userInfo } = configuration.serverMetadata();
    const person: Readonly<Record<string, unknown>> =
      claims['email'] === undefined && userInfo !== undefined
        ? await client.fetchUserInfo(configuration, tokens.access_token, claims.sub)
        : claims;
    const { email, email_verified: isVerified } = person;
    const { auth_time: seconds } = claims;
    return {
      issuer: claims.iss,
      subject: claims.sub,
      verifiedEmail: typeof email === 'string' && isVerified === true ? email : undefined,
      authenticatedAtMs: typeof seconds === 'number' && Number.isFinite(seconds) ? seconds * 1000 : undefined,
      acr: typeof claims['acr'] === 'string' ? claims['acr'] : undefined,
    };
  }

  return {
    name,
    stepUpAcrs,
    async authorizationUrl(redirectUri, { state, nonce, verifier }, { isFresh }) {
      const challenge = await client.calculatePKCECodeChallenge(verifier);
      const configuration = await configured().catch(fail);
      return client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: 'openid email profile',
        state,
        nonce,
        code_challenge: challenge,
        code_challenge_method: 'S256',
        ...(isFresh ? { prompt: 'login', max_age: '0' } : {}),
        ...(isFresh && stepUpAcrs.length > 0 ? { acr_values: stepUpAcrs.join(' ') } : {}),
      }).href;
    },
    identify: (callback, checks) =>
      identify(callback, checks).catch((error: unknown) => {
        if (ageMs() > againMs) known = undefined;
        return fail(error);
      }),
  };
}

function fail(error: unknown): never {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof OidcFailed) throw cause;
  }
  if (error instanceof client.AuthorizationResponseError) {
    throw new OidcFailed(
      error.error === 'server_error' || error.error === 'temporarily_unavailable' ? 'down' : 'denied',
      `The issuer let nobody in: ${codeOf(error.error)}`,
    );
  }
  throw new OidcFailed('wrong', wordsOf(error));
}

/** Without what a stranger could have put into it: the response has come through a browser. */
function codeOf(text: string): string {
  return /^[a-z_]{1,64}$/.test(text) ? text : 'an error without a usual name';
}

/** A message with those of its causes. Those of the library name what is wrong, never a value. */
function wordsOf(error: unknown): string {
  const words: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    words.push(cause instanceof client.ResponseBodyError ? `${cause.message} (${codeOf(cause.error)})` : cause.message);
  }
  return words.join(': ');
}
