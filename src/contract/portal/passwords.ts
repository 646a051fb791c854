/** Signing in with a password and an authenticator app: for operators whose computer has no passkeys. */
import { z } from 'zod';
import { operatorCookie } from '../apis.ts';
import { closed } from '../management/closed.ts';
import { json, noContent } from '../route.ts';
import * as v from '../values.ts';
import { doorRoute, portalRoute } from './portal-route.ts';
import { exampleInvitation, exampleSession, invitationSecret, session } from './session.ts';

// What is too long is told apart from what is no password only where one is chosen.
const password = v.text(1_024);
const newPassword = password.describe(
  'The password: 12 to 128 characters of any kind. One that is guessed first, or that is little more than the operator’s address or company, is refused.',
);
const code = v.verificationCode.describe('The code that the authenticator app shows. It counts once.');
const exampleCode = '492 039';
const examplePassword = 'four kettles under a blue bridge';
const cookies = [operatorCookie];
/** Why nobody comes in: the way is switched off, or there were too many wrong tries. */
const failures = ['invalid_configuration', 'forbidden'] as const;

export const beginAppSetUp = doorRoute({
  id: 'beginAppSetUp',
  method: 'POST',
  path: '/invitations/app',
  title: 'Set up an app with an invitation',
  description:
    'Makes a secret for an authenticator app, for an operator who is invited. Nothing is stored and the invitation stays open: send `setUp` with the first code of the app and a password to redeem it. Called again, it makes another secret; the earlier one still works.',
  group: 'portal-session',
  params: z.object({}),
  body: closed({ invitation: invitationSecret }),
  reply: json(
    z.object({
      email: z.string().describe('Email address of the invited operator: they sign in with it.'),
      uri: z.string().describe('The `otpauth://` URI to show as a QR code for the app to scan.'),
      secret: z.string().describe('The secret of the URI in base32, for operators who type it.'),
      setUp: z.string().describe('What the server has to see again, sealed. It counts with this invitation alone.'),
    }),
  ),
  example: {
    request: { body: { invitation: exampleInvitation } },
    reply: {
      email: 'ada@bank.example',
      uri: 'otpauth://totp/Sallyport%20portal:ada%40bank.example?secret=GWA5JWRVI2OUKOZXMLL3D5VVIDH4P5ZP&issuer=Sallyport%20portal',
      secret: 'GWA5JWRVI2OUKOZXMLL3D5VVIDH4P5ZP',
      setUp: 'AZ3vQm0xN2k',
    },
  },
  refusals: ['not_found', 'gone', 'invalid_configuration'],
  audit: null,
});

export const redeemInvitationByPassword = doorRoute({
  id: 'redeemInvitationByPassword',
  method: 'POST',
  path: '/invitations/password',
  title: 'Redeem an invitation by a password',
  description:
    'Uses up an invitation and makes the session of the operator, who signs in with this password and this app from now on. What they signed in with before is removed and all sessions end, as with a passkey. A wrong code leaves the invitation open; after several of them the operator has to wait.',
  group: 'portal-session',
  params: z.object({}),
  body: closed({
    invitation: invitationSecret,
    setUp: v.text(2_048).describe('What setting up the app answered.'),
    password: newPassword,
    verificationCode: code,
  }),
  reply: json(session),
  example: {
    request: {
      body: {
        invitation: exampleInvitation,
        setUp: 'AZ3vQm0xN2k',
        password: examplePassword,
        verificationCode: exampleCode,
      },
    },
    reply: { ...exampleSession, stepUpBy: 'app' },
  },
  cookies,
  refusals: ['not_found', 'gone', 'invalid_token', 'unavailable', ...failures],
  audit: 'operator.signed_in',
});

export const createPasswordSession = doorRoute({
  id: 'createPasswordSession',
  method: 'POST',
  path: '/session/password',
  title: 'Create the session by a password',
  description:
    'Makes the session of an operator who signs in with a password and a code of their authenticator app. Both are sent at once, and a refusal does not say which was wrong, or whether there is such an operator. After several wrong tries at an address the next one has to wait; passkeys are not affected.',
  group: 'portal-session',
  params: z.object({}),
  body: closed({
    email: v.email.describe('Email address of the operator.'),
    password: password.describe('The password.'),
    verificationCode: code,
  }),
  reply: json(session),
  example: {
    request: { body: { email: 'ada@bank.example', password: examplePassword, verificationCode: exampleCode } },
    reply: { ...exampleSession, stepUpBy: 'app' },
  },
  cookies,
  refusals: ['not_found', 'unavailable', ...failures],
  audit: 'operator.signed_in',
});

export const confirmAppStepUp = portalRoute({
  id: 'confirmAppStepUp',
  method: 'POST',
  path: '/step-up/app',
  title: 'Confirm a step-up by an app',
  description:
    'For five minutes from then on, dangerous calls of this session need no further proof. It takes a code of the operator’s authenticator app that was not used yet: not that of the sign-in. For operators who have a passkey here: `forbidden`.',
  group: 'portal-session',
  params: z.object({}),
  body: closed({ verificationCode: code }),
  reply: json(session),
  example: { request: { body: { verificationCode: exampleCode } }, reply: { ...exampleSession, stepUpBy: 'app' } },
  permission: null,
  refusals: ['invalid_token', ...failures],
  audit: 'operator.stepped_up',
});

export const changeOperatorPassword = portalRoute({
  id: 'changeOperatorPassword',
  method: 'POST',
  path: '/password',
  title: 'Change one’s own password',
  description:
    'Replaces the password of an operator who signs in with one. Their other sessions end, and they are told by mail.',
  group: 'portal-session',
  params: z.object({}),
  body: closed({ password: newPassword }),
  reply: noContent,
  example: { request: { body: { password: examplePassword } } },
  permission: null,
  isDangerous: true,
  refusals: ['not_found', 'invalid_configuration', 'unavailable'],
  audit: 'operator.password_changed',
});
