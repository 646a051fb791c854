import { z } from 'zod';
import { json, route } from '../../contract/route.ts';
import { verificationCode } from '../../contract/values.ts';
import { exampleToken } from '../../contract/client/examples.ts';
import { aboutCode, enrolmentRefusals, enrolReply, nothing, verifyReply } from '../../contract/client/values.ts';

export const startTotpEnrolment = route({
  id: 'startTotpEnrolment',
  method: 'POST',
  path: '/v1/client/user-authenticators/totp',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Enrol an authenticator app',
  description:
    'Makes a secret for an authenticator app. Show the URI as a QR code, and the secret for users who type it. The app counts once one of its codes has been verified. Calling it again makes a new secret in place of one that is not verified yet. A user who has authenticators already needs a token with the scope `add:authenticators`, or `update:authenticators` to replace an app.',
  group: 'authenticator-apps',
  params: z.object({}),
  query: z.object({}),
  body: nothing,
  reply: json(
    enrolReply.extend({
      uri: z.string().describe('The `otpauth://` URI to show as a QR code for the app to scan.'),
      secret: z.string().describe('The secret of the URI in base32, for users who type it.'),
    }),
  ),
  example: {
    reply: {
      userAuthenticatorId: '4f6b8d0a-2c3e-4f50-9a7b-8c9d0e1f2a3b',
      userId: 'alice',
      uri: 'otpauth://totp/Example%20Bank:alice%40example.com?secret=GWA5JWRVI2OUKOZXMLL3D5VVIDH4P5ZP&issuer=Example%20Bank',
      secret: 'GWA5JWRVI2OUKOZXMLL3D5VVIDH4P5ZP',
    },
  },
  refusals: enrolmentRefusals,
  audit: 'enrolment.started',
});

export const verifyTotp = route({
  id: 'verifyTotp',
  method: 'POST',
  path: '/v1/client/verify/totp',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Verify a code from an app',
  description:
    'Checks a code of the user’s authenticator app. While an app is being enrolled, its code completes the enrolment. Codes change every 30 seconds, and each works once. A wrong code is not an error: the answer has `isVerified: false` and says why. After several wrong codes the user has to wait before the next one counts.',
  group: 'authenticator-apps',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ verificationCode: verificationCode.describe(aboutCode) }),
  reply: json(verifyReply),
  example: {
    request: { body: { verificationCode: '492 039' } },
    reply: {
      isVerified: true,
      accessToken: exampleToken,
      userAuthenticator: {
        userAuthenticatorId: '4f6b8d0a-2c3e-4f50-9a7b-8c9d0e1f2a3b',
        verificationMethod: 'AUTHENTICATOR_APP',
        createdAt: '2026-03-01T09:30:00.000Z',
        verifiedAt: '2026-03-01T09:31:00.000Z',
        lastVerifiedAt: '2026-03-01T09:31:00.000Z',
        isDefault: false,
      },
    },
  },
  refusals: enrolmentRefusals,
  audit: 'challenge.verified',
});

export const routes = [startTotpEnrolment, verifyTotp];
