import { getClientConfigurations as route } from '../../contract/client/authenticators.ts';
import { verificationMethod as methodName } from '../../contract/values.ts';
import { operation } from '../operation.ts';

export const getClientConfigurations = operation(route, async (_context, { caller: { tenant } }) =>
  tenant.authenticatorConfigurations.map(({ authenticatorId, verificationMethod, isActive, settings }) => {
    const { isEditableByUser, isHiddenToUser, smsChannel } = settings;
    return {
      authenticatorId,
      verificationMethod: methodName.parse(verificationMethod),
      isActive,
      ...(typeof isEditableByUser === 'boolean' ? { isEditableByUser } : {}),
      ...(typeof isHiddenToUser === 'boolean' ? { isHiddenToUser } : {}),
      ...(smsChannel === 'DEFAULT' || smsChannel === 'WHATSAPP' ? { smsChannel } : {}),
    };
  }),
);
