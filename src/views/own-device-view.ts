import type { OwnDevice } from '../contract/client/devices.ts';
import { isRemembered } from '../core/devices/device.ts';
import type { Context } from '../calls/context.ts';
import type { SeenDevice } from '../storage/queries/devices.ts';
import { omitAbsent } from './omit-absent.ts';
import { distinctMethods, wireTime } from './wire-values.ts';

/** A device as its user sees it. */
export function ownDeviceView(
  { enrichment, runtime }: Pick<Context, 'enrichment' | 'runtime'>,
  device: SeenDevice,
  { ownDeviceId, isCurrent }: Pick<OwnDevice, 'ownDeviceId' | 'isCurrent'>,
): OwnDevice {
  const agent = enrichment.describeUserAgent(device.userAgent);
  const { browser, os } = agent === 'unknown' ? { browser: null, os: null } : agent;
  const isNow = isRemembered(device, runtime.clock.now());
  const { lastVerificationMethod: method } = device;
  return omitAbsent({
    ownDeviceId,
    displayName: device.name,
    browserName: browser?.name,
    osName: os?.name,
    isCurrent,
    createdAt: wireTime(device.createdAt),
    authenticatedAt: wireTime(device.authenticatedAt ?? device.createdAt),
    rememberedUntil: isNow && device.rememberedUntil !== null ? wireTime(device.rememberedUntil) : null,
    lastVerificationMethod: method === null ? null : distinctMethods([method])[0],
  });
}
