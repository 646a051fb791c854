/**
 * The release before the schema 24, as its statements: what its nodes do while those of this release run. The file beside
 * this one was printed in that release by list-statements.ts. For the next release, print the statements of this one, and
 * replace both.
 */
import { readFileSync } from 'node:fs';
import type { DecidedAction } from '../../src/storage/queries/actions/actions.ts';
import { decidedValues } from '../../src/storage/queries/actions/actions.ts';
import { keyValues } from '../../src/storage/queries/actions/named.ts';
import type { ActionKey } from '../../src/storage/queries/actions/named.ts';
import { firstIdAt } from '../../src/storage/queries/actions/months.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { migrations } from '../../src/storage/migrations/index.ts';
import { sqlTime, statement } from '../../src/storage/sql.ts';
import type { Database, Sql, SqlValue } from '../../src/storage/sql.ts';

/** The texts of all statements, by name. */
export const earlierStatements = new Map<string, string>(
  Object.entries(
    JSON.parse(readFileSync(new URL('statements-of-schema-23.json', import.meta.url), 'utf8')) as Record<
      string,
      string
    >,
  ),
);

type Row = Readonly<Record<string, unknown>>;

/** Runs a statement as a node of the release before does. */
export function runEarlier(sql: Sql, name: string, values: readonly SqlValue[]): Promise<Row[]> {
  return sql.query(statement<Row>(`v23_${name}`, earlierStatements.get(name) ?? ''), values);
}

export const tenantId = '11111111-1111-4111-8111-111111111111';

/** Brings an empty database to the schema of the release before, with a tenant. */
export async function migrateEarlier(db: Database): Promise<void> {
  await migrate(db, migrations.slice(0, 23));
  await db.script(`insert into tenants (tenant_id, name, root_key_sealed, config_version, created_at)
    values ('${tenantId}', 'Old', '\\x01', 1, '2025-01-01Z')`);
}

let made = 0;

/** An action as a node stores it; `given` says what matters. */
export function decided(given: Partial<DecidedAction> & Pick<DecidedAction, 'userId'>): DecidedAction {
  made += 1;
  const nowMs = given.nowMs ?? Date.now();
  const actionId = firstIdAt(nowMs).slice(0, 14) + `7000-8000-${String(made).padStart(12, '0')}`;
  return {
    ...{ tenantId, actionCode: 'pay', actionId, idempotencyKey: actionId, state: 'ALLOW', isTracked: true, nowMs },
    ...{ redirectUrl: undefined, redirectToSettings: false, ipAddress: undefined, sentIpAddress: undefined },
    ...{ userAgent: undefined, deviceId: undefined, locale: undefined, decision: '{"v":1}', custom: undefined },
    ...{ countryCode: null, isPlaceUnknown: false, latitude: null, longitude: null, email: undefined },
    ...{
      phoneNumber: undefined,
      username: undefined,
      mayBeTrackedByEarlierNode: false,
      newConfigurationResult: undefined,
    },
    ...{ addressParty: null, deviceParty: null },
    ...given,
  };
}

/** Records an action as the release before does. False if the key was taken. */
export async function recordEarlier(sql: Sql, action: DecidedAction): Promise<boolean> {
  const hasAttributes = (action.email ?? action.phoneNumber ?? action.username) !== undefined;
  const name = `record_decided_action${hasAttributes ? '_attributes' : ''}${action.deviceId === undefined ? '' : '_device'}`;
  return (await runEarlier(sql, name, decidedValues(action).slice(0, 25))).length === 1;
}

/** The action under a key, as the release before finds it. */
export async function loadEarlier(sql: Sql, key: ActionKey): Promise<Row | undefined> {
  return (await runEarlier(sql, 'load_action', keyValues(key)))[0];
}

/** The ids of a user's actions, newest first, as the release before lists them. */
export async function listEarlier(sql: Sql, userId: string): Promise<readonly unknown[]> {
  const end = [sqlTime(Date.UTC(9999, 0, 1)), 'ffffffff-ffff-ffff-ffff-ffffffffffff', 200];
  const rows = await runEarlier(sql, 'load_user_actions', [tenantId, userId, sqlTime(0), null, null, ...end]);
  return rows.map((row) => row['actionId']);
}
