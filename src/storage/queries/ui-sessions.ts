import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import type { ActionKey } from './actions.ts';
import { isOfUser } from './departed-users.ts';
import { openMessages } from './sent-challenges.ts';
import type { OpenMessage } from './sent-challenges.ts';

/** What the pages show of an action beyond what a proof needs. */
export interface UiSessionRow {
  /** Without its template: only the server has a use for it. */
  readonly theme: Readonly<Record<string, unknown>>;
  readonly message_overrides: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly messaging_templates: Readonly<Record<string, { readonly defaultTemplate: string }>> | null;
  readonly action_custom: Readonly<Record<string, unknown>> | null;
  readonly user_custom: Readonly<Record<string, unknown>> | null;
  readonly open_messages: readonly OpenMessage[];
  /** How many are good; null where no set was made. */
  readonly recovery_codes_left: number | null;
  readonly recovery_code_used_at: number | null;
}

const loadStatement = statement<UiSessionRow>(
  'load_ui_session',
  `select t.theme - 'template' as theme, t.message_overrides, c.messaging_templates, x.custom as action_custom, u.custom as user_custom,
     coalesce((select json_agg(m) from (${openMessages}) as m), '[]') as open_messages,
     r.codes_left as recovery_codes_left, r.used_at as recovery_code_used_at
   from actions x
   join users u on u.tenant_id = x.tenant_id and u.user_id = x.user_id
   join tenants t on t.tenant_id = x.tenant_id
   cross join lateral (
     select case when count(*) > 0 then count(*) filter (where r.used_at is null) end::int as codes_left,
       max(r.used_at) as used_at
     from recovery_codes r where r.tenant_id = x.tenant_id and r.user_id = x.user_id
   ) as r
   left join action_configurations c on c.tenant_id = x.tenant_id and c.action_code = x.action_code
   where ${isOfUser('x')} and x.action_code = $3 and x.idempotency_key = $4`,
);

export async function loadUiSession(sql: Sql, key: ActionKey, nowMs: number): Promise<UiSessionRow | undefined> {
  const values = [key.tenantId, key.userId, key.actionCode, key.idempotencyKey, sqlTime(nowMs)];
  const [row] = await sql.query(loadStatement, values);
  return row;
}
