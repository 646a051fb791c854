import { countStrayAuditEvents, loadAuditChainPage, loadAuditHead } from '../storage/queries/audit-chain.ts';
import type { AuditEventRow, LinkedAuditEvent } from '../storage/queries/audit-chain.ts';
import type { Sql } from '../storage/sql.ts';
import { linkHash } from './link-audit-events.ts';

const pageSize = 1_000;

export interface ChainReport {
  readonly linked: number;
  /** What is wrong, in words with positions; empty when the chain holds. */
  readonly faults: readonly string[];
}

/** Recomputes a tenant's audit chain from its first entry and says where it does not hold. */
export async function verifyAuditChain(sql: Sql, tenantId: string): Promise<ChainReport> {
  const faults: string[] = [];
  // Before the chain, which grows meanwhile.
  const head = await loadAuditHead(sql, tenantId);
  let position = 0;
  let hash: Buffer = Buffer.alloc(32);
  for (;;) {
    const page = await loadAuditChainPage(sql, tenantId, position, pageSize);
    for (const event of page) {
      if (event.position !== position + 1) faults.push(`Entries ${position + 1} to ${event.position - 1} are missing.`);
      else if (!event.previous_hash.equals(hash))
        faults.push(`Entry ${event.position} does not follow the one before it.`);
      if (!isWhole(event)) {
        faults.push(`Entry ${event.position} has lost its event ${event.linked_event_id}.`);
      } else if (!event.hash.equals(linkHash(event.previous_hash, event))) {
        faults.push(`Entry ${event.position} (${event.event_type}, ${event.event_id}) was altered.`);
      }
      if (event.position === head?.position && !event.hash.equals(head.hash)) {
        faults.push(`Entry ${event.position} is not the one that the head was.`);
      }
      position = event.position;
      hash = event.hash;
    }
    if (page.length < pageSize) break;
  }
  if (head !== undefined && head.position > position) {
    faults.push(`Entries ${position + 1} to ${head.position} are missing at the end.`);
  }
  const stray = await countStrayAuditEvents(sql, tenantId);
  if (stray > 0) faults.push(`${stray} events have lost their entry in the chain.`);
  return { linked: position, faults };
}

function isWhole(link: LinkedAuditEvent): link is LinkedAuditEvent & AuditEventRow {
  return link.event_id !== null;
}
