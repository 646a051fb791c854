/** Risk: a moved database lacks a row, a digit or a secret, or a move leaves half of the data behind. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../../test/rig/api.ts';
import { runProgram } from '../../test/rig/run-program.ts';
import { startServer } from '../../test/rig/server-process.ts';
import { linkAuditEvents } from '../jobs/link-audit-events.ts';
import { systemRuntime } from '../runtime/system-runtime.ts';
import { createApiKey } from '../storage/create-api-key.ts';
import { createTenant } from '../storage/create-tenant.ts';
import { lockDataDirectory } from '../storage/data-directory.ts';
import { moveDatabase } from '../storage/move-database.ts';
import { openEmbeddedDatabase } from '../storage/pglite-database.ts';
import { openPostgresDatabase } from '../storage/postgres-database.ts';
import { apiKeyPlace } from '../storage/published.ts';
import { recordAuditEvent } from '../storage/queries/audit-events.ts';
import { createSeal } from '../storage/seal.ts';
import type { Seal } from '../storage/seal.ts';
import { statement } from '../storage/sql.ts';
import type { Database, Sql, SqlValue } from '../storage/sql.ts';
import { createEmbeddedDirectory, createPostgresDatabase, testDatabase } from '../testkit/test-database.ts';
import { unusedEvents } from '../../test/rig/unused-events.ts';

const runtime = systemRuntime();
const tenantId = runtime.ids.uuid();
const masterKey = randomBytes(32);
const seal = createSeal([masterKey], runtime.random);

let statements = 0;
function rows<Row>(sql: Sql, text: string, values: readonly SqlValue[] = []): Promise<Row[]> {
  statements += 1;
  return sql.query(statement<Row>(`move_test_${statements}`, text), values);
}

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly mayBeNull: boolean;
}

/** Valid values for columns that accept only some texts. */
const permitted: Readonly<Record<string, string>> = {
  'api_keys.kind': 'server',
  'action_configurations.default_result': 'BLOCK',
  'action_configurations.action_type': 'FLOW',
  'rules.type': 'ALLOW',
  'value_lists.item_type': 'number',
  'custom_data_points.data_type': 'text',
  'custom_data_points.model_type': 'user',
  'challenges.purpose': 'registration',
  // Verifying goes on from there, in numbers that JavaScript has.
  'audit_anchors.position': '3',
  minimum_assurance: 'restricted',
  assurance: 'medium',
};

/** A value of each type that the copy could damage. */
function sample({ table, column, type }: Column, id: string): SqlValue {
  const text = permitted[`${table}.${column}`] ?? permitted[column];
  if (text !== undefined) return text;
  if (column.endsWith('_sealed'))
    return `\\x${seal.seal(Buffer.from(column), { tenantId: id, table, row: id, column }).toString('hex')}`;
  const samples: Readonly<Record<string, string>> = {
    uuid: id,
    'uuid[]': `{${id},NULL}`,
    text: `${id} "\\'{}, NULL\t\r\né😀`,
    'text[]': '{"",NULL,"\\"\\\\{},é","NULL"}',
    json: '{"b": 1.10, "a" : [1e400, null, "\\u00e9"],  "b": 2}',
    'json[]': '{"{\\"z\\": 1.0,  \\"a\\": null}","null"}',
    jsonb: '{"n": 12345678901234567890.10, "t": "\\"", "x": null}',
    bytea: `\\x00ff5c27${id.replace(/-/g, '')}`,
    boolean: 'true',
    smallint: '7',
    numeric: '12345678901234567890123456789.000000000000000001',
    integer: '2147483647',
    bigint: '9223372036854775807',
    real: '-0.1',
    'timestamp with time zone': '2026-02-03 04:05:06.789012+00',
    'timestamp with time zone[]': '{"0099-01-01 00:00:00.000001+00",infinity}',
  };
  const found = samples[type];
  if (found === undefined) throw new Error(`There is no sample of ${type} yet (${table}.${column}).`);
  return found;
}

/** A row in each table with every column filled, and one with every nullable column empty. */
async function fill(db: Database): Promise<void> {
  const columns = await rows<Column>(
    db,
    `select c.relname::text as table, a.attname::text as column, format_type(a.atttypid, a.atttypmod) as type,
       not a.attnotnull as may_be_null
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname <> 'sallyport_migrations'
     order by c.oid, a.attnum`,
  );
  for (const [id, isFull] of [
    [runtime.ids.uuid(), true],
    [runtime.ids.uuid(), false],
  ] as const) {
    for (const table of new Set(columns.map((column) => column.table))) {
      const wanted = columns.filter((column) => column.table === table && (isFull || !column.mayBeNull));
      await rows(
        db,
        `insert into ${table} (${wanted.map(({ column }) => column).join(', ')})
         select ${wanted.map(({ type }, at) => `$${at + 1}::text::${type}`).join(', ')} on conflict do nothing`,
        wanted.map((column) => sample(column, id)),
      );
    }
  }
}

async function everything(sql: Sql): Promise<Readonly<Record<string, readonly string[]>>> {
  const tables = await rows<{ name: string }>(
    sql,
    `select relname::text as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
       and relname <> 'sallyport_migrations' order by 1`,
  );
  const found: Record<string, readonly string[]> = {};
  for (const { name } of tables) {
    const texts = await rows<{ row: string }>(sql, `select t::text as row from ${name} t order by 1`);
    found[name] = texts.map(({ row }) => row);
  }
  return found;
}

function open(url: string): Database {
  return openPostgresDatabase({ url, poolSize: 2, random: () => 0.5, onError: () => undefined });
}

async function audited(db: Database): Promise<void> {
  for (let n = 0; n < 3; n += 1) {
    await recordAuditEvent(db, {
      tenantId,
      eventId: runtime.ids.uuid(),
      happenedAtMs: runtime.clock.now(),
      actor: { kind: 'cli', id: 'test' },
      eventType: 'test.done',
      userId: undefined,
      requestId: undefined,
      data: { n },
    });
  }
  await linkAuditEvents.run({
    db,
    owner: db,
    runtime,
    counted: () => [],
    deliver: {},
    underWay: new Map(),
    events: unusedEvents,
    warn: () => undefined,
    tell: () => undefined,
    counts: {
      nodeId: '',
      unstored: () => [],
      settle: () => undefined,
      unstoredHours: () => [],
      settleHours: () => undefined,
    },
    settleFactors: () => Promise.resolve(),
  });
}

describe('sallyport move', () => {
  let directory: string;
  let apiKey: { readonly keyId: string; readonly key: string };
  let before: Awaited<ReturnType<typeof everything>>;
  beforeAll(async () => {
    directory = await createEmbeddedDirectory();
    await writeFile(join(directory, 'master.key'), `${masterKey.toString('base64')}\n`, { mode: 0o600 });
    const db = await openEmbeddedDatabase({ dataDir: directory, fsync: false });
    await db.transaction(async (sql) => {
      await createTenant(sql, { runtime, seal }, { tenantId, name: 'Real' });
      apiKey = await createApiKey(sql, { runtime, seal }, { tenantId, kind: 'server', name: 'first' });
    });
    await audited(db);
    // An anchor can only be inserted for a chain that may lose its beginning.
    await db.script('alter table audit_anchors disable trigger user');
    await fill(db);
    await db.script('alter table audit_anchors enable trigger user');
    before = await everything(db);
    await db.close();
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const move = (url: string, more: Readonly<Record<string, string>> = {}) =>
    runProgram(['move', '--to', url], { SALLYPORT_DATA_DIR: directory, ...more });

  test('moves every row of every table unchanged, with the sequences; the old directory stays', async () => {
    for (const [name, found] of Object.entries(before)) expect(found.length, name).toBeGreaterThanOrEqual(2);
    const url = await createPostgresDatabase();
    const target = open(url);
    await target.script('drop schema public cascade; create schema public');
    const moved = await move(url);
    expect([moved.code, moved.stderr]).toEqual([0, '']);
    expect(moved.stdout).toMatch(new RegExp(`^audit log of ${tenantId}: 3 entries, holds$`, 'm'));
    expect(moved.stdout).toContain(`SALLYPORT_MASTER_KEY_FILE=${join(directory, 'master.key')}\n`);
    expect(moved.stdout).not.toContain(masterKey.toString('base64'));
    expect(await everything(target)).toEqual(before);
    // The triggers are on again, and the next configuration gets a version above all others.
    await expect(target.script('delete from audit_events')).rejects.toThrow(/append-only/);
    const [tenant] = await rows<{ version: number }>(
      target,
      `select config_version as version from tenants where tenant_id = '${tenantId}'`,
    );
    const [next] = await rows<{ version: number }>(target, "select nextval('config_versions') as version");
    expect(next?.version).toBeGreaterThan(tenant?.version ?? Infinity);
    const [sealed] = await rows<{ keySealed: Buffer }>(
      target,
      `select key_sealed from api_keys where tenant_id = '${tenantId}'`,
    );
    expect(opened(seal, sealed?.keySealed)).toBe(apiKey.key);

    const again = await move(url);
    expect([again.code, again.stdout]).toEqual([1, '']);
    expect(again.stderr).toMatch(/^sallyport: The new database is not empty: its table \w+ has \d+ rows\. .*\n$/);
    await target.close();

    const source = await openEmbeddedDatabase({ dataDir: directory, fsync: false });
    expect(await everything(source)).toEqual(before);
    await source.close();
  });

  function opened(with_: Seal, sealed: Buffer | undefined): string {
    return with_.open(sealed ?? Buffer.alloc(0), apiKeyPlace(tenantId, apiKey.keyId)).toString();
  }

  test('refuses in one sentence when it cannot move, and creates nothing', async () => {
    const url = 'postgres://nobody:a-password@127.0.0.1:1/nothing';
    const told = async (run: Promise<{ code: number; stdout: string; stderr: string }>, message: RegExp) => {
      const { code, stdout, stderr } = await run;
      expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(message)]);
      expect(stderr).toMatch(/^sallyport: .*\n$/);
      expect(stderr).not.toContain('a-password');
    };
    await told(
      move(url, { DATABASE_URL: url, SALLYPORT_MASTER_KEY: masterKey.toString('base64') }),
      /DATABASE_URL is set/,
    );
    const empty = join(directory, 'nothing-here');
    await told(move(url, { SALLYPORT_DATA_DIR: empty }), /no embedded database in .*nothing-here/);
    await expect(readFile(empty)).rejects.toThrow('ENOENT');
    await mkdir(join(empty, 'database'), { recursive: true });
    await told(move(url, { SALLYPORT_DATA_DIR: empty }), /master\.key is missing/);
    const lock = lockDataDirectory(directory);
    await told(move(url), /in use by process/);
    lock.release();
    await told(move(url), /does not answer/);
    await told(
      move(url, { SALLYPORT_MASTER_KEY: randomBytes(32).toString('base64') }),
      /master key with fingerprint .* sealed data/,
    );
  });

  test('a failed move leaves an empty database with its triggers on; a finished one can be served', async () => {
    const source = await testDatabase('embedded');
    const url = await createPostgresDatabase();
    const target = open(url);
    const server = await source.transaction(async (sql) => {
      await createTenant(sql, { runtime, seal }, { tenantId, name: 'Real' });
      return createApiKey(sql, { runtime, seal }, { tenantId, kind: 'server', name: 'first' });
    });
    let seen = 0;
    const stopped = moveDatabase(source, target, async (_from, to) => {
      seen = (await rows(to, 'select from tenants')).length;
      throw new Error('stopped');
    });
    await expect(stopped).rejects.toThrow('stopped');
    expect(seen).toBe(1);
    for (const [name, found] of Object.entries(await everything(target))) expect(found, name).toEqual([]);
    await expect(target.script('delete from tenants')).rejects.toThrow(/never deleted/);

    await moveDatabase(source, target, () => Promise.resolve());
    await expect(moveDatabase(source, target, () => Promise.resolve())).rejects.toThrow(/is not empty: its table/);
    await Promise.all([source.close(), target.close()]);
    const node = await startServer({
      DATABASE_URL: url,
      SALLYPORT_MASTER_KEY_FILE: join(directory, 'master.key'),
    });
    const tracked = await ask(node.url, 'POST', '/v1/users/alice/actions/pay', { key: server.key, body: {} });
    await node.stop();
    expect(tracked).toMatchObject({ status: 200, body: { state: 'CHALLENGE_REQUIRED' } });
  });
});
