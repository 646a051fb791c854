import { z } from 'zod';
import { userParams } from '../server/users.ts';
import * as v from '../values.ts';
import { closed } from './closed.ts';
import { managementRoute } from './management-route.ts';
import { success } from './values.ts';

export const unlockMethod = managementRoute({
  id: 'unlockMethod',
  method: 'POST',
  path: '/users/:userId/verification-methods/:verificationMethod/unlock',
  summary:
    "Ends the waits, the lock and the limit of tries of a user's method. The count of a hundred failures that disables it is kept, unless `resetDisabled` is true.",
  params: userParams.extend({ verificationMethod: v.verificationMethod }),
  body: closed({ resetDisabled: z.boolean().optional() }),
  reply: success,
  refusals: ['not_found'],
  audit: 'verification_method.unlocked',
});
