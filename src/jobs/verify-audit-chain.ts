import {
  countStrayAuditEvents,
  loadAuditAnchor,
  loadAuditChainPage,
  loadAuditHead,
} from '../storage/queries/audit-chain.ts';
import type { AuditEventRow, AuditLink, LinkedAuditEvent } from '../storage/queries/audit-chain.ts';
import type { Sql } from '../storage/sql.ts';
import { chainStart, linkHash } from './link-audit-events.ts';

const pageSize = 1_000;

export interface ChainReport {
  readonly linked: number;
  /** Of the linked ones, how many were removed from the beginning; undefined for none. */
  readonly trimmed?: number | undefined;
  /** The faults, in words with positions; empty if the chain holds. */
  readonly faults: readonly string[];
}

/** Recomputes a tenant's audit chain from its first entry that is kept, and reports where it is broken. */
export async function verifyAuditChain(sql: Sql, tenantId: string): Promise<ChainReport> {
  for (;;) {
    // Both are read before the chain, which may grow in the meantime.
    const [anchor, head] = [await loadAuditAnchor(sql, tenantId), await loadAuditHead(sql, tenantId)];
    const report = await verifyFrom(sql, tenantId, anchor ?? chainStart, head);
    // What is trimmed meanwhile would be missed.
    const later = await loadAuditAnchor(sql, tenantId);
    if (report.faults.length > 0 && (later?.position ?? 0) > (anchor?.position ?? 0)) continue;
    if (anchor === undefined) return report;
    const untold = anchor.isTold ? [] : [`No audit event tells that entries up to ${anchor.position} were removed.`];
    return { ...report, trimmed: anchor.position, faults: [...untold, ...report.faults] };
  }
}

async function verifyFrom(
  sql: Sql,
  tenantId: string,
  start: AuditLink,
  head: AuditLink | undefined,
): Promise<ChainReport> {
  const faults: string[] = [];
  let end = start;
  const compareHead = ({ position, hash }: AuditLink) => {
    if (position === head?.position && !hash.equals(head.hash))
      faults.push(`Entry ${position} differs from the recorded head.`);
  };
  compareHead(start);
  for (;;) {
    const page = await loadAuditChainPage(sql, tenantId, end.position, pageSize);
    for (const link of page) {
      faults.push(...checkLinks(end, [link]));
      compareHead(link);
      end = link;
    }
    if (page.length < pageSize) break;
  }
  if (head !== undefined && head.position > end.position) {
    faults.push(`Entries ${end.position + 1} to ${head.position} are missing at the end.`);
  }
  const stray = await countStrayAuditEvents(sql, tenantId);
  if (stray > 0) faults.push(`${stray} events have lost their entry in the chain.`);
  return { linked: end.position, faults };
}

/** What is wrong with links that should follow `end`. */
export function checkLinks(end: AuditLink, links: readonly LinkedAuditEvent[]): readonly string[] {
  let { position, hash } = end;
  const faults: string[] = [];
  for (const event of links) {
    if (event.position !== position + 1) faults.push(`Entries ${position + 1} to ${event.position - 1} are missing.`);
    else if (!event.previousHash.equals(hash))
      faults.push(`Entry ${event.position} does not follow the one before it.`);
    if (!isWhole(event)) {
      faults.push(`Entry ${event.position} has lost its event ${event.linkedEventId}.`);
    } else if (!event.hash.equals(linkHash(event.previousHash, event))) {
      faults.push(`Entry ${event.position} (${event.eventType}, ${event.eventId}) was altered.`);
    }
    ({ position, hash } = event);
  }
  return faults;
}

function isWhole(link: LinkedAuditEvent): link is LinkedAuditEvent & AuditEventRow {
  return link.eventId !== null;
}
