import { statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** What is known before an action is decided. */
export interface History {
  /** Methods of the user's verified authenticators, oldest first, one entry per authenticator. */
  readonly methods: readonly string[];
  readonly default_method: string | null;
  /** The action that already exists under this idempotency key. */
  readonly earlier_action_id: string | null;
  readonly earlier_state: string | null;
}

const loadHistoryStatement = statement<History>(
  'load_history',
  `select
     array(
       select a.verification_method from authenticators a
       where a.tenant_id = $1 and a.user_id = $2 and a.verified_at is not null
       order by a.created_at, a.authenticator_id
     ) as methods,
     d.verification_method as default_method,
     e.action_id as earlier_action_id,
     e.state as earlier_state
   from (select 1) as one
   left join users u on u.tenant_id = $1 and u.user_id = $2
   left join authenticators d
     on d.tenant_id = $1 and d.user_id = $2 and d.authenticator_id = u.default_authenticator_id
   left join actions e
     on e.tenant_id = $1 and e.user_id = $2 and e.action_code = $3 and e.idempotency_key = $4`,
);

/** Everything that a decision looks back at, in one round trip. */
export async function loadHistory(
  sql: Sql,
  key: { tenantId: string; userId: string; actionCode: string; idempotencyKey: string },
): Promise<History> {
  const [row] = await sql.query(loadHistoryStatement, [key.tenantId, key.userId, key.actionCode, key.idempotencyKey]);
  if (row === undefined) throw new Error('The history statement always gives one row.');
  return row;
}
