import { z } from 'zod';
import { appPublicKey, appSignature, notMe } from '../../contract/client/app-credentials.ts';
import {
  exampleAppKey,
  exampleAppSignature,
  exampleChallengeId,
  exampleToken,
} from '../../contract/client/examples.ts';
import { accessToken, proofRefusals } from '../../contract/client/values.ts';
import { json, route } from '../../contract/route.ts';
import * as v from '../../contract/values.ts';

const common = { method: 'POST', api: 'client', group: 'qr-codes', params: z.object({}), query: z.object({}) } as const;
const challengeId = v.text(256).describe('Id of the challenge, as the QR code shows it: at most 256 characters.');
const exampleDeviceCode = 'q0Fh1rY4m2bXv8sJwK7nT3cLzD5eGpU9aRiO6yWkQxM';
const signed = {
  challengeId,
  publicKey: appPublicKey,
  signature: appSignature.describe('Signature over the `challengeId`, as standard base64.'),
};
const exampleSigned = { challengeId: exampleChallengeId, publicKey: exampleAppKey, signature: exampleAppSignature };

export const startQrCodeChallenge = route({
  ...common,
  id: 'startQrCodeChallenge',
  path: '/v1/client/challenge/qr-code',
  credentials: ['actionToken', 'tenantId'],
  title: 'Start a QR code challenge',
  description:
    'Opens a challenge whose id your page shows as a QR code, for the user’s app to scan. With a token it is for the tracked action, and only an app of its user can claim it. With the tenant id it signs in whoever scans it. Poll for the outcome with the `deviceCode`, which the code must not show; the live channel needs no polling. A code lives for ten minutes: renew it before.',
  body: z.object({
    action: v.actionCode.describe(
      'Code of the action: 1 to 64 letters, digits, `_` and `-`. With a token, the tracked one.',
    ),
    custom: v
      .optional(v.custom)
      .describe(
        'What the app may show of the action, if the data point is public. Absent with a token: what was tracked counts.',
      ),
  }),
  reply: json(
    z
      .object({
        challengeId: z.string().describe('Id of the challenge, a UUID. The QR code shows it, so that it is no secret.'),
        expiresAt: v.timestamp.describe('When the challenge expires.'),
        deviceCode: z.string().describe('Secret of this page, base64url, for polling. Keep it out of the QR code.'),
      })
      .meta({ id: 'QrCodeChallenge' }),
  ),
  example: {
    request: { body: { action: 'sign-in' } },
    reply: { challengeId: exampleChallengeId, expiresAt: '2026-03-01T09:40:00.000Z', deviceCode: exampleDeviceCode },
  },
  refusals: proofRefusals,
  audit: null,
});

export const checkQrCodeChallenge = route({
  ...common,
  id: 'checkQrCodeChallenge',
  path: '/v1/client/verify/qr-code',
  credentials: ['actionToken', 'tenantId'],
  title: 'Check a QR code challenge',
  description:
    'Reports what has become of a challenge, to the page that opened it. Poll it every few seconds. A challenge that has expired stays as it is reported last.',
  body: z.object({
    challengeId,
    deviceCode: v.text(256).describe('Secret of the page, as opening the challenge returned it.'),
  }),
  reply: json(
    z.object({
      isClaimed: z.boolean().describe('Whether an app has scanned the code, or did before it answered.'),
      isConsumed: z
        .boolean()
        .describe('Whether it is over: its user has answered, either way, or its action, phone or method has ended.'),
      isVerified: z.boolean().describe('Whether they have approved.'),
      accessToken: accessToken.optional().describe('Token of the approved action. Absent unless it is approved.'),
    }),
  ),
  example: {
    request: { body: { challengeId: exampleChallengeId, deviceCode: exampleDeviceCode } },
    reply: { isClaimed: true, isConsumed: true, isVerified: true, accessToken: exampleToken },
  },
  refusals: ['invalid_credential'],
  audit: null,
});

export const claimQrCodeChallenge = route({
  ...common,
  id: 'claimQrCodeChallenge',
  path: '/v1/client/user-authenticators/qr-code/challenge/claim',
  credentials: ['tenantId'],
  title: 'Claim a scanned challenge',
  description:
    'Takes a scanned challenge for the app’s key, which signs its id, and returns what the app shows to its user before they answer: who asks, from where, and for what. The first app gets it; a challenge that was opened with a token is for apps of its user only. Repeating the call is harmless.',
  body: z.object(signed),
  reply: json(
    z
      .object({
        success: z.boolean().describe('Always true. A challenge that cannot be claimed gets an error response.'),
        userAgent: z.string().optional().describe('Browser that shows the code. Absent if it sent none.'),
        ipAddress: z.string().optional().describe('Address from which the code was asked for.'),
        actionCode: z.string().optional().describe('Code of the action.'),
        idempotencyKey: z.string().optional().describe('Which occurrence of the action it is.'),
        custom: v.custom
          .optional()
          .describe('Data about the action, as far as its data points are public. Absent: none.'),
        user: z
          .object({
            custom: v.custom.optional().describe('Data about the user, as far as it is public. Absent: none.'),
          })
          .optional()
          .describe('What is known of the user. Absent: nothing public.'),
      })
      .meta({ id: 'ClaimedQrCode' }),
  ),
  example: {
    request: { body: exampleSigned },
    reply: {
      success: true,
      userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)',
      ipAddress: '203.0.113.7',
      actionCode: 'sign-in',
      idempotencyKey: '1d5b2e0c-3f4a-4c8b-9a6d-7e8f90a1b2c3',
    },
  },
  refusals: ['invalid_credential'],
  audit: null,
});

export const answerQrCodeChallenge = route({
  ...common,
  id: 'answerQrCodeChallenge',
  path: '/v1/client/user-authenticators/qr-code/challenge',
  credentials: ['tenantId'],
  title: 'Approve or reject a challenge',
  description:
    'The user’s answer in the app that has claimed the challenge, signed by its key. The first answer counts. Approving lets the action succeed and ends the wait of the page; without a token its rules decide first. Rejecting ends the action that the challenge was opened for. Send `reason: "NOT_ME"` if the user says that they did not ask: they and your backend are told.',
  body: z.object({
    ...signed,
    approved: z.boolean().describe('Whether the user approves.'),
    verificationCode: v.optional(v.text(64)).describe('Sent by the official SDKs, and not used for QR codes.'),
    reason: notMe,
  }),
  reply: json(z.object({ isVerified: z.boolean().describe('Whether the user has approved.') })),
  example: { request: { body: { ...exampleSigned, approved: true } }, reply: { isVerified: true } },
  refusals: [...proofRefusals, 'invalid_credential'],
  audit: 'challenge.verified',
});

export const challengeRoutes = [
  startQrCodeChallenge,
  checkQrCodeChallenge,
  claimQrCodeChallenge,
  answerQrCodeChallenge,
];
