import type { Context } from '../calls/context.ts';
import { maskIfContact } from '../core/authenticators/mask-contact.ts';
import { isKnown } from '../core/devices/device.ts';
import type { SeenDevice } from '../storage/queries/devices.ts';
import { omitAbsent } from './omit-absent.ts';
import { ownDeviceView } from './own-device-view.ts';
import { wireTime } from './wire-values.ts';

/** A device as operators see it: its user's name for it, or browser and system. */
export function usersDeviceView(
  context: Pick<Context, 'enrichment' | 'runtime'>,
  device: SeenDevice,
  seesContacts: boolean,
) {
  const own = ownDeviceView(context, device, { ownDeviceId: '', isCurrent: false });
  const { displayName, browserName, osName, createdAt, rememberedUntil } = own;
  const given = displayName === undefined || seesContacts ? displayName : maskIfContact(displayName);
  const seen = [browserName, osName].filter((part) => part !== undefined).join(', ');
  const { authenticatedAt, invalidatedAt } = device;
  return {
    deviceId: device.deviceId,
    ...omitAbsent({
      name: given ?? (seen === '' ? undefined : seen),
      firstSeenAt: createdAt,
      lastSeenAt: authenticatedAt === null ? undefined : wireTime(authenticatedAt),
      rememberedUntil,
    }),
    isInvalidated: invalidatedAt !== null && !isKnown(device),
  };
}
