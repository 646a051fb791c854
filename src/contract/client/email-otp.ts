import { z } from 'zod';
import { route } from '../route.ts';
import * as v from '../values.ts';
import { challengeReply, enrolmentRefusals, enrolReply, sentMember, unlessOpen, verifyReply } from './values.ts';

const sendingRefusals = [...enrolmentRefusals, 'delivery_failed'] as const;

export const startEmailOtpEnrolment = route({
  id: 'startEmailOtpEnrolment',
  method: 'POST',
  path: '/v1/client/user-authenticators/email-otp',
  caller: 'token',
  summary:
    'Sends a code to an address. It is enrolled once the code has been verified. Called again, it sends another.',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ email: v.email, unlessOpen }),
  reply: enrolReply.extend(sentMember),
  refusals: sendingRefusals,
  audit: 'enrolment.started',
});

export const startEmailOtpChallenge = route({
  id: 'startEmailOtpChallenge',
  method: 'POST',
  path: '/v1/client/challenge/email-otp',
  caller: 'token',
  summary: "Sends a code to the user's enrolled address, else to the one that is being enrolled.",
  params: z.object({}),
  query: z.object({}),
  body: z.object({ userAuthenticatorId: v.optional(v.text(64)), unlessOpen }),
  reply: challengeReply.extend(sentMember),
  refusals: sendingRefusals,
  audit: 'challenge.started',
});

export const verifyEmailOtp = route({
  id: 'verifyEmailOtp',
  method: 'POST',
  path: '/v1/client/verify/email-otp',
  caller: 'token',
  summary: 'Checks the code that was sent last for the action of the token.',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ verificationCode: v.verificationCode }),
  reply: verifyReply,
  refusals: enrolmentRefusals,
  audit: 'challenge.verified',
});
