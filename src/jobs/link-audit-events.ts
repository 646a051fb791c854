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
/** What the first entry of a chain follows. */
export const chainStart: AuditLink = { position: 0, hash: Buffer.alloc(32) };

/**
 * Links new audit events into their tenant's hash chain, on one node at a time. It is done after the requests that
 * create the events, so that these never wait for each other. An event is linked within about a second.
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
        for (const tenantId of new Set(events.map((event) => event.tenantId))) {
          const ofTenant = events.filter((event) => event.tenantId === tenantId);
          await recordAuditLinks(sql, tenantId, linksAfter(await loadLastAuditLink(sql, tenantId), ofTenant));
        }
        return events.length;
      });
    } while (taken === batchMax);
  },
};

/** The links of events in their order, after the chain's current end. */
function linksAfter(end: AuditLink | undefined, events: readonly AuditEventRow[]): readonly NewAuditLink[] {
  let { position, hash } = end ?? chainStart;
  return events.map((event) => {
    const previousHash = hash;
    position += 1;
    hash = linkHash(previousHash, event);
    return { position, eventId: event.eventId, previousHash, hash };
  });
}

/** The hash of an entry: over the previous hash and the whole event. */
export function linkHash(previousHash: Buffer, event: AuditEventRow): Buffer {
  return sha256(Buffer.concat([previousHash, Buffer.from(auditEntryText(entryOf(event)))]));
}

function entryOf(event: AuditEventRow): AuditEntry {
  return {
    tenantId: event.tenantId,
    eventId: event.eventId,
    happenedAtMs: event.happenedAt,
    actor: event.actor,
    eventType: event.eventType,
    userId: event.userId,
    requestId: event.requestId,
    data: event.data,
  };
}
