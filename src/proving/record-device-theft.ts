import type { Route } from '../contract/route.ts';
import type { Context } from '../calls/context.ts';
import type { KnownRequest } from '../calls/request.ts';
import { auditEvent } from '../calls/record-audit.ts';
import { recordAuditEvent } from '../storage/queries/audit-events.ts';
import { recordEvent } from '../storage/queries/events.ts';
import { forgetDevices, recordTheftOfDevice } from '../storage/queries/devices.ts';
import type { Sql } from '../storage/sql.ts';
import { queueNotice } from '../telling/queue-notice.ts';

/**
 * Everything that follows when a copied cookie of a user's remembered device was used: none of their devices is remembered
 * any more, because nobody knows who has copied what. They are told, rules know, and so do the audit log and the tenant's
 * endpoints. Call it in a transaction that has locked the user.
 */
export async function recordDeviceTheft(
  sql: Sql,
  context: Context,
  request: KnownRequest<Route>,
  route: Route,
  { tenantId, userId }: { readonly tenantId: string; readonly userId: string },
): Promise<void> {
  const devices = await forgetDevices(sql, tenantId, userId);
  await recordTheftOfDevice(sql, tenantId, userId, context.runtime.clock.now());
  const event = auditEvent(context, route, request, userId, { forgottenDevices: devices });
  await recordAuditEvent(sql, { ...event, eventType: 'device.theft_detected' });
  await recordEvent(sql, context.runtime, {
    tenantId,
    type: 'device.theft_detected',
    userId,
    data: { userId, forgottenDevices: String(devices) },
  });
  await queueNotice(sql, context, { tenantId }, userId, { type: 'device-theft' });
}
