import { deleteUser as route } from '../../contract/server/users.ts';
import { deleteUser as deleteWhole } from '../../proving/delete-user.ts';
import { operation } from '../operation.ts';

export const deleteUser = operation(route, async (context, request) => {
  const { params, query } = request;
  await deleteWhole(context, request, route, { ...params, keepsActions: query.actions === 'false' });
  return { success: true } as const;
});
