/** What providers have told, so that the same is not heard twice. */
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { purgeOf } from './purge.ts';

const takeStatement = statement<{ reportId: string }>(
  'take_provider_report',
  `insert into provider_reports (tenant_id, report_id, received_at) values ($1, $2, $3)
   on conflict (tenant_id, report_id) do nothing returning report_id`,
);

/** Whether a report is new. `reportId`: a UUID that is the same for the same bytes from the same provider. */
export async function takeProviderReport(
  sql: Sql,
  tenantId: string,
  reportId: string,
  nowMs: number,
): Promise<boolean> {
  return (await sql.query(takeStatement, [tenantId, reportId, sqlTime(nowMs)])).length > 0;
}

export const purgeProviderReports = purgeOf('provider_reports', 'report_id', {
  condition: 'received_at <= $1',
  order: 'received_at',
});
