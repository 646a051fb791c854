import { authenticatorParams } from '../server/authenticators.ts';
import { managementRoute, nothing } from './management-route.ts';
import { success } from './values.ts';

export const deleteUsersAuthenticator = managementRoute({
  id: 'deleteUsersAuthenticator',
  method: 'DELETE',
  path: '/users/:userId/authenticators/:userAuthenticatorId',
  summary: "Removes a user's authenticator, as the server API does: for operators who help somebody.",
  params: authenticatorParams,
  body: nothing,
  reply: success,
  refusals: ['not_found'],
  audit: 'authenticator.removed',
});

export const liftUsersHold = managementRoute({
  id: 'liftUsersHold',
  method: 'POST',
  path: '/users/:userId/authenticators/:userAuthenticatorId/lift-hold',
  summary: 'Lets an authenticator count at once that was added in recovery, as the server API does.',
  params: authenticatorParams,
  body: nothing,
  reply: success,
  refusals: ['not_found'],
  audit: 'authenticator.hold_lifted',
});
