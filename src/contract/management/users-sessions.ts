import { json } from '../route.ts';
import { userParams } from '../server/users.ts';
import * as v from '../values.ts';
import { managementRoute, nothing } from './management-route.ts';
import { success } from './values.ts';

export const endUsersSession = managementRoute({
  id: 'endUsersSession',
  method: 'DELETE',
  path: '/users/:userId/sessions/:sessionId',
  title: 'End a session of a user',
  description:
    'Ends one session of a user: its refresh token no longer works, and its access token is good only until it expires for whoever does not ask. One that has ended, or is another user’s, is `not_found`.',
  group: 'support',
  params: userParams.extend({ sessionId: v.opaqueId.describe('Id of the session.') }),
  body: nothing,
  reply: json(success),
  example: {
    request: { params: { userId: 'alice', sessionId: '0198c1a0-11b2-7f00-8c3d-5b6a7988c9e2' } },
    reply: { success: true },
  },
  refusals: ['not_found'],
  audit: 'session.revoked',
});
