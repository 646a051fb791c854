import { z } from 'zod';
import { route } from '../route.ts';
import { verificationCode } from '../values.ts';
import { enrolmentRefusals, enrolReply, nothing, verifyReply } from './values.ts';

export const startTotpEnrolment = route({
  id: 'startTotpEnrolment',
  method: 'POST',
  path: '/v1/client/user-authenticators/totp',
  caller: 'token',
  summary: 'Makes a secret for an authenticator app. It counts once a code of it has been verified.',
  params: z.object({}),
  query: z.object({}),
  body: nothing,
  reply: enrolReply.extend({ uri: z.string(), secret: z.string() }),
  refusals: enrolmentRefusals,
  audit: 'enrolment.started',
});

export const verifyTotp = route({
  id: 'verifyTotp',
  method: 'POST',
  path: '/v1/client/verify/totp',
  caller: 'token',
  summary: 'Checks a code of the authenticator app: of one that is being enrolled, or of the one that is.',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ verificationCode }),
  reply: verifyReply,
  refusals: enrolmentRefusals,
  audit: 'challenge.verified',
});
