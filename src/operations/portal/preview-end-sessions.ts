import { previewEndSessions as route } from '../../contract/portal/many-sessions.ts';
import { findManySessions } from '../../sessions/find-many-sessions.ts';
import { wireTime } from '../../views/wire-values.ts';
import { operation } from '../operation.ts';

export const previewEndSessions = operation(route, async ({ db, runtime }, { caller, body }) => {
  const { userIds, clientId, createdBefore } = body;
  const nowMs = runtime.clock.now();
  const createdBeforeMs = Math.min(createdBefore ?? nowMs, nowMs);
  const filter = { userIds, clientId, createdBeforeMs };
  const { sessions, isCutShort } = await findManySessions(db, caller.tenant.tenantId, filter, nowMs);
  return {
    sessions: sessions.length,
    users: new Set(sessions.map(({ userId }) => userId)).size,
    createdBefore: wireTime(createdBeforeMs),
    isCutShort,
  };
});
