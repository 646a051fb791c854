import { userParams } from '../server/users.ts';
import * as v from '../values.ts';
import { managementRoute, nothing } from './management-route.ts';
import { success } from './values.ts';

export const unlockMethod = managementRoute({
  id: 'unlockMethod',
  method: 'POST',
  path: '/users/:userId/verification-methods/:verificationMethod/unlock',
  summary:
    'Ends the waits, the lock and the limit of tries of a method. The count that disables an authenticator for good is kept.',
  params: userParams.extend({ verificationMethod: v.verificationMethod }),
  body: nothing,
  reply: success,
  refusals: ['not_found'],
  audit: 'verification_method.unlocked',
});
