import { getAuthenticatorConfigurations as route } from '../../contract/server/authenticators.ts';
import { methodView } from '../../views/method-view.ts';
import { operation } from '../operation.ts';

export const getAuthenticatorConfigurations = operation(route, async (_context, { caller: { tenant } }) =>
  tenant.authenticatorConfigurations.map(methodView),
);
