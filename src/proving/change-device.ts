/** Changes of a user's device that the holder of a key makes. */
import { Refusal } from '../contract/errors.ts';
import type { Route } from '../contract/route.ts';
import type { Device } from '../contract/server/devices.ts';
import { invalidated } from '../core/devices/device.ts';
import type { Context } from '../calls/context.ts';
import type { KeyRequest } from '../calls/request.ts';
import { recordAudit } from '../calls/record-audit.ts';
import { loadDevice, recordDevice } from '../storage/queries/devices.ts';
import type { DeviceRow } from '../storage/queries/devices.ts';
import { lockUser } from '../storage/queries/users.ts';
import { ownDeviceId } from './own-device.ts';
import { deviceView } from '../views/device-view.ts';

interface Named {
  readonly userId: string;
  readonly deviceId: string;
}

/**
 * Changes a device while its user is locked. What stays as it is leaves no event.
 * @throws {Refusal} `not_found` if the user has no such device
 */
export function changeDevice(
  context: Context,
  request: KeyRequest<Route>,
  route: Route,
  { userId, deviceId }: Named,
  change: (device: DeviceRow) => DeviceRow,
): Promise<Device> {
  const { tenantId } = request.caller.tenant;
  return context.db.transaction(async (sql) => {
    // Every change of a device locks its user.
    await lockUser(sql, tenantId, userId);
    const device = await loadDevice(sql, tenantId, userId, deviceId);
    if (device === undefined) throw new Refusal('not_found', 'The user has no such device.');
    const after = change(device);
    if (JSON.stringify(after) !== JSON.stringify(device)) {
      await recordDevice(sql, tenantId, after);
      await recordAudit(sql, context, route, request, userId, {
        ownDeviceId: ownDeviceId(request.caller.tenant, after),
        rememberedUntil: after.rememberedUntil === null ? null : new Date(after.rememberedUntil).toISOString(),
      });
    }
    return deviceView(after);
  });
}

/** Makes a device new until its user verifies from it again. @throws as {@link changeDevice} does */
export function invalidateUserDevice<R extends Route>(
  context: Context,
  request: KeyRequest<R>,
  route: R,
  params: Named,
): Promise<Device> {
  const nowMs = context.runtime.clock.now();
  return changeDevice(context, request, route, params, (device) => invalidated(device, nowMs));
}
