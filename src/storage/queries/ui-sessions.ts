import { statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import type { ActionKey } from './actions.ts';
import { isOfUser } from './departed-users.ts';

/** What the pages show of an action beyond what a proof needs. */
export interface UiSessionRow {
  /** Without its template: only the server has a use for it. */
  readonly theme: Readonly<Record<string, unknown>>;
  readonly message_overrides: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly messaging_templates: Readonly<Record<string, { readonly defaultTemplate: string }>> | null;
  readonly action_custom: Readonly<Record<string, unknown>> | null;
  readonly user_custom: Readonly<Record<string, unknown>> | null;
  readonly has_recovery_codes: boolean;
  /** Whether a set was made, used up or not. */
  readonly has_recovery_set: boolean;
}

const loadStatement = statement<UiSessionRow>(
  'load_ui_session',
  `select t.theme - 'template' as theme, t.message_overrides, c.messaging_templates, x.custom as action_custom, u.custom as user_custom,
     exists (select from recovery_codes r where r.tenant_id = $1 and r.user_id = $2 and r.used_at is null)
       as has_recovery_codes,
     exists (select from recovery_codes r where r.tenant_id = $1 and r.user_id = $2) as has_recovery_set
   from actions x
   join users u on u.tenant_id = x.tenant_id and u.user_id = x.user_id
   join tenants t on t.tenant_id = x.tenant_id
   left join action_configurations c on c.tenant_id = x.tenant_id and c.action_code = x.action_code
   where ${isOfUser('x')} and x.action_code = $3 and x.idempotency_key = $4`,
);

export async function loadUiSession(sql: Sql, key: ActionKey): Promise<UiSessionRow | undefined> {
  const values = [key.tenantId, key.userId, key.actionCode, key.idempotencyKey];
  const [row] = await sql.query(loadStatement, values);
  return row;
}
