import { z } from 'zod';
import { json } from '../route.ts';
import { userParams } from '../server/users.ts';
import * as v from '../values.ts';
import { closed } from './closed.ts';
import { managementRoute } from './management-route.ts';
import { success } from './values.ts';

export const unlockMethod = managementRoute({
  id: 'unlockMethod',
  method: 'POST',
  path: '/users/:userId/verification-methods/:verificationMethod/unlock',
  title: 'Unlock a method',
  description:
    'Lets a user try a method again: ends the wait after wrong codes, the lock after many, and the tenant’s own limit of tries. The count of failures that disables the method at 100 stays unless `resetDisabled` is true, so set it only when you know that the user, and no attacker, made them. A user without failed tries is `not_found`.',
  group: 'support',
  params: userParams.extend({ verificationMethod: v.verificationMethod.describe('Method to unlock.') }),
  body: closed({
    resetDisabled: z
      .boolean()
      .optional()
      .describe(
        'Whether to also clear the count of failures since the last success, which disables a method at 100. Absent: false.',
      ),
  }),
  reply: json(success),
  example: {
    request: { params: { userId: 'alice', verificationMethod: 'EMAIL_OTP' }, body: { resetDisabled: false } },
    reply: { success: true },
  },
  refusals: ['not_found'],
  audit: 'verification_method.unlocked',
});
