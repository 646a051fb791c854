import type { OperatorCaller } from '../calls/caller.ts';
import { permits } from '../contract/portal/roles.ts';
import { maskContactsWithin, maskEmail } from '../core/authenticators/mask-contact.ts';
import type { HelpRow } from '../storage/queries/helps.ts';
import { loadOperatorEmails } from '../storage/queries/operators.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import type { Sql } from '../storage/sql.ts';
import { omitAbsent } from '../views/omit-absent.ts';
import { wireTime } from '../views/wire-values.ts';

/** Whether a help waits for its approval, or its link can be used. Its time is over even if no job has recorded it. */
export function isOpen({ state, expiresAt: untilMs }: HelpRow, nowMs: number): boolean {
  return (state === 'waiting' || state === 'sent') && nowMs < untilMs;
}

const states = { waiting: 'WAITING', sent: 'SENT', used: 'USED' } as const;
const endings = { refused: 'REFUSED', stopped: 'STOPPED', expired: 'EXPIRED' } as const;

function stateOf(help: HelpRow, nowMs: number) {
  const { state, endedBecause } = help;
  if (state === 'ended') return endings[endedBecause ?? 'expired'];
  return state === 'used' || isOpen(help, nowMs) ? states[state] : endings.expired;
}

/** Helps as an operator sees them. */
export async function helpViews(
  sql: Sql,
  { operatorId, roles }: Pick<OperatorCaller, 'operatorId' | 'roles'>,
  helps: readonly HelpRow[],
  nowMs: number,
) {
  const ids = helps.flatMap(({ askedBy, approvedBy, endedBy }) => [askedBy, approvedBy ?? [], endedBy ?? []].flat());
  const names = await loadOperatorEmails(sql, portalTenantId, [...new Set(ids)]);
  const nameOf = (id: string) => names.get(id) ?? 'A former operator';
  const seesContacts = permits(roles, 'contacts:read');
  const told = (ms: number | null) => (ms === null ? null : wireTime(ms));
  return helps.map((help) => ({
    helpId: help.helpId,
    userId: help.userId,
    state: stateOf(help, nowMs),
    reason: seesContacts ? help.reason : maskContactsWithin(help.reason, [help.email]),
    email: seesContacts ? help.email : maskEmail(help.email),
    askedBy: nameOf(help.askedBy),
    isOwn: help.askedBy === operatorId,
    askedAt: wireTime(help.askedAt),
    expiresAt: wireTime(help.expiresAt),
    ...omitAbsent({
      approvedBy: help.approvedBy === null ? null : nameOf(help.approvedBy),
      approvedAt: told(help.approvedAt),
      usedAt: told(help.usedAt),
      endedAt: told(help.endedAt),
      endedBy: help.endedBy === null ? null : nameOf(help.endedBy),
    }),
  }));
}

export async function helpView(sql: Sql, caller: OperatorCaller, help: HelpRow, nowMs: number) {
  const [view] = await helpViews(sql, caller, [help], nowMs);
  if (view === undefined) throw new Error('One help has one view.');
  return view;
}
