import type { Device } from '../contract/server/devices.ts';
import type { DeviceRow } from '../storage/queries/devices.ts';
import { omitAbsent } from './omit-absent.ts';
import { distinctMethods, wireTime } from './wire-values.ts';

/** A device as backends and operators see it. */
export function deviceView(row: DeviceRow): Device {
  const timeOf = (timeMs: number | null) => (timeMs === null ? null : wireTime(timeMs));
  const { lastVerificationMethod: method } = row;
  return omitAbsent({
    userId: row.userId,
    deviceId: row.deviceId,
    createdAt: wireTime(row.createdAt),
    authenticatedAt: timeOf(row.authenticatedAt),
    invalidatedAt: timeOf(row.invalidatedAt),
    rememberedUntil: timeOf(row.rememberedUntil),
    lastVerificationMethod: method === null ? null : distinctMethods([method])[0],
  });
}
