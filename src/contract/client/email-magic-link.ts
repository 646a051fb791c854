import { z } from 'zod';
import { route } from '../route.ts';
import * as v from '../values.ts';
import { challengeReply, enrolmentRefusals, enrolReply, sentMember, unlessOpen } from './values.ts';

const sendingRefusals = [...enrolmentRefusals, 'delivery_failed'] as const;

export const startEmailMagicLinkEnrolment = route({
  id: 'startEmailMagicLinkEnrolment',
  method: 'POST',
  path: '/v1/client/user-authenticators/email-magic-link',
  caller: 'token',
  summary: 'Sends a link to an address. It is enrolled once a person has opened the link and confirmed.',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ email: v.email, unlessOpen }),
  reply: enrolReply.extend({ ...challengeReply.shape, ...sentMember }),
  refusals: sendingRefusals,
  audit: 'enrolment.started',
});

export const startEmailMagicLinkChallenge = route({
  id: 'startEmailMagicLinkChallenge',
  method: 'POST',
  path: '/v1/client/challenge/email-magic-link',
  caller: 'token',
  summary: "Sends a link to the user's enrolled address, else to the one that is being enrolled.",
  params: z.object({}),
  query: z.object({}),
  body: z.object({ userAuthenticatorId: v.optional(v.text(64)), unlessOpen }),
  reply: challengeReply.extend(sentMember),
  refusals: sendingRefusals,
  audit: 'challenge.started',
});

export const finalizeEmailMagicLink = route({
  id: 'finalizeEmailMagicLink',
  method: 'POST',
  path: '/v1/client/verify/email-magic-link/finalize',
  caller: 'token',
  summary: 'Says whether the link that was sent for the action of the token has been confirmed. Meant to be polled.',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ challengeId: v.optional(v.text(64)) }),
  reply: z.object({ isVerified: z.boolean(), accessToken: z.string().optional() }),
  refusals: ['forbidden'],
  audit: null,
});
