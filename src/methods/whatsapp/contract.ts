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

// Official SDKs do not enrol by WhatsApp: they only send to a number that is known.
export const startWhatsappEnrolment = route({
  id: 'startWhatsappEnrolment',
  method: 'POST',
  path: '/v1/client/user-authenticators/whatsapp',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Enrol a number by WhatsApp',
  description:
    'Sends a code by WhatsApp to a phone number that the user wants to enrol. It is enrolled once the code has been verified. Call it again to send another code or to correct the number. A user who has authenticators already needs a token with the scope `add:authenticators`, or `update:authenticators` to replace a number.',
  group: 'phone-codes',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ ...givenNumber, unlessOpen }),
  reply: json(numberReply),
  example: {
    request: { body: { phoneNumber: '+6427123456', unlessOpen: true } },
    reply: {
      userAuthenticatorId: exampleNumberMessage.userAuthenticatorId,
      userId: 'alice',
      sent: { ...exampleNumberMessage, codeLength: 6 },
    },
  },
  refusals: sendingRefusals,
  audit: 'enrolment.started',
});

export const startWhatsappChallenge = route({
  id: 'startWhatsappChallenge',
  method: 'POST',
  path: '/v1/client/challenge/whatsapp',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Send a code by WhatsApp',
  description:
    'Sends a code to the user’s number for WhatsApp. A user who has none gets it at their number for text messages, which proves them as well. A user without any authenticator gets it at the number that your backend gave, which the code then enrols. The number never comes from the request. A code is valid for 10 minutes; a newer code replaces it.',
  group: 'phone-codes',
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    userAuthenticatorId: v
      .optional(v.text(64))
      .describe(
        'Authenticator of this method whose number gets the code, at most 64 characters. Absent: as described.',
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

export const verifyWhatsapp = route({
  id: 'verifyWhatsapp',
  method: 'POST',
  path: '/v1/client/verify/whatsapp',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Verify a code from WhatsApp',
  description:
    'Checks the code that was sent last for the token’s action. The right code completes the challenge or the enrolment. A code that went to the user’s number for text messages also enrols the number for WhatsApp, if the token has the scope `add:authenticators`. A wrong code is not an error: the answer has `isVerified: false` and says why. After several wrong codes the user has to wait before the next one counts.',
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

export const routes = [startWhatsappEnrolment, startWhatsappChallenge, verifyWhatsapp];
