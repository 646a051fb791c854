import { statement } from '../../sql.ts';
import type { Sql } from '../../sql.ts';

const stepsStatement = statement<{ hasAction: boolean; hasProof: boolean }>(
  'load_first_actions',
  // The latest alone: of a tenant with more, nobody asks.
  `select count(*) > 0 as has_action, coalesce(bool_or(state = 'CHALLENGE_SUCCEEDED'), false) as has_proof
   from (
     select state from actions_by_month where tenant_id = $1 order by action_id desc limit 500
   ) as latest`,
);

/** Whether an action was tracked, and whether one of the latest was proved. */
export async function loadFirstActions(sql: Sql, tenantId: string): Promise<{ hasAction: boolean; hasProof: boolean }> {
  const [row] = await sql.query(stepsStatement, [tenantId]);
  return row ?? { hasAction: false, hasProof: false };
}
