import type { AlertRow } from '../storage/queries/alerts.ts';
import { omitAbsent } from './omit-absent.ts';
import { wireTime } from './wire-values.ts';

/** An alert as responses show it. */
export function alertView(row: AlertRow) {
  return omitAbsent({
    id: row.alertId,
    name: row.name,
    isActive: row.isActive,
    measure: row.measure,
    kinds: row.kinds === null ? null : [...row.kinds],
    threshold: row.threshold,
    windowMinutes: row.windowMinutes,
    quietMinutes: row.quietMinutes,
    recipients: [...row.recipients],
    isRaised: row.raisedAt !== null,
    raisedAt: row.raisedAt === null ? null : wireTime(row.raisedAt),
  });
}

/** The same for the audit log, which has no addresses: only how many are told. */
export function auditedAlert(row: AlertRow) {
  return { ...alertView(row), recipients: row.recipients.length };
}
