import { getAuthenticators as route } from '../../contract/server/authenticators.ts';
import { withoutSuperseded } from '../../core/authenticators/hold.ts';
import { loadAuthenticators } from '../../storage/queries/authenticators.ts';
import { loadUser } from '../../storage/queries/users.ts';
import { operation } from '../operation.ts';
import { authenticatorView } from '../../views/authenticator-view.ts';

export const getAuthenticators = operation(route, async (context, { caller: { tenant }, params }) => {
  const { db, runtime } = context;
  const user = await loadUser(db, tenant.tenantId, params.userId);
  if (user === undefined) return [];
  const rows = await loadAuthenticators(db, tenant.tenantId, params.userId);
  const now = withoutSuperseded(rows, runtime.clock.now());
  return now.map((row) => authenticatorView(context, row, user.defaultAuthenticatorId));
});
