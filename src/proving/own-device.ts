import { Refusal } from '../contract/errors.ts';
import type { Route } from '../contract/route.ts';
import { isVerified } from '../core/is-verified.ts';
import type { Context } from '../calls/context.ts';
import type { TokenRequest } from '../calls/request.ts';
import { recordAudit } from '../calls/record-audit.ts';
import { listKnownDevices, recordDevice } from '../storage/queries/devices.ts';
import type { SeenDevice } from '../storage/queries/devices.ts';
import type { OwnDevice } from '../contract/client/devices.ts';
import { hmacSha256 } from '../runtime/crypto.ts';
import type { Tenant } from '../storage/published.ts';
import { ownDeviceView } from '../views/own-device-view.ts';
import { holdAction } from './hold-action.ts';
import type { OpenAction } from './open-action.ts';
import { settleFactors } from './settle-factors.ts';

/** The id by which a user names a device of theirs: whoever knows a device id itself can claim to be that device. */
export function ownDeviceId(
  { deviceNameKey }: Pick<Tenant, 'deviceNameKey'>,
  { userId, deviceId }: Pick<SeenDevice, 'userId' | 'deviceId'>,
): string {
  const named = JSON.stringify([userId, deviceId]);
  return hmacSha256(deviceNameKey, named).subarray(0, 16).toString('base64url');
}

/** A device as its user sees it with the token of an action. */
export function ownDevice(context: Context, { tenant, row }: OpenAction, device: SeenDevice): OwnDevice {
  const isCurrent = device.deviceId === row.deviceId;
  return ownDeviceView(context, device, { ownDeviceId: ownDeviceId(tenant, device), isCurrent });
}

/**
 * Changes a device for its user, while the user is locked.
 * @throws {Refusal} `not_found` if the user has no such device; what `permit` throws, as of now
 */
export function changeOwnDevice<R extends Route>(
  context: Context,
  request: TokenRequest<R>,
  route: R,
  action: OpenAction,
  named: string,
  { permit, change }: { permit: (held: OpenAction) => void; change: (device: SeenDevice) => SeenDevice },
): Promise<SeenDevice> {
  const { tenant, key } = action;
  return context.db.transaction(async (sql) => {
    const { authenticators } = await settleFactors(sql, context, key.tenantId, await holdAction(sql, action));
    permit({ ...action, verified: authenticators.filter(isVerified), nowMs: context.runtime.clock.now() });
    const devices = await listKnownDevices(sql, key.tenantId, key.userId);
    const device = devices.find((one) => ownDeviceId(tenant, one) === named);
    if (device === undefined) throw new Refusal('not_found', 'The user has no such device.');
    const after = change(device);
    await recordDevice(sql, key.tenantId, after);
    await recordAudit(sql, context, route, request, key.userId, { ownDeviceId: named });
    return after;
  });
}
