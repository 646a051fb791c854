import { z } from 'zod';
import { json, route } from '../../contract/route.ts';
import { verificationCode } from '../../contract/values.ts';
import { exampleToken } from '../../contract/client/examples.ts';
import {
  enrolmentRefusals,
  nothing,
  proofRefusals,
  userAuthenticatorId,
  verifyReply,
} from '../../contract/client/values.ts';

export const verifyRecoveryCode = route({
  id: 'verifyRecoveryCode',
  method: 'POST',
  path: '/v1/client/verify/recovery-code',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Verify a recovery code',
  description:
    'Checks a recovery code, for a user who has lost what they enrolled. Each code works once. It lets the user add an authenticator, which is held for a while, but never remove one. A wrong code is not an error: the answer has `isVerified: false`. If the user has an email address, they are told that a code was used.',
  group: 'recovery-codes',
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    verificationCode: verificationCode.describe(
      'The recovery code, as text of 1 to 64 characters. Spaces, dashes and case do not matter.',
    ),
  }),
  reply: json(
    verifyReply.extend({
      recoveryCodesLeft: z
        .int()
        .optional()
        .describe('How many unused codes the user has left. Absent unless the code was right.'),
    }),
  ),
  example: {
    request: { body: { verificationCode: 'K7WM-3R2P-X9DT-H4QE' } },
    reply: { isVerified: true, accessToken: exampleToken, recoveryCodesLeft: 9 },
  },
  refusals: proofRefusals,
  audit: 'challenge.verified',
});

export const replaceRecoveryCodes = route({
  id: 'replaceRecoveryCodes',
  method: 'POST',
  path: '/v1/client/user-authenticators/recovery-codes',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Make new recovery codes',
  description:
    'Makes ten recovery codes in place of any earlier set, which stops working. Show them to the user at once: they cannot be read again. The token needs the scope `add:authenticators` for a first set, `update:authenticators` for another. A user can have five new sets an hour.',
  group: 'recovery-codes',
  params: z.object({}),
  query: z.object({}),
  body: nothing,
  reply: json(
    z.object({
      userAuthenticatorId: userAuthenticatorId.describe('Id of the set, a UUID.'),
      recoveryCodes: z.array(z.string()).describe('The ten new codes. They are shown only this once.'),
    }),
  ),
  example: {
    reply: {
      userAuthenticatorId: '7e2a9c40-51d3-4b8f-a6c2-0d9e8f7b6a53',
      recoveryCodes: ['K7WM-3R2P-X9DT-H4QE', 'B5NZ-8C6V-T2JF-M9YA'],
    },
  },
  refusals: enrolmentRefusals,
  audit: 'recovery_codes.replaced',
});

export const routes = [verifyRecoveryCode, replaceRecoveryCodes];
