/**
 * What statements rely on in the session that they run in. Set and read back on every connection, never sent when it opens:
 * a pooler between us and the server may refuse that or drop it, and an operator's URL may say otherwise (ruling 53).
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
 * Statements are prepared once and planned once: each is written for one index whatever its values, and planning the history
 * statement anew takes longer than running it. A table that is empty at that moment would be read from end to end for as long
 * as the plan is kept, so indexes are taken wherever there are any. The just-in-time compiler costs more than it can save here.
 */
const fixed: Readonly<Record<string, string>> = {
  DateStyle: 'ISO',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  jit: 'off',
};

function settingsOf({ statementMs, lockMs, idleInTransactionMs }: SessionTimeouts): Readonly<Record<string, string>> {
  return {
    ...fixed,
    statement_timeout: `${statementMs}ms`,
    lock_timeout: `${lockMs}ms`,
    idle_in_transaction_session_timeout: `${idleInTransactionMs}ms`,
  };
}

/** Whether a session has a setting, in whatever unit the server prints it. */
function check(name: string, value: string): string {
  if (name === 'DateStyle') return `current_setting('DateStyle') like '${value}%'`;
  if (!name.endsWith('_timeout')) return `current_setting('${name}') = '${value}'`;
  return `current_setting('${name}')::interval = interval '${value}'`;
}

/** What a session is, as far as we have to know. */
export interface SessionState {
  /** Settings that are not as they have to be; null where there is none. */
  readonly wrong_settings: string | null;
  /** Nothing can be written: a hot standby, or a database that was made read-only. */
  readonly is_read_only: boolean;
  /** Of the server's process, as it tells itself: a pooler may tell another. */
  readonly pid: number;
  readonly started_at: string;
}

/** SQL text that gives one {@link SessionState}. */
function lookText(timeouts: SessionTimeouts): string {
  const wrong = Object.entries(settingsOf(timeouts)).map(
    ([name, value]) => `case when not (${check(name, value)}) then '${name}' end`,
  );
  return `select nullif(concat_ws(', ', ${wrong.join(', ')}), '') as wrong_settings,
     pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as is_read_only, pg_backend_pid() as pid,
     (select extract(epoch from backend_start)::text from pg_stat_activity where pid = pg_backend_pid()) as started_at`;
}

/** SQL text that makes the settings, for the simple protocol, and looks at them. */
export function settingsText(timeouts: SessionTimeouts, mode: 'set' | 'look'): string {
  const sets = Object.entries(settingsOf(timeouts)).map(([name, value]) => `set ${name} = '${value}'`);
  return [...(mode === 'set' ? sets : []), lookText(timeouts)].join(';\n');
}

/** The statement that looks at a session in use. */
export function lookStatement(timeouts: SessionTimeouts) {
  const { statementMs, lockMs, idleInTransactionMs } = timeouts;
  return statement<SessionState>(`look_at_session_${statementMs}_${lockMs}_${idleInTransactionMs}`, lookText(timeouts));
}

const roleStatement = statement<{ statement: string }>(
  'session_settings_of_role',
  `select format('ALTER ROLE %I IN DATABASE %I SET %s = %L;', current_user, current_database(), name, value) as statement
   from unnest($1::text[], $2::text[]) as setting (name, value)`,
);

/** What gives the role these settings in every session, for poolers that swap sessions between statements. */
export async function roleSettings(sql: Sql): Promise<readonly string[]> {
  const settings = settingsOf(sessionTimeouts);
  const rows = await sql.query(roleStatement, [Object.keys(settings), Object.values(settings)]);
  return rows.map(({ statement: text }) => text);
}
