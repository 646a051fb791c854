/**
 * Signing in at an issuer of OpenID Connect, and proving it there again. The issuer leads back to a page of the portal, which
 * sends what came with it: so no call is made by a page of another origin, and none acts on GET.
 */
import { z } from 'zod';
import { oidcCookie, operatorCookie } from '../apis.ts';
import { closed } from '../management/closed.ts';
import { nothing } from '../management/management-route.ts';
import { json } from '../route.ts';
import * as v from '../values.ts';
import { doorRoute, portalRoute } from './portal-route.ts';
import { exampleInvitation, exampleSession, exampleToken, invitationSecret, session } from './session.ts';

const url = z.string().describe('The address at the issuer to go to, in the same window.');
const exampleUrl =
  'https://login.example.com/authorize?client_id=sallyport&response_type=code&code_challenge_method=S256';
const whatCameBack = closed({
  response: v
    .text(8_192)
    .describe('The query of the address that the issuer led back to, after `?`, as it is. It counts once.'),
});
const exampleResponse = 'code=SplxlOBeZQQYbYS6WxSbIA&state=af0ifjsldkj&iss=https%3A%2F%2Flogin.example.com';
/** Why nobody is identified: nothing is configured, it was not begun here, it took too long, or the issuer does not answer. */
const failures = ['invalid_configuration', 'invalid_token', 'expired_token', 'forbidden', 'unavailable'] as const;

export const getSignInWays = doorRoute({
  id: 'getSignInWays',
  method: 'GET',
  path: '/sign-in',
  title: 'Get the ways to sign in',
  description: 'What the page for signing in offers, besides a passkey.',
  group: 'portal-session',
  params: z.object({}),
  body: nothing,
  reply: json(
    z.object({
      password: z.boolean().describe('Whether operators may sign in with a password and an authenticator app.'),
      oidc: z
        .object({ name: z.string().describe('What people call the issuer.') })
        .optional()
        .describe('The issuer of OpenID Connect at which operators may sign in; absent if there is none.'),
    }),
  ),
  example: { reply: { password: true, oidc: { name: 'Bank login' } } },
  refusals: [],
  audit: null,
});

export const beginOidcSignIn = doorRoute({
  id: 'beginOidcSignIn',
  method: 'POST',
  path: '/oidc',
  title: 'Begin to sign in at the issuer',
  description:
    'Answers where to go. The first time, an operator sends the invitation with it: the account that they sign in with becomes theirs if the issuer has verified that its email address is the invited one. Come back within ten minutes, in the same browser: a sealed cookie has what is compared then.',
  group: 'portal-session',
  params: z.object({}),
  body: closed({ invitation: invitationSecret.optional() }),
  reply: json(z.object({ url })),
  example: { request: { body: { invitation: exampleInvitation } }, reply: { url: exampleUrl } },
  cookies: [oidcCookie],
  refusals: ['not_found', 'gone', 'invalid_configuration', 'unavailable'],
  audit: null,
});

export const createOidcSession = doorRoute({
  id: 'createOidcSession',
  method: 'POST',
  path: '/oidc/session',
  title: 'Create the session from the issuer',
  description:
    'Makes the session of the operator who came back from the issuer. With an invitation, this redeems it: passkeys and a password that the operator had are removed and all sessions end. A sign-in at the issuer is no step-up: what is dangerous asks for a proof of its own.',
  group: 'portal-session',
  params: z.object({}),
  body: whatCameBack,
  reply: json(
    z.object({
      session: session.describe('The session that began.'),
      token: z
        .string()
        .optional()
        .describe(
          'Only where an invitation was redeemed: a token for the client API, to register a passkey as well. It lives ten minutes.',
        ),
    }),
  ),
  example: {
    request: { body: { response: exampleResponse } },
    reply: { session: { ...exampleSession, stepUpBy: 'issuer' }, token: exampleToken },
  },
  cookies: [oidcCookie, operatorCookie],
  refusals: ['not_found', 'gone', 'conflict', ...failures],
  audit: 'operator.signed_in',
});

export const beginOidcStepUp = portalRoute({
  id: 'beginOidcStepUp',
  method: 'POST',
  path: '/step-up/oidc',
  title: 'Begin a step-up at the issuer',
  description:
    'Answers where to sign in again, for operators who have no authenticator here. Those who have one use that: `forbidden`.',
  group: 'portal-session',
  params: z.object({}),
  body: nothing,
  reply: json(z.object({ url })),
  example: { reply: { url: exampleUrl } },
  cookies: [oidcCookie],
  permission: null,
  refusals: ['invalid_configuration', 'unavailable'],
  audit: null,
});

export const confirmOidcStepUp = portalRoute({
  id: 'confirmOidcStepUp',
  method: 'POST',
  path: '/step-up/oidc/confirm',
  title: 'Confirm a step-up from the issuer',
  description:
    'For five minutes from then on, dangerous calls of this session need no further proof. The issuer has to say that the same person signed in there within the last minute (`auth_time`) and, where the server asks for it, how (`acr`).',
  group: 'portal-session',
  params: z.object({}),
  body: whatCameBack,
  reply: json(session),
  example: { request: { body: { response: exampleResponse } }, reply: { ...exampleSession, stepUpBy: 'issuer' } },
  cookies: [oidcCookie],
  permission: null,
  refusals: [...failures],
  audit: 'operator.stepped_up',
});
