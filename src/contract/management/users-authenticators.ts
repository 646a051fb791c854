import { json } from '../route.ts';
import { authenticatorParams } from '../server/authenticators.ts';
import { managementRoute, nothing } from './management-route.ts';
import { success } from './values.ts';

const exampleParams = { userId: 'alice', userAuthenticatorId: 'b4fbcd3c-9e3e-4a68-8a35-1a8ae0a0f6e5' };

export const deleteUsersAuthenticator = managementRoute({
  id: 'deleteUsersAuthenticator',
  method: 'DELETE',
  path: '/users/:userId/authenticators/:userAuthenticatorId',
  title: 'Remove a lost authenticator',
  description:
    'Removes a user’s authenticator as the server API does, for support tools that hold no server key. Verify first that you are speaking to the user. Recovery codes go with the last authenticator.',
  group: 'support',
  params: authenticatorParams,
  body: nothing,
  reply: json(success),
  example: { request: { params: exampleParams }, reply: { success: true } },
  refusals: ['not_found'],
  audit: 'authenticator.removed',
});

export const liftUsersHold = managementRoute({
  id: 'liftUsersHold',
  method: 'POST',
  path: '/users/:userId/authenticators/:userAuthenticatorId/lift-hold',
  title: 'End the hold on an authenticator',
  description:
    'Lets an authenticator that was added in recovery count in full at once, as the server API does. One that was waiting to replace another does so now.',
  group: 'support',
  params: authenticatorParams,
  body: nothing,
  reply: json(success),
  example: { request: { params: exampleParams }, reply: { success: true } },
  refusals: ['not_found'],
  audit: 'authenticator.hold_lifted',
});
