import type { MessagingTemplates } from '../../core/actions/fill-message.ts';
import type { RememberedFor } from '../../core/devices/device.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { isNamed, keyValues, named } from './actions/named.ts';
import type { ActionKey } from './actions/named.ts';
import { openMessages } from './challenges/sends.ts';
import type { OpenMessage } from './challenges/sends.ts';

/** What the pages show of an action, in addition to what a proof needs. */
export interface UiSessionRow {
  /** Without its template, which only the server uses. */
  readonly theme: Readonly<Record<string, unknown>>;
  readonly messageOverrides: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly messagingTemplates: MessagingTemplates | null;
  readonly actionCustom: Readonly<Record<string, unknown>> | null;
  readonly userCustom: Readonly<Record<string, unknown>> | null;
  /** What the action's configuration says; null for what the tenant does. */
  readonly rememberDevice: RememberedFor | null;
  readonly openMessages: readonly OpenMessage[];
  /** Number of unused codes; null if no set was created. */
  readonly recoveryCodesLeft: number | null;
  readonly recoveryCodeUsedAt: number | null;
}

const loadStatement = statement<UiSessionRow>(
  'load_ui_session',
  `with ${named}
   select t.theme - 'template' as theme, t.message_overrides, c.messaging_templates, c.remember_device, x.custom as action_custom, u.custom as user_custom,
     coalesce((select json_agg(m) from (${openMessages}) as m), '[]') as open_messages,
     r.codes_left as recovery_codes_left, r.used_at as recovery_code_used_at
   from actions_by_month x
   join users u on u.tenant_id = $1 and u.user_id = $2
   join tenants t on t.tenant_id = $1
   cross join lateral (
     select case when count(*) > 0 then count(*) filter (where r.used_at is null) end::int as codes_left,
       max(r.used_at) as used_at
     from recovery_codes r where r.tenant_id = $1 and r.user_id = $2
   ) as r
   left join action_configurations c on c.tenant_id = $1 and c.action_code = $3
   where ${isNamed('x')}`,
);

export async function loadUiSession(sql: Sql, key: ActionKey, nowMs: number): Promise<UiSessionRow | undefined> {
  const values = [...keyValues(key), sqlTime(nowMs)];
  const [row] = await sql.query(loadStatement, values);
  return row;
}
