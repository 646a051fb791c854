import { z } from 'zod';
import { route } from '../route.ts';
import { verificationCode } from '../values.ts';
import { enrolmentRefusals, nothing, proofRefusals, verifyReply } from './values.ts';

export const verifyRecoveryCode = route({
  id: 'verifyRecoveryCode',
  method: 'POST',
  path: '/v1/client/verify/recovery-code',
  caller: 'token',
  summary: 'Checks a recovery code, which works once. The answer says how many the user has left.',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ verificationCode }),
  reply: verifyReply.extend({ recoveryCodesLeft: z.int().optional() }),
  refusals: proofRefusals,
  audit: 'challenge.verified',
});

export const replaceRecoveryCodes = route({
  id: 'replaceRecoveryCodes',
  method: 'POST',
  path: '/v1/client/user-authenticators/recovery-codes',
  caller: 'token',
  summary: "Makes a new set of recovery codes, shown this once, in place of the user's earlier set.",
  params: z.object({}),
  query: z.object({}),
  body: nothing,
  reply: z.object({ userAuthenticatorId: z.string(), recoveryCodes: z.array(z.string()) }),
  refusals: enrolmentRefusals,
  audit: 'recovery_codes.replaced',
});
