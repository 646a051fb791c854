import { getClientConfigurations as route } from '../../contract/client/authenticators.ts';
import { verificationMethod } from '../../contract/values.ts';
import { tokenOperation } from '../operation.ts';

export const getClientConfigurations = tokenOperation(route, async (_context, { caller: { tenant } }) =>
  tenant.authenticatorConfigurations.map(({ authenticator_id, verification_method, is_active, settings }) => {
    const { isEditableByUser, isHiddenToUser, smsChannel } = settings;
    return {
      authenticatorId: authenticator_id,
      verificationMethod: verificationMethod.parse(verification_method),
      isActive: is_active,
      ...(typeof isEditableByUser === 'boolean' ? { isEditableByUser } : {}),
      ...(typeof isHiddenToUser === 'boolean' ? { isHiddenToUser } : {}),
      ...(smsChannel === 'DEFAULT' || smsChannel === 'WHATSAPP' ? { smsChannel } : {}),
    };
  }),
);
