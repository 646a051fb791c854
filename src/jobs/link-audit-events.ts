import { auditEntryText } from '../core/audit/audit-entry.ts';
import type { AuditEntry } from '../core/audit/audit-entry.ts';
import { sha256 } from '../runtime/crypto.ts';
import {
  loadLastAuditLink,
  lockAuditChain,
  recordAuditLinks,
  takeUnlinkedAuditEvents,
} from '../storage/queries/audit-chain.ts';
import type { AuditEventRow, AuditLink, NewAuditLink } from '../storage/queries/audit-chain.ts';
import type { Job } from './job.ts';

const batchMax = 500;
// What the first entry of a chain follows.
const chainStart = Buffer.alloc(32);

/**
 * Links new audit events into their tenant's hash chain. Done after the fact and by one node at a time, so that the
 * requests that leave events never wait for each other; an event is linked within about a second.
 */
export const linkAuditEvents: Job = {
  name: 'link-audit-events',
  intervalMs: 1_000,
  async run({ db }) {
    let taken: number;
    do {
      taken = await db.transaction(async (sql) => {
        if (!(await lockAuditChain(sql))) return 0;
        const events = await takeUnlinkedAuditEvents(sql, batchMax);
        for (const tenantId of new Set(events.map((event) => event.tenant_id))) {
          const ofTenant = events.filter((event) => event.tenant_id === tenantId);
          await recordAuditLinks(sql, tenantId, linksAfter(await loadLastAuditLink(sql, tenantId), ofTenant));
        }
        return events.length;
      });
    } while (taken === batchMax);
  },
};

/** The links of events in their order, after the one that a chain ends with so far. */
function linksAfter(end: AuditLink | undefined, events: readonly AuditEventRow[]): readonly NewAuditLink[] {
  let { position, hash } = end ?? { position: 0, hash: chainStart };
  return events.map((event) => {
    const previousHash = hash;
    position += 1;
    hash = linkHash(previousHash, event);
    return { position, eventId: event.event_id, previousHash, hash };
  });
}

/** The hash of an entry: over the hash before it and everything the event says. */
export function linkHash(previousHash: Buffer, event: AuditEventRow): Buffer {
  return sha256(Buffer.concat([previousHash, Buffer.from(auditEntryText(entryOf(event)))]));
}

function entryOf(event: AuditEventRow): AuditEntry {
  return {
    tenantId: event.tenant_id,
    eventId: event.event_id,
    happenedAtMs: event.happened_at,
    actor: event.actor,
    eventType: event.event_type,
    userId: event.user_id,
    requestId: event.request_id,
    data: event.data,
  };
}
