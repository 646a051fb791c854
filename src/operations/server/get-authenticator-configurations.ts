import { getAuthenticatorConfigurations as route } from '../../contract/server/authenticators.ts';
import { verificationMethod } from '../../contract/values.ts';
import { operation } from '../operation.ts';

export const getAuthenticatorConfigurations = operation(route, async (_context, { caller: { tenant } }) =>
  tenant.authenticatorConfigurations.map((configuration) => ({
    authenticatorId: configuration.authenticator_id,
    verificationMethod: verificationMethod.parse(configuration.verification_method),
    isActive: configuration.is_active,
  })),
);
