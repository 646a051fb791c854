/**
 * The session settings that statements rely on. They are set and read back on every connection, and never sent when it
 * opens: a pooler in between may refuse or drop them then, and an operator's URL may contradict them (ruling 53).
 */
import { statement } from './sql.ts';
import type { Sql } from './sql.ts';

export interface SessionTimeouts {
  readonly statementMs: number;
  readonly lockMs: number;
  readonly idleInTransactionMs: number;
}

export const sessionTimeouts: SessionTimeouts = { statementMs: 5_000, lockMs: 2_000, idleInTransactionMs: 10_000 };

/**
 * Statements are prepared and planned once: each is written for one index whatever its values, and planning the history
 * statement again takes longer than running it. For a table that is empty at that moment, the planner would choose a
 * sequential scan and keep that plan, so indexes are used wherever there are any. The just-in-time compiler costs more
 * than it can save here. With Citus no plan may be kept: it chooses a worker by the tenant's id, which a kept plan does not
 * know (decision 0034).
 */
const fixed: Readonly<Record<string, string>> = {
  DateStyle: 'ISO',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  enable_seqscan: 'off',
  jit: 'off',
};

const planCacheMode = `case when exists (select from pg_extension where extname = 'citus') then 'auto' else 'force_generic_plan' end`;

function settingsOf({ statementMs, lockMs, idleInTransactionMs }: SessionTimeouts): Readonly<Record<string, string>> {
  return {
    ...fixed,
    statement_timeout: `${statementMs}ms`,
    lock_timeout: `${lockMs}ms`,
    idle_in_transaction_session_timeout: `${idleInTransactionMs}ms`,
  };
}

/** Whether a session has a setting, whatever unit the server prints it in. */
function check(name: string, value: string): string {
  if (name === 'DateStyle') return `current_setting('DateStyle') like '${value}%'`;
  if (!name.endsWith('_timeout')) return `current_setting('${name}') = '${value}'`;
  return `current_setting('${name}')::interval = interval '${value}'`;
}

/** The state of a session, as far as we need it. */
export interface SessionState {
  /** Settings with the wrong value; null if there are none. */
  readonly wrongSettings: string | null;
  /** Nothing can be written: a hot standby, or a database that was made read-only. */
  readonly isReadOnly: boolean;
  /** Of the server's process, as the process itself reports it: a pooler may report another. */
  readonly pid: number;
  readonly startedAt: string;
}

/** SQL text that returns one {@link SessionState}. */
function lookText(timeouts: SessionTimeouts): string {
  const wrong = Object.entries(settingsOf(timeouts)).map(
    ([name, value]) => `case when not (${check(name, value)}) then '${name}' end`,
  );
  wrong.push(`case when current_setting('plan_cache_mode') <> ${planCacheMode} then 'plan_cache_mode' end`);
  return `select nullif(concat_ws(', ', ${wrong.join(', ')}), '') as "wrongSettings",
     pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as "isReadOnly", pg_backend_pid() as pid,
     (select extract(epoch from backend_start)::text from pg_stat_activity where pid = pg_backend_pid()) as "startedAt"`;
}

/** SQL text for the simple protocol that applies the settings and reads them back. */
export function settingsText(timeouts: SessionTimeouts, mode: 'set' | 'look'): string {
  const sets = [
    ...Object.entries(settingsOf(timeouts)).map(([name, value]) => `set ${name} = '${value}'`),
    `select set_config('plan_cache_mode', ${planCacheMode}, false)`,
  ];
  return [...(mode === 'set' ? sets : []), lookText(timeouts)].join(';\n');
}

/** The statement that checks a session in use. */
export function lookStatement(timeouts: SessionTimeouts) {
  const { statementMs, lockMs, idleInTransactionMs } = timeouts;
  return statement<SessionState>(`look_at_session_${statementMs}_${lockMs}_${idleInTransactionMs}`, lookText(timeouts));
}

const roleStatement = statement<{ statement: string }>(
  'session_settings_of_role',
  `select format('ALTER ROLE %I IN DATABASE %I SET %s = %L;', current_user, current_database(), name, value) as statement
   from (
     select * from unnest($1::text[], $2::text[]) as listed (name, value)
     union all select 'plan_cache_mode', ${planCacheMode}
   ) as setting`,
);

/** Statements that give the role these settings in every session, for poolers that swap sessions between statements. */
export async function roleSettings(sql: Sql): Promise<readonly string[]> {
  const settings = settingsOf(sessionTimeouts);
  const rows = await sql.query(roleStatement, [Object.keys(settings), Object.values(settings)]);
  return rows.map(({ statement: text }) => text);
}
