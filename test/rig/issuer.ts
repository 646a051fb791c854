/**
 * An issuer of OpenID Connect that says what a test wants, also what no honest one would. The whole way through a real one is
 * tested with `oidc-provider`.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { OidcOptions } from '../../src/delivery/oidc.ts';

type Claims = Readonly<Record<string, unknown>>;

export interface TestIssuer {
  readonly options: OidcOptions;
  /** What is in the next ID tokens, besides and instead of what is right. */
  claims: Claims;
  /** What is answered about a person beside the ID token. */
  userInfo: Claims;
  /** 0: hangs up. */
  status: number;
  /** How many codes have been exchanged, or tried. */
  readonly exchanges: number;
  /** Signs in at an address of it as `sub`. Returns the query that it leads back with. */
  visit(url: string, sub: string, changes?: Readonly<Record<string, string | undefined>>): string;
  /** Signs with another key from now on; `isPublished`: which it also tells. */
  rotate(isPublished: boolean): Promise<void>;
  stop(): Promise<void>;
}

export async function startIssuer(): Promise<TestIssuer> {
  const clientId = 'sallyport';
  const clientSecret = randomBytes(24).toString('hex');
  const codes = new Map<string, { readonly sub: string; readonly asked: URLSearchParams }>();
  let keys: {
    readonly kid: string;
    readonly jwk: object;
    readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  }[] = [];
  let signing: (typeof keys)[number];
  let issuer = '';
  let exchanges = 0;

  async function rotate(isPublished: boolean): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const kid = randomBytes(4).toString('hex');
    signing = { kid, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }, privateKey };
    if (isPublished) keys = [signing];
  }

  async function exchange(request: IncomingMessage): Promise<object | undefined> {
    exchanges += 1;
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const form = new URLSearchParams(Buffer.concat(parts).toString());
    const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    const code = codes.get(form.get('code') ?? '');
    if (request.headers.authorization !== basic || code === undefined) return undefined;
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const { sub, asked } = code;
    if (asked.get('code_challenge') !== challenge || asked.get('redirect_uri') !== form.get('redirect_uri')) {
      return undefined;
    }
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer, sub, aud: clientId, iat: now, exp: now + 60, nonce: asked.get('nonce') };
    const idToken = await new SignJWT({ ...claims, ...test.claims })
      .setProtectedHeader({ alg: 'ES256', kid: signing.kid })
      .sign(signing.privateKey);
    return { access_token: sub, token_type: 'Bearer', id_token: idToken };
  }

  async function answer(request: IncomingMessage): Promise<object | undefined> {
    switch (request.url) {
      case '/.well-known/openid-configuration':
        return {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          userinfo_endpoint: `${issuer}/userinfo`,
          jwks_uri: `${issuer}/jwks`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['ES256'],
          code_challenge_methods_supported: ['S256'],
          authorization_response_iss_parameter_supported: true,
        };
      case '/jwks':
        return { keys: keys.map(({ jwk }) => jwk) };
      case '/userinfo':
        return { sub: request.headers.authorization?.replace('Bearer ', ''), ...test.userInfo };
      default:
        return exchange(request);
    }
  }

  const server = createServer((request, response) => {
    if (test.status === 0) {
      request.socket.destroy();
      return;
    }
    void answer(request).then((body) => {
      const status = test.status === 200 && body === undefined ? 400 : test.status;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body ?? { error: 'invalid_grant' }));
    });
  });
  await rotate(true);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  issuer = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const test: TestIssuer = {
    options: { issuer, clientId, clientSecret, name: 'Bank login', stepUpAcrs: [] },
    claims: {},
    userInfo: {},
    status: 200,
    get exchanges() {
      return exchanges;
    },
    visit(url, sub, changes = {}) {
      const { searchParams: asked } = new URL(url);
      const code = randomBytes(16).toString('base64url');
      codes.set(code, { sub, asked });
      const given = Object.entries({ code, state: asked.get('state') ?? '', iss: issuer, ...changes });
      return new URLSearchParams(
        given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as [string, string]])),
      ).toString();
    },
    rotate,
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped());
        server.closeAllConnections();
      }),
  };
  return test;
}
