import { z } from 'zod';
import { json, route } from '../../contract/route.ts';
import * as v from '../../contract/values.ts';
import { exampleChallengeId, exampleMessage, exampleToken } from '../../contract/client/examples.ts';
import {
  aboutCode,
  challengeReply,
  enrolmentRefusals,
  enrolReply,
  sentMember,
  unlessOpen,
  verifyReply,
} from '../../contract/client/values.ts';

const sendingRefusals = [...enrolmentRefusals, 'delivery_failed'] as const;

export const startEmailOtpEnrolment = route({
  id: 'startEmailOtpEnrolment',
  method: 'POST',
  path: '/v1/client/user-authenticators/email-otp',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Enrol an address by a code',
  description:
    'Sends a code to an address that the user wants to enrol. It is enrolled once the code has been verified. Call it again to send another code or to correct the address. A user who has authenticators already needs a token with the scope `add:authenticators`, or `update:authenticators` to replace an address.',
  group: 'email-codes',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ email: v.email.describe('Address to enrol, at most 320 characters.'), unlessOpen }),
  reply: json(enrolReply.extend(sentMember)),
  example: {
    request: { body: { email: 'alice@example.com', unlessOpen: true } },
    reply: {
      userAuthenticatorId: exampleMessage.userAuthenticatorId,
      userId: 'alice',
      sent: { ...exampleMessage, codeLength: 6 },
    },
  },
  refusals: sendingRefusals,
  audit: 'enrolment.started',
});

export const startEmailOtpChallenge = route({
  id: 'startEmailOtpChallenge',
  method: 'POST',
  path: '/v1/client/challenge/email-otp',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Send a code by email',
  description:
    'Sends a code to the user’s enrolled address, or to the one that is being enrolled if there is none. The address never comes from the request. A code is valid for 10 minutes; a newer code replaces it.',
  group: 'email-codes',
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    userAuthenticatorId: v
      .optional(v.text(64))
      .describe(
        'Authenticator whose address gets the code, at most 64 characters. Absent: the user’s own of this method.',
      ),
    unlessOpen,
  }),
  reply: json(challengeReply.extend(sentMember)),
  example: {
    request: { body: { unlessOpen: true } },
    reply: { challengeId: exampleChallengeId, sent: { ...exampleMessage, codeLength: 6 } },
  },
  refusals: sendingRefusals,
  audit: 'challenge.started',
});

export const verifyEmailOtp = route({
  id: 'verifyEmailOtp',
  method: 'POST',
  path: '/v1/client/verify/email-otp',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Verify a code from an email',
  description:
    'Checks the code that was sent last for the token’s action. The right code completes the challenge or the enrolment. A wrong code is not an error: the answer has `isVerified: false` and says why. After several wrong codes the user has to wait before the next one counts.',
  group: 'email-codes',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ verificationCode: v.verificationCode.describe(aboutCode) }),
  reply: json(verifyReply),
  example: {
    request: { body: { verificationCode: '042917' } },
    reply: { isVerified: true, accessToken: exampleToken },
  },
  refusals: enrolmentRefusals,
  audit: 'challenge.verified',
});

export const routes = [startEmailOtpEnrolment, startEmailOtpChallenge, verifyEmailOtp];
