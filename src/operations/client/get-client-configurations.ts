import { getClientConfigurations as route } from '../../contract/client/authenticators.ts';
import { methodView } from '../../views/method-view.ts';
import { operation } from '../operation.ts';

export const getClientConfigurations = operation(route, async (_context, { caller: { tenant } }) =>
  tenant.authenticatorConfigurations.map(methodView),
);
