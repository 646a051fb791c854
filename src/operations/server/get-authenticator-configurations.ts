import { getAuthenticatorConfigurations as route } from '../../contract/server/authenticators.ts';
import { verificationMethod } from '../../contract/values.ts';
import { operation } from '../operation.ts';

export const getAuthenticatorConfigurations = operation(route, async (_context, { caller: { tenant } }) =>
  tenant.authenticatorConfigurations.map((configuration) => ({
    authenticatorId: configuration.authenticatorId,
    verificationMethod: verificationMethod.parse(configuration.verificationMethod),
    isActive: configuration.isActive,
  })),
);
