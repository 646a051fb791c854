import { recordAudit } from '../../calls/record-audit.ts';
import { Refusal } from '../../contract/errors.ts';
import { endSessions as route } from '../../contract/portal/many-sessions.ts';
import { findManySessions } from '../../sessions/find-many-sessions.ts';
import { revokeSessionRows } from '../../storage/queries/sessions.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { wireTime } from '../../views/wire-values.ts';
import { operation } from '../operation.ts';

/** In one transaction. */
const batchMax = 500;

export const endSessions = operation(route, async (context, request) => {
  const { db, runtime } = context;
  const { caller, body } = request;
  const { tenantId } = caller.tenant;
  const { userIds, clientId, createdBefore, sessions: previewed } = body;
  const nowMs = runtime.clock.now();
  if (createdBefore > nowMs) throw new Refusal('invalid_request', 'createdBefore must be the time of the preview.');
  const filter = { userIds, clientId, createdBeforeMs: createdBefore };
  const { sessions, isCutShort } = await findManySessions(db, tenantId, filter, nowMs);
  if (isCutShort || sessions.length > previewed) {
    throw new Refusal('conflict', 'There are more sessions than the preview has counted. Look at the preview again.');
  }
  if (sessions.length === 0) return { sessions: 0 };
  // Recorded before the first ends: if the node dies in the midst, the log says what was begun.
  const asked = { ...omitAbsent({ userIds, clientId }), createdBefore: wireTime(createdBefore) };
  await db.transaction((sql) =>
    recordAudit(sql, context, route, request, undefined, { ...asked, sessions: sessions.length }),
  );
  let ended = 0;
  for (let at = 0; at < sessions.length; at += batchMax) {
    const ids = sessions.slice(at, at + batchMax).map(({ sessionId }) => sessionId);
    ended += await revokeSessionRows(db, tenantId, ids, runtime.clock.now());
  }
  return { sessions: ended };
});
