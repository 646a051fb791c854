import { auditEntryText } from '../core/audit/audit-entry.ts';
import type { AuditEntry } from '../core/audit/audit-entry.ts';
import { sha256 } from '../runtime/crypto.ts';
import {
  loadLastAuditLink,
  lockAuditChain,
  recordAuditLink,
  takeUnlinkedAuditEvents,
} from '../storage/queries/audit-chain.ts';
import type { AuditEventRow, AuditLink } from '../storage/queries/audit-chain.ts';
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
        let tenantId: string | undefined;
        let last: AuditLink = { position: 0, hash: chainStart };
        for (const event of events) {
          if (event.tenant_id !== tenantId) {
            tenantId = event.tenant_id;
            last = (await loadLastAuditLink(sql, tenantId)) ?? { position: 0, hash: chainStart };
          }
          const link = { position: last.position + 1, hash: linkHash(last.hash, event) };
          await recordAuditLink(sql, { ...link, tenantId, eventId: event.event_id, previousHash: last.hash });
          last = link;
        }
        return events.length;
      });
    } while (taken === batchMax);
  },
};

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
