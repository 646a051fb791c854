/** A whole issuer of OpenID Connect for journeys in a browser: `oidc-provider`, with a page that asks for a name alone. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

export interface WholeIssuer {
  /** The settings of a server that uses it. */
  readonly variables: Readonly<Record<string, string>>;
  /** Answers from now on, and leads back to this address. */
  serve(redirectUri: string): void;
  stop(): Promise<void>;
}

export async function startOidcProvider(): Promise<WholeIssuer> {
  const secret = randomBytes(24).toString('base64url');
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const keys = [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' }];
  let answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) => response.end();
  const server = createServer((request, response) => answer(request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const issuer = `http://localhost:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return {
    variables: {
      SALLYPORT_OIDC_ISSUER: issuer,
      SALLYPORT_OIDC_CLIENT_ID: 'sallyport',
      SALLYPORT_OIDC_CLIENT_SECRET: secret,
      SALLYPORT_OIDC_NAME: 'Bank login',
    },
    serve(redirectUri) {
      const provider: Provider = new Provider(issuer, {
        clients: [{ client_id: 'sallyport', client_secret: secret, redirect_uris: [redirectUri] }],
        jwks: { keys },
        cookies: { keys: [randomBytes(16).toString('hex')] },
        claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
        // Said, or it complains of each.
        ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
        features: { devInteractions: { enabled: false } },
        interactions: { url: (_context, { uid }) => `/who/${uid}` },
        // Nobody is asked whether the server may know them.
        async loadExistingGrant({ oidc }) {
          const grant = new provider.Grant({
            clientId: oidc.client?.clientId ?? '',
            accountId: oidc.session?.accountId ?? '',
          });
          grant.addOIDCScope('openid email profile');
          await grant.save();
          return grant;
        },
        findAccount: (_context, accountId) => ({
          accountId,
          claims: () => ({ sub: accountId, email: `${accountId}@bank.example`, email_verified: true }),
        }),
      });
      const handle = provider.callback();
      answer = (request, response) => {
        const url = new URL(request.url ?? '/', issuer);
        if (!url.pathname.startsWith('/who/')) {
          void handle(request, response);
          return;
        }
        const name = url.searchParams.get('name');
        if (name === null) {
          response.setHeader('content-type', 'text/html');
          response.end(
            '<title>Bank login</title><form><label>Name <input name="name"></label><button>Come in</button></form>',
          );
          return;
        }
        const result =
          name === '' ? { error: 'access_denied', error_description: 'No.' } : { login: { accountId: name } };
        void provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
      };
    },
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped());
        server.closeAllConnections();
      }),
  };
}
