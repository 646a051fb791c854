import { z } from 'zod';
import { json } from '../route.ts';
import { userParams } from '../server/users.ts';
import * as v from '../values.ts';
import { closed } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';
import { success } from './values.ts';

export const eraseUser = managementRoute({
  id: 'eraseUser',
  method: 'DELETE',
  path: '/users/:userId',
  title: 'Erase a user',
  description:
    'Deletes a user with everything that belongs to them, as the server API does, for a request of erasure (GDPR Article 17) that reaches somebody without a server key. Their tokens are no longer valid. A user who does not exist is `not_found`. This cannot be undone.',
  group: 'support',
  params: userParams,
  query: closed({
    actions: v
      .optional(z.enum(['true', 'false'], 'actions must be true or false.'))
      .describe(
        'Whether to delete the action history too. `false` keeps it under a random pseudonym, without personal data. `true` if left out.',
      ),
  }),
  body: nothing,
  reply: json(success),
  example: { request: { params: { userId: 'alice' } }, reply: { success: true } },
  refusals: ['not_found'],
  audit: 'user.deleted',
});
