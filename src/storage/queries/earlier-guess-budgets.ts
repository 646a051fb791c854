/** What an earlier release counted per user and method, under the user's id in clear. */
import { statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import type { AuthenticatorRow } from './authenticators.ts';

export interface EarlierGuessBudgetRow {
  readonly tenantId: string;
  readonly userId: string;
  readonly verificationMethod: string;
  /** The user's authenticators of the method. */
  readonly authenticators: readonly Pick<
    AuthenticatorRow,
    'authenticatorId' | 'verificationMethod' | 'slot' | 'email' | 'phoneNumber'
  >[];
}

const lockStatement = statement<{ locked: string }>(
  'lock_earlier_guess_budgets',
  'select pg_advisory_xact_lock($1)::text as locked',
);
const loadStatement = statement<EarlierGuessBudgetRow>(
  'load_earlier_guess_budgets',
  `select g.tenant_id, substr(g.subject, 6) as user_id, g.verification_method, coalesce((
     select json_agg(json_build_object('authenticatorId', a.authenticator_id, 'slot', a.slot,
       'verificationMethod', a.verification_method, 'email', a.email, 'phoneNumber', a.phone_number))
     from authenticators a where a.tenant_id = g.tenant_id and a.user_id = substr(g.subject, 6)
       and a.verification_method = g.verification_method and a.verified_at is not null
   ), '[]') as authenticators
   from guess_budgets g where g.subject like 'user:%' and g.tenant_id = any($1::uuid[]) limit $2`,
);

/** Up to `max` remaining rows of these tenants; one node at a time, until its transaction ends. */
export async function lockEarlierGuessBudgets(
  sql: Sql,
  tenantIds: readonly string[],
  max: number,
): Promise<readonly EarlierGuessBudgetRow[]> {
  // Any constant that no other lock uses.
  await sql.query(lockStatement, [0x67756573]);
  return sql.query(loadStatement, [tenantIds, max]);
}

/** The new place of a row: `subject` for its failures, `owner` for its tries. */
export interface CarriedGuessBudget {
  readonly row: EarlierGuessBudgetRow;
  readonly owner: string;
  readonly subject: string;
}

const carryStatement = statement<never>(
  'carry_guess_budgets',
  `with carried as (
     select e.*, c.owner, c.new_subject
     from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
       as c (tenant_id, user_id, verification_method, owner, new_subject)
     join guess_budgets e on e.tenant_id = c.tenant_id and e.subject = 'user:' || c.user_id
       and e.verification_method = c.verification_method
   ), budgets as (
     insert into guess_budgets as g (tenant_id, subject, verification_method, failures_since_reset,
       failures_since_success, next_try_at)
     select tenant_id, new_subject, verification_method, failures_since_reset, failures_since_success, next_try_at from carried
     on conflict (tenant_id, subject, verification_method) do update set
       failures_since_reset = greatest(g.failures_since_reset, excluded.failures_since_reset),
       failures_since_success = greatest(g.failures_since_success, excluded.failures_since_success),
       next_try_at = greatest(g.next_try_at, excluded.next_try_at)
   ), tries as (
     insert into guess_tries as t (tenant_id, subject, verification_method, tried_at)
     select distinct tenant_id, owner, verification_method, recent_tries from carried where recent_tries <> '{}'
     on conflict (tenant_id, subject, verification_method) do update set tried_at = t.tried_at || excluded.tried_at
   )
   delete from guess_budgets g using carried c
   where g.tenant_id = c.tenant_id and g.subject = c.subject and g.verification_method = c.verification_method`,
);

/** Adds the counts to their new places; if there is a count already, the stricter one is kept. */
export async function carryGuessBudgets(sql: Sql, carried: readonly CarriedGuessBudget[]): Promise<void> {
  await sql.query(carryStatement, [
    carried.map(({ row }) => row.tenantId),
    carried.map(({ row }) => row.userId),
    carried.map(({ row }) => row.verificationMethod),
    carried.map(({ owner }) => owner),
    carried.map(({ subject }) => subject),
  ]);
}
