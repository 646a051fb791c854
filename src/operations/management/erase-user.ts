import { Refusal } from '../../contract/errors.ts';
import { eraseUser as route } from '../../contract/management/erase-user.ts';
import { deleteUser } from '../../proving/delete-user.ts';
import { operation } from '../operation.ts';

export const eraseUser = operation(route, async (context, request) => {
  const { params, query } = request;
  const isDeleted = await deleteUser(context, request, route, { ...params, keepsActions: query.actions === 'false' });
  if (!isDeleted) throw new Refusal('not_found', 'There is no such user.');
  return { success: true } as const;
});
