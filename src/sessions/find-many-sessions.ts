import { endedSessionsMax } from '../contract/portal/many-sessions.ts';
import { listLiveSessions, listLiveSessionsOf } from '../storage/queries/sessions.ts';
import type { LiveSession } from '../storage/queries/sessions.ts';
import type { Sql } from '../storage/sql.ts';

/** In one statement. Between two, other tenants get their turn. */
const batchMax = 5_000;
/** Where no users are named, a call looks through so many. */
const scannedMax = 100_000;

const firstId = '00000000-0000-0000-0000-000000000000';

/** Sessions to be ended together. */
export interface SessionFilter {
  readonly userIds: readonly string[] | undefined;
  readonly clientId: string | undefined;
  readonly createdBeforeMs: number;
}

/** The sessions that a filter finds, one more than can be ended at most, and whether there may be others beyond those looked at. */
export async function findManySessions(
  sql: Sql,
  tenantId: string,
  { userIds, clientId, createdBeforeMs }: SessionFilter,
  nowMs: number,
): Promise<{ readonly sessions: readonly LiveSession[]; readonly isCutShort: boolean }> {
  const max = endedSessionsMax + 1;
  const filter = { clientId, createdBeforeMs, nowMs };
  if (userIds !== undefined) {
    return { sessions: await listLiveSessionsOf(sql, tenantId, { ...filter, userIds, max }), isCutShort: false };
  }
  const sessions: LiveSession[] = [];
  let afterId = firstId;
  for (let scanned = 0; scanned < scannedMax; scanned += batchMax) {
    const part = await listLiveSessions(sql, tenantId, { ...filter, afterId, batch: batchMax });
    sessions.push(...part.sessions);
    if (sessions.length >= max) return { sessions: sessions.slice(0, max), isCutShort: false };
    if (part.lastId === undefined || part.scanned < batchMax) return { sessions, isCutShort: false };
    afterId = part.lastId;
  }
  return { sessions, isCutShort: true };
}
