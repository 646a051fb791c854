import { getAuthenticators as route } from '../../contract/server/authenticators.ts';
import { loadAuthenticators } from '../../storage/queries/authenticators.ts';
import { loadUser } from '../../storage/queries/users.ts';
import { operation } from '../operation.ts';
import { authenticatorView } from './authenticator-view.ts';

export const getAuthenticators = operation(route, async ({ db, enrichment }, { caller: { tenant }, params }) => {
  const user = await loadUser(db, tenant.tenantId, params.userId);
  if (user === undefined) return [];
  const rows = await loadAuthenticators(db, tenant.tenantId, params.userId);
  return rows.map((row) => authenticatorView(enrichment, row, user.default_authenticator_id));
});
