import { Refusal } from '../../contract/errors.ts';
import { queryUsers as route } from '../../contract/server/users.ts';
import { queryUserRows } from '../../storage/queries/users.ts';
import { operation } from '../operation.ts';
import { userListEntry } from '../../views/user-views.ts';

const limitDefault = 20;

export const queryUsers = operation(route, async ({ db }, { caller: { tenant }, query }) => {
  const { username, email, phoneNumber, token, lastEvaluatedUserId } = query;
  if (token !== undefined) {
    throw new Refusal(
      'invalid_configuration',
      'No Apple or Google sign-in is configured, so users cannot be looked up by token.',
    );
  }
  if ((username ?? email ?? phoneNumber) === undefined) {
    throw new Refusal('invalid_request', 'At least one of username, email or phoneNumber is required.');
  }
  const limit = query.limit ?? limitDefault;
  const rows = await queryUserRows(db, {
    tenantId: tenant.tenantId,
    username,
    email,
    phoneNumber,
    afterUserId: lastEvaluatedUserId,
    // One more than asked for tells whether there are more.
    limit: limit + 1,
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    users: page.map(userListEntry),
    ...(rows.length > limit && last !== undefined ? { lastEvaluatedUserId: last.userId } : {}),
  };
});
