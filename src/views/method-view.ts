import { verificationMethod as methodName } from '../contract/values.ts';
import { smsChannels } from '../core/authenticators/sms-channel.ts';
import type { AuthenticatorConfigurationRow } from '../storage/queries/authenticator-configurations.ts';

/** A tenant's method as clients and backends see it. */
export function methodView({
  authenticatorId,
  verificationMethod,
  isActive,
  settings,
}: Pick<AuthenticatorConfigurationRow, 'authenticatorId' | 'verificationMethod' | 'isActive' | 'settings'>) {
  const { isEditableByUser, isHiddenToUser } = settings;
  const smsChannel = smsChannels.find((name) => name === settings['smsChannel']);
  return {
    authenticatorId,
    verificationMethod: methodName.parse(verificationMethod),
    isActive,
    ...(typeof isEditableByUser === 'boolean' ? { isEditableByUser } : {}),
    ...(typeof isHiddenToUser === 'boolean' ? { isHiddenToUser } : {}),
    ...(smsChannel === undefined ? {} : { smsChannel }),
  };
}
