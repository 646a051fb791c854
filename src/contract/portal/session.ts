import { z } from 'zod';
import { operatorCookie } from '../apis.ts';
import { json, noContent } from '../route.ts';
import { closed } from '../management/closed.ts';
import { nothing } from '../management/management-route.ts';
import { environment } from '../management/tenant.ts';
import * as v from '../values.ts';
import { doorRoute, portalRoute } from './portal-route.ts';
import { permissions, roleNames } from './roles.ts';

export const role = z
  .enum(roleNames as [string, ...string[]])
  .describe(
    'A role: `ADMIN` may do everything; `EDITOR` changes the configuration; `ANALYST` decides reviews and exports; `SUPPORT` helps users; `AUDITOR` reads everything, also the audit log; `VIEWER` reads, with contacts masked.',
  );
const cookies = [operatorCookie];

export const session = z
  .object({
    operatorId: z.string().describe('Id of the operator.'),
    email: z.string().describe('Email address of the operator.'),
    name: z.string().describe('Name of the operator, as colleagues see it.'),
    expiresAt: v.timestamp.describe('When the session ends, whatever is done with it.'),
    idleMinutes: z.number().describe('After how many minutes without a call it ends before that.'),
    stepUpUntil: v.timestamp
      .optional()
      .describe('Until when dangerous calls need no further proof. Absent: they need one now.'),
    stepUpBy: z
      .enum(['authenticator', 'app', 'issuer'])
      .describe(
        'How the operator gives such a proof: by their passkey (`authenticator`), by a code of their authenticator app, or by signing in again at the issuer because they have neither here.',
      ),
    tenants: z
      .array(
        z.object({
          tenantId: z.string().describe('Id of the tenant.'),
          name: z.string().describe('Name of the tenant.'),
          environment: environment.optional(),
          roles: z.array(z.string()).describe('Roles of the operator in it.'),
          permissions: z
            .array(z.enum(Object.keys(permissions) as [string, ...string[]]))
            .describe('What these roles permit, taken together.'),
        }),
      )
      .describe('The tenants that the operator may come in to, by name.'),
  })
  .meta({ id: 'OperatorSession' });

export const exampleToken = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl';
export const exampleInvitation = 'q1Vx0oRkq0l4v9Y3o3r7mJv2m7Jt2l5y8ZcQ1dT9w0A';
export const exampleSession = {
  operatorId: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b03',
  email: 'ada@bank.example',
  name: 'Ada',
  expiresAt: '2026-03-01T21:30:00.000Z',
  idleMinutes: 15,
  stepUpUntil: '2026-03-01T09:35:00.000Z',
  stepUpBy: 'authenticator',
  tenants: [
    {
      tenantId: '0198c1a0-11b2-7f00-8c3d-5b6a7988c9d0',
      name: 'Bank',
      roles: ['VIEWER'],
      permissions: ['activity:read', 'users:read', 'configuration:read'],
    },
  ],
};

export const invitationSecret = v.text(256).describe('The secret of the invitation’s link, after `#`.');

/** What the client API needs to verify an operator: the portal has a tenant of its own, in which operators are users. */
const proofStart = z.object({
  tenantId: z.string().describe('The tenant in which operators verify: send it to the client API.'),
  challengeId: z
    .string()
    .describe('The challenge to answer with a passkey, by the client API’s calls for passkeys without a token.'),
});

export const beginSignIn = doorRoute({
  id: 'beginSignIn',
  method: 'POST',
  path: '/sign-in',
  title: 'Begin to sign in',
  description:
    'Opens a challenge for an operator’s passkey. Get the options for it from the client API, with the tenant id of the response and its `challengeId`, let the browser sign, verify there, and send the access token of that response to create the session.',
  group: 'portal-session',
  params: z.object({}),
  body: nothing,
  reply: json(proofStart),
  example: {
    reply: {
      tenantId: '00000000-0000-7000-8000-000000000000',
      challengeId: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b04',
    },
  },
  refusals: ['not_found'],
  audit: null,
});

export const redeemInvitation = doorRoute({
  id: 'redeemInvitation',
  method: 'POST',
  path: '/invitations/redeem',
  title: 'Redeem an invitation',
  description:
    'Uses up an invitation and answers a token for the client API, with which the operator makes a passkey. It lives ten minutes. If the operator had passkeys, a password with an app, or an account at the issuer, these are removed and all sessions end: this is also the way back for who has lost a passkey. Afterwards send the token that registering the passkey returns to create the session.',
  group: 'portal-session',
  params: z.object({}),
  body: closed({ invitation: invitationSecret }),
  reply: json(
    z.object({
      tenantId: z.string().describe('The tenant in which operators verify.'),
      token: z.string().describe('A token for the client API, to register one passkey.'),
      email: z.string().describe('Email address of the invited operator.'),
    }),
  ),
  example: {
    request: { body: { invitation: exampleInvitation } },
    reply: {
      tenantId: '00000000-0000-7000-8000-000000000000',
      token: exampleToken,
      email: 'ada@bank.example',
    },
  },
  refusals: ['gone'],
  audit: 'operator.invitation_redeemed',
});

export const createOperatorSession = doorRoute({
  id: 'createOperatorSession',
  method: 'POST',
  path: '/session',
  title: 'Create the session',
  description:
    'Exchanges the token of an operator’s proof for a session. A proof creates one session, within five minutes. Any session that the browser had before ends, and its cookie is replaced.',
  group: 'portal-session',
  params: z.object({}),
  body: closed({ token: v.token }),
  reply: json(session),
  example: { request: { body: { token: exampleToken } }, reply: exampleSession },
  cookies,
  refusals: ['invalid_token', 'expired_token', 'forbidden'],
  audit: 'operator.signed_in',
});

export const getOperatorSession = portalRoute({
  id: 'getOperatorSession',
  method: 'GET',
  path: '/session',
  title: 'Get the session',
  description: 'Who is signed in, to which tenants they may come in, and what their roles permit.',
  group: 'portal-session',
  params: z.object({}),
  body: nothing,
  reply: json(session),
  example: { reply: exampleSession },
  permission: null,
  refusals: [],
  audit: null,
});

export const deleteOperatorSession = portalRoute({
  id: 'deleteOperatorSession',
  method: 'DELETE',
  path: '/session',
  title: 'Sign out',
  description: 'Ends the session, on all nodes at once.',
  group: 'portal-session',
  params: z.object({}),
  body: nothing,
  reply: noContent,
  example: {},
  cookies,
  permission: null,
  refusals: [],
  audit: 'operator.signed_out',
});

export const beginStepUp = portalRoute({
  id: 'beginStepUp',
  method: 'POST',
  path: '/step-up',
  title: 'Begin a step-up',
  description:
    'Answers a token for the client API, with which the operator proves again who they are. It counts for this session only. Send the token that verifying returns to confirm the step-up. Who has no passkey here proves it by a code of their app or at the issuer: `forbidden`.',
  group: 'portal-session',
  params: z.object({}),
  body: nothing,
  reply: json(z.object({ token: z.string().describe('A token for the client API.') })),
  example: { reply: { token: exampleToken } },
  permission: null,
  refusals: [],
  audit: null,
});

export const confirmStepUp = portalRoute({
  id: 'confirmStepUp',
  method: 'POST',
  path: '/step-up/confirm',
  title: 'Confirm a step-up',
  description: 'For five minutes from the proof on, dangerous calls of this session need no further proof.',
  group: 'portal-session',
  params: z.object({}),
  body: closed({ token: v.token }),
  reply: json(session),
  example: { request: { body: { token: exampleToken } }, reply: exampleSession },
  permission: null,
  refusals: ['invalid_token', 'expired_token'],
  audit: 'operator.stepped_up',
});

const listedSession = z
  .object({
    sessionId: z.string().describe('Id of the session.'),
    isCurrent: z.boolean().describe('Whether it is the session of this call.'),
    createdAt: v.timestamp.describe('When the operator signed in.'),
    seenAt: v.timestamp.describe('When it was last used, to the minute.'),
    ipAddress: z.string().describe('Where the operator signed in from.'),
    userAgent: z.string().optional().describe('With which browser; absent if it did not say.'),
  })
  .meta({ id: 'ListedOperatorSession' });

export const listOperatorSessions = portalRoute({
  id: 'listOperatorSessions',
  method: 'GET',
  path: '/sessions',
  title: 'List one’s own sessions',
  description: 'The sessions of the operator that have not ended, newest first.',
  group: 'portal-session',
  params: z.object({}),
  body: nothing,
  reply: json(z.array(listedSession)),
  example: {
    reply: [
      {
        sessionId: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b05',
        isCurrent: true,
        createdAt: '2026-03-01T09:30:00.000Z',
        seenAt: '2026-03-01T09:41:00.000Z',
        ipAddress: '203.0.113.7',
      },
    ],
  },
  permission: null,
  refusals: [],
  audit: null,
});

export const endOperatorSession = portalRoute({
  id: 'endOperatorSession',
  method: 'DELETE',
  path: '/sessions/:sessionId',
  title: 'End one of one’s sessions',
  description: 'Ends another session of the operator, for example on a computer that they no longer have.',
  group: 'portal-session',
  params: z.object({ sessionId: v.opaqueId }),
  body: nothing,
  reply: noContent,
  example: { request: { params: { sessionId: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b05' } } },
  permission: null,
  refusals: ['not_found'],
  audit: 'operator.session_ended',
});
