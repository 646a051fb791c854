/** An audit event as it is covered by the chain. */
export interface AuditEntry {
  readonly tenantId: string;
  readonly eventId: string;
  readonly happenedAtMs: number;
  readonly actor: unknown;
  readonly eventType: string;
  readonly userId: string | null;
  readonly requestId: string | null;
  readonly data: unknown;
}

/** The text whose hash stands in the chain: every member of the event, in one order, so that any change shows. */
export function auditEntryText(entry: AuditEntry): string {
  return canonicalJson([
    entry.tenantId,
    entry.eventId,
    entry.happenedAtMs,
    entry.actor,
    entry.eventType,
    entry.userId,
    entry.requestId,
    entry.data,
  ]);
}

function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
}
