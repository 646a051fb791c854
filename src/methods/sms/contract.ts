import { z } from 'zod';
import { json, route } from '../../contract/route.ts';
import * as v from '../../contract/values.ts';
import { exampleChallengeId, exampleNumberMessage, exampleToken } from '../../contract/client/examples.ts';
import {
  aboutCode,
  challengeReply,
  enrolmentRefusals,
  sentMember,
  unlessOpen,
  verifyReply,
} from '../../contract/client/values.ts';
import { givenNumber, numberReply } from '../phone-contract.ts';

const sendingRefusals = [...enrolmentRefusals, 'delivery_failed'] as const;

export const startSmsEnrolment = route({
  id: 'startSmsEnrolment',
  method: 'POST',
  path: '/v1/client/user-authenticators/sms',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Enrol a number by a text message',
  description:
    'Sends a code by text message to a phone number that the user wants to enrol. It is enrolled once the code has been verified. Call it again to send another code or to correct the number. A user who has authenticators already needs a token with the scope `add:authenticators`, or `update:authenticators` to replace a number.',
  group: 'phone-codes',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ ...givenNumber, unlessOpen }),
  reply: json(numberReply),
  example: {
    request: { body: { phoneNumber: '027 123 456', countryCode: 'NZ', unlessOpen: true } },
    reply: {
      userAuthenticatorId: exampleNumberMessage.userAuthenticatorId,
      userId: 'alice',
      sent: { ...exampleNumberMessage, codeLength: 6 },
      phoneNumber: '+64 27 123 456',
    },
  },
  refusals: sendingRefusals,
  audit: 'enrolment.started',
});

export const startSmsChallenge = route({
  id: 'startSmsChallenge',
  method: 'POST',
  path: '/v1/client/challenge/sms',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Send a code by text message',
  description:
    'Sends a code to the user’s enrolled number, or to the one that is being enrolled if there is none. The number never comes from the request. A code is valid for 10 minutes; a newer code replaces it.',
  group: 'phone-codes',
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    userAuthenticatorId: v
      .optional(v.text(64))
      .describe(
        'Authenticator whose number gets the code, at most 64 characters. Absent: the user’s own of this method.',
      ),
    smsChannel: v
      .optional(v.smsChannel)
      .describe(
        '`WHATSAPP` sends this code by WhatsApp. Verify it as a code by text message. `DEFAULT` or absent: a text message.',
      ),
    unlessOpen,
  }),
  reply: json(challengeReply.extend(sentMember)),
  example: {
    request: { body: { unlessOpen: true } },
    reply: { challengeId: exampleChallengeId, sent: { ...exampleNumberMessage, codeLength: 6 } },
  },
  refusals: sendingRefusals,
  audit: 'challenge.started',
});

export const verifySms = route({
  id: 'verifySms',
  method: 'POST',
  path: '/v1/client/verify/sms',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Verify a code from a text message',
  description:
    'Checks the code that was sent last for the token’s action. The right code completes the challenge or the enrolment. A wrong code is not an error: the answer has `isVerified: false` and says why. After several wrong codes the user has to wait before the next one counts.',
  group: 'phone-codes',
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

export const routes = [startSmsEnrolment, startSmsChallenge, verifySms];
