/** F24: the schema is migrated once, by one runner, or not at all. */
import { createHash, randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { DatabaseUnfit } from '../../src/storage/prepare-schema.ts';
import { loadSchemaState, migrate, pendingMigrations } from '../../src/storage/migrate.ts';
import { migrations } from '../../src/storage/migrations/index.ts';
import type { Migration } from '../../src/storage/migrations/index.ts';
import { statement } from '../../src/storage/sql.ts';
import type { Database } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import { databaseKinds } from '../../src/testkit/test-database.ts';
import { closeOpened, emptyDatabase, emptyPostgres, open } from '../rig/empty-database.ts';
import { schemaOf } from './schema-of.ts';

afterEach(closeOpened);

let statements = 0;

async function rows<Row>(db: Database, text: string): Promise<Row[]> {
  statements += 1;
  return db.query(statement<Row>(`migrations_test_${statements}`, text), []);
}

const names = migrations.map(({ version, name }) => `${version}-${name}`);

const oldTenant = '11111111-1111-4111-8111-111111111111';

/** A row in each table of the first migration, as in an old installation. */
const oldInstallation = `
  insert into tenants (tenant_id, name, root_key_sealed, config_version, created_at)
    values ('11111111-1111-4111-8111-111111111111', 'Old', '\\x01', 1, '2025-01-01Z');
  insert into api_keys values ('11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'server', 'old', '\\x02', null, '2025-01-01Z');
  insert into session_signing_keys values ('11111111-1111-4111-8111-111111111111', 'k', '{}', '\\x03', '2025-01-01Z');
  insert into authenticator_configurations values ('11111111-1111-4111-8111-111111111111', '33333333-3333-4333-8333-333333333333', 'SMS', true, '2025-01-01Z');
  insert into action_configurations (tenant_id, action_code, default_result, created_at)
    values ('11111111-1111-4111-8111-111111111111', 'pay', 'CHALLENGE', '2025-01-01Z');
  insert into users (tenant_id, user_id, email, custom, created_at, updated_at)
    values ('11111111-1111-4111-8111-111111111111', 'old-user', 'A@B.c', '{"z": 1, "a": 2}', '2025-01-01Z', '2025-01-01Z');
  insert into authenticators (tenant_id, user_id, authenticator_id, verification_method, slot, created_at, verified_at)
    values ('11111111-1111-4111-8111-111111111111', 'old-user', '44444444-4444-4444-8444-444444444444', 'SMS', '', '2025-01-01Z', '2025-01-01Z');
  insert into recovery_codes (tenant_id, user_id, code_number, salt, code_hash, created_at)
    values ('11111111-1111-4111-8111-111111111111', 'old-user', 0, '\\x04', '\\x05', '2025-01-01Z');
  insert into actions (tenant_id, user_id, action_code, idempotency_key, action_id, state, created_at, updated_at, state_updated_at, decision)
    values ('11111111-1111-4111-8111-111111111111', 'old-user', 'pay', 'k', '55555555-5555-4555-8555-555555555555', 'ALLOW', '2025-01-01Z', '2025-01-01Z', '2025-01-01Z', '{"v":1}');
  insert into audit_events (tenant_id, event_id, happened_at, actor, event_type, data)
    values ('11111111-1111-4111-8111-111111111111', '66666666-6666-4666-8666-666666666666', '2025-01-01Z', '{}', 'user.updated', '{}');
`;

test('migrations are numbered from 1 without a gap, and their names are unique', () => {
  expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1));
  expect(new Set(names).size).toBe(names.length);
  for (const { name } of migrations) expect(name).toMatch(/^[a-z0-9-]+$/);
});

describe.each(databaseKinds)('on the %s database', (kind) => {
  test('an empty database gets all migrations, and a second run finds nothing to do', async () => {
    const db = await emptyDatabase(kind);
    expect((await pendingMigrations(db)).map(({ version }) => version)).toEqual(
      migrations.map(({ version }) => version),
    );
    expect(await migrate(db)).toEqual(names);
    expect(await pendingMigrations(db)).toEqual([]);
    const schema = await schemaOf(db);
    expect(schema).toContain('audit_events_append_only');
    expect(await migrate(db)).toEqual([]);
    expect(await schemaOf(db)).toBe(schema);
  });

  test('a filled old database keeps every row and ends with the schema of a new one', async () => {
    const db = await emptyDatabase(kind);
    await migrate(db, migrations.slice(0, 1));
    await db.script(oldInstallation);
    const tables = await rows<{ name: string }>(
      db,
      `select table_name::text as name from information_schema.tables
       where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'sallyport_migrations' order by 1`,
    );
    expect(tables).toHaveLength(10);
    const keyed = async () => {
      const found: unknown[] = [];
      for (const { name } of tables)
        found.push(await rows(db, `select '${name}' as name, count(*)::int as n from ${name}`));
      return found.flat();
    };
    const before = await keyed();
    expect(before).toEqual(tables.map(({ name }) => ({ name, n: 1 })));
    expect(await migrate(db)).toEqual(names.slice(1));
    expect(await keyed()).toEqual(before);
    // Nodes of the release before may run for an hour, and read what is written meanwhile.
    expect(
      await rows(
        db,
        `select earlier_nodes_until between now() + interval '59 minutes' and now() + interval '1 hour' as is_next_hour from tenants`,
      ),
    ).toEqual([{ isNextHour: true }]);
    expect(await rows(db, 'select user_id, email, custom::text as custom from users')).toEqual([
      { userId: 'old-user', email: 'A@B.c', custom: '{"z": 1, "a": 2}' },
    ]);
    expect(await rows(db, "select state, decision::text as decision from actions where user_id = 'old-user'")).toEqual([
      { state: 'ALLOW', decision: '{"v":1}' },
    ]);
    const fresh = await emptyDatabase(kind);
    await migrate(fresh);
    expect(await schemaOf(db)).toBe(await schemaOf(fresh));
  });

  test('ruling 36: existing actions that a sign-in began wait for their track', async () => {
    const db = await emptyDatabase(kind);
    await migrate(db, migrations.slice(0, 9));
    const tenant = "'11111111-1111-4111-8111-111111111111'";
    let n = 0;
    const id = () => `'00000000-0000-4000-8000-${String((n += 1)).padStart(12, '0')}'`;
    const action = (key: string, more: Readonly<Record<string, string>> = {}) => {
      const columns = { proof_method: "'PASSKEY'", verification_method: "'PASSKEY'", assurance: "'high'", ...more };
      return `insert into actions (tenant_id, user_id, action_code, idempotency_key, action_id, state, created_at,
          updated_at, state_updated_at, decision, verified_at, ${Object.keys(columns).join(', ')})
        values (${tenant}, '${key}', 'pay', '${key}', ${id()}, 'CHALLENGE_SUCCEEDED', '2026-01-01 10:00:00Z',
          '2026-01-01 10:00:01Z', '2026-01-01 10:00:01Z', '{"v":1}', '2026-01-01 10:00:01Z',
          ${Object.values(columns).join(', ')});`;
    };
    const event = (
      user: string,
      actor: string,
      type = 'challenge.verified',
      data = '{"verificationMethod":"PASSKEY"}',
    ) =>
      `insert into audit_events (tenant_id, event_id, happened_at, actor, event_type, user_id, data)
        values (${tenant}, ${id()}, '2026-01-01 10:00:01Z', '${actor}', '${type}', '${user}', '${data}');`;
    const anonymous = '{"kind":"client","id":"anonymous"}';
    const set = '{"actionCode":"pay","idempotencyKey":"set-since","before":"ALLOW","after":"BLOCK"}';
    await db.script(`
      insert into tenants (tenant_id, name, root_key_sealed, config_version, created_at)
        values (${tenant}, 'Old', '\\x01', 1, '2025-01-01Z');
      ${action('signed-in')} ${event('signed-in', anonymous)}
      ${action('by-token')} ${event('by-token', '{"kind":"client","id":"by-token"}')}
      ${action('not-proven')}
      ${action('by-link', { proof_method: "'EMAIL_MAGIC_LINK'" })}
      ${event('by-link', anonymous, 'challenge.verified', '{"verificationMethod":"EMAIL_MAGIC_LINK"}')}
      ${action('told', { custom: "'{}'" })} ${event('told', anonymous)}
      ${action('set-since')} ${event('set-since', anonymous)}
      ${event('set-since', '{"kind":"server","id":"k"}', 'action.state_set', set)}
    `);
    await migrate(db);
    expect(await rows(db, `select user_id, proofs from actions where not is_tracked order by user_id`)).toEqual([
      {
        userId: 'signed-in',
        proofs: {
          'PASSKEY:high': {
            method: 'PASSKEY',
            assurance: 'high',
            authenticatorId: null,
            provenAt: '2026-01-01T10:00:01+00:00',
            isConfirmed: true,
          },
        },
      },
    ]);
    expect(await rows(db, 'select count(*)::int as n from actions where is_tracked')).toEqual([{ n: 5 }]);
  });

  test('ruling 38: rule sets are published again under the second version of the language, altered ones never', async () => {
    const db = await emptyDatabase(kind);
    await migrate(
      db,
      migrations.filter(({ version }) => version < 11),
    );
    await db.script(oldInstallation);
    const rule = { ruleId: 'r', name: 'é', priority: 0, type: 'ALLOW', conditions: { '<': [{ var: 'custom.a' }, 1] } };
    const text = JSON.stringify({
      descriptions: [['r', '{"descriptions":']],
      ruleSet: { action: { actionCode: 'pay', defaultUserActionResult: 'BLOCK' }, lists: { l: ['x'] }, rules: [rule] },
    });
    const hash = createHash('sha256').update(text).digest('hex');
    const publish = (code: string, named: string, document: string) => `
      insert into action_configurations (tenant_id, action_code, default_result, created_at, rule_set_version, rule_set_hash)
        values ('${oldTenant}', '${code}', 'ALLOW', '2025-01-01Z', 4, '${named}');
      insert into published_documents values ('${oldTenant}', '${named}', $doc$${document}$doc$, '2025-02-01Z')
        on conflict do nothing;`;
    await db.script(
      publish('first', hash, text) +
        publish('same', hash, text) +
        publish('altered', 'f'.repeat(64), text.toLowerCase()),
    );
    await db.script("update tenants set config_version = nextval('config_versions')");
    const [before] = await rows<{ configVersion: number }>(db, 'select config_version from tenants');
    await migrate(db);

    const marked = text.replace('{', '{"language":2,');
    const markedHash = createHash('sha256').update(marked).digest('hex');
    expect(
      await rows(db, 'select action_code, rule_set_version, rule_set_hash from action_configurations order by 1'),
    ).toEqual([
      { actionCode: 'altered', ruleSetVersion: 4, ruleSetHash: 'f'.repeat(64) },
      { actionCode: 'first', ruleSetVersion: 5, ruleSetHash: markedHash },
      { actionCode: 'pay', ruleSetVersion: 0, ruleSetHash: null },
      { actionCode: 'same', ruleSetVersion: 5, ruleSetHash: markedHash },
    ]);
    const documents = await rows<{ hash: string; document: string }>(
      db,
      'select hash, document from published_documents',
    );
    expect(new Map(documents.map((row) => [row.hash, row.document]))).toEqual(
      new Map([
        [hash, text],
        [markedHash, marked],
        ['f'.repeat(64), text.toLowerCase()],
      ]),
    );
    const [after] = await rows<{ configVersion: number }>(db, 'select config_version from tenants');
    expect(after?.configVersion, 'running nodes are notified').toBeGreaterThan(before?.configVersion ?? Infinity);
  });

  test('ruling 56: stored addresses get one canonical spelling for look-ups', async () => {
    const db = await emptyDatabase(kind);
    await migrate(
      db,
      migrations.slice(
        0,
        migrations.findIndex(({ name }) => name === 'sent-and-read'),
      ),
    );
    await db.script(oldInstallation);
    await db.script(
      ['users', 'authenticators'].map((table) => `update ${table} set email = 'Bob@B\u00dcCHER.Example'`).join(';'),
    );
    await db.script(`insert into users (tenant_id, user_id, email, created_at, updated_at) values
      ('11111111-1111-4111-8111-111111111111', 'other', 'Jos\u00e9@Example.COM', '2025-01-01Z', '2025-01-01Z'),
      ('11111111-1111-4111-8111-111111111111', 'nobody', null, '2025-01-01Z', '2025-01-01Z')`);
    await migrate(db);
    expect(await rows(db, 'select user_id, email, email_normal from users order by user_id')).toEqual([
      { userId: 'nobody', email: null, emailNormal: null },
      { userId: 'old-user', email: 'Bob@B\u00dcCHER.Example', emailNormal: 'Bob@xn--bcher-kva.example' },
      { userId: 'other', email: 'Jos\u00e9@Example.COM', emailNormal: 'Jos\u00e9@example.com' },
    ]);
    expect(await rows(db, 'select email_normal from authenticators')).toEqual([
      { emailNormal: 'Bob@xn--bcher-kva.example' },
    ]);
  });

  test('a migration that fails leaves no trace, and the next run begins with it again', async () => {
    const db = await emptyDatabase(kind);
    await migrate(db);
    const before = await schemaOf(db);
    const next = migrations.length + 1;
    const broken: Migration = {
      version: next,
      name: 'broken',
      sql: `create table half_made (a int); alter table users add column half text; insert into half_made values (1); select 1 / 0;`,
    };
    await expect(migrate(db, [...migrations, broken])).rejects.toThrow(/division by zero/);
    expect(await schemaOf(db)).toBe(before);
    const mended = { ...broken, sql: 'create table whole (tenant_id uuid primary key);' };
    expect(await migrate(db, [...migrations, mended])).toEqual([`${next}-broken`]);
    expect(await schemaOf(db)).toContain('whole');
  });

  test('F25: a schema with migrations that this release does not know is used, up to one epoch later', async () => {
    const db = await emptyDatabase(kind);
    const later = (version: number, epoch?: number): Migration => ({
      version,
      name: `later-${version}`,
      sql: `create table later_${version} (tenant_id uuid primary key);`,
      ...(epoch === undefined ? {} : { epoch }),
    });
    const known = migrations.length;
    const epoch = Math.max(1, ...migrations.map((migration) => migration.epoch ?? 1));
    const release = [...migrations, later(known + 1), later(known + 2, epoch + 1), later(known + 3)];
    await migrate(db, release);
    expect(await migrate(db)).toEqual([]);
    expect(await loadSchemaState(db)).toEqual({ pending: [], fault: undefined });

    const next = [...release, later(known + 4, epoch + 2)];
    expect(await migrate(db, next)).toEqual([`${known + 4}-later-${known + 4}`]);
    const refused = await migrate(db).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DatabaseUnfit);
    expect(String(refused)).toContain(
      `its epoch is ${epoch + 2}, and this release works with epochs up to ${epoch + 1}.`,
    );
    expect(String(refused)).toMatch(/ Start the release that migrated it, or a later one\.$/);
    expect((await loadSchemaState(db)).fault).toBeDefined();
    expect((await loadSchemaState(db, release)).fault, 'the release between them works with both').toBeUndefined();
  });

  test('audit events can be added but not changed, removed or truncated', async () => {
    const db = await emptyDatabase(kind);
    await migrate(db);
    await db.script(
      oldInstallation
        .split('\n')
        .filter((line) => /tenants|'Old'/.test(line))
        .slice(0, 2)
        .join('\n'),
    );
    await db.script(`insert into audit_events (tenant_id, event_id, happened_at, actor, event_type, data)
      values ('11111111-1111-4111-8111-111111111111', '66666666-6666-4666-8666-666666666666', '2025-01-01Z', '{}', 'x', '{}');`);
    for (const attack of [
      "update audit_events set event_type = 'y'",
      'delete from audit_events',
      'truncate audit_events cascade',
      'delete from tenants',
      'truncate tenants cascade',
    ]) {
      await expect(db.script(attack), attack).rejects.toThrow(/append-only|never deleted/);
    }
    expect(await rows(db, 'select event_type from audit_events')).toEqual([{ eventType: 'x' }]);
  });
});

test('F25: a node says that it is not ready once the schema is too new for it, and logs what to do', async () => {
  const app = await testApp('embedded');
  expect((await app.call('GET', '/readyz')).status).toBe(200);
  await app.db.script("insert into sallyport_migrations values (1000, 'later', 1000)");
  const reply = await app.call('GET', '/readyz');
  expect(reply.status).toBe(503);
  expect(reply.body).toMatchObject({ missing: ['release'] });
  expect(app.logText()).toContain('Start the release that migrated it, or a later one.');
  await app.close();
});

describe('on PostgreSQL', () => {
  test('many runners at once run each migration once', async () => {
    const url = await emptyPostgres();
    const runs = await Promise.all(Array.from({ length: 6 }, () => migrate(open(url))));
    expect(runs.flat().sort()).toEqual([...names].sort());
    expect(await rows(open(url), 'select version from sallyport_migrations order by version')).toEqual(
      migrations.map(({ version }) => ({ version })),
    );
  });

  describe('an unsuitable database is refused, with what to do', () => {
    const refusal = (db: Database) =>
      migrate(db).then(
        () => 'migrated',
        (error: unknown) => (error instanceof DatabaseUnfit ? error.message : String(error)),
      );
    async function asRole(url: string): Promise<Database> {
      const role = `role_${randomBytes(4).toString('hex')}`;
      await open(url).script(`create role ${role} login password 'p'`);
      const own = new URL(url);
      [own.username, own.password] = [role, 'p'];
      return open(own.href);
    }

    test('no right to create tables', async () => {
      expect(await refusal(await asRole(await emptyPostgres()))).toMatch(
        /^The role "role_\w+" may not make tables in the schema "public" .* GRANT CREATE, USAGE ON SCHEMA "public" TO "role_\w+";$/,
      );
    });

    test('tables of another owner', async () => {
      const url = await emptyPostgres();
      await migrate(open(url));
      expect(await refusal(await asRole(url))).toMatch(
        /^The tables in the schema "public" .* belong to the role ".*GRANT ALL/,
      );
    });

    test('tables of another program, but not its list of migrations', async () => {
      const db = open(await emptyPostgres());
      await db.script('create table schema_migrations (version varchar primary key); create table users (id int)');
      expect(await refusal(db)).toMatch(/in the way: users\. Give Sallyport a database of its own\.$/);
      await db.script('drop table users');
      expect(await refusal(db)).toBe('migrated');
      expect(await rows(db, 'select * from schema_migrations')).toEqual([]);
    });

    test('a read-only database', async () => {
      const url = await emptyPostgres();
      await open(url).script(`alter database ${new URL(url).pathname.slice(1)} set default_transaction_read_only = on`);
      expect(await refusal(open(url))).toMatch(
        /The database server is a hot standby or read-only: nothing can be written there\./,
      );
    });
  });

  test('the list of migrations under its earlier name is renamed', async () => {
    const db = open(await emptyPostgres());
    await migrate(db);
    await db.script('alter table sallyport_migrations rename to schema_migrations');
    expect(await migrate(db)).toEqual([]);
    expect(await pendingMigrations(db)).toEqual([]);
  });

  test('a runner waits for another one for longer than the statement timeout', async () => {
    const url = await emptyPostgres();
    const slow: Migration = { version: 1, name: 'slow', sql: 'create table slow (a int); select pg_sleep(6);' };
    const runs = await Promise.all([migrate(open(url), [slow]), migrate(open(url), [slow])]);
    expect(runs.flat()).toEqual(['1-slow']);
  });

  test('a runner whose connection breaks in the middle leaves no trace, and another one finishes', async () => {
    const url = await emptyPostgres();
    const slow: Migration = { version: 1, name: 'slow', sql: 'create table slow (a int); select pg_sleep(30);' };
    const cut = migrate(open(url), [slow]).then(
      () => 'done',
      (error: unknown) => String(error),
    );
    const admin = new Client({ connectionString: url });
    await admin.connect();
    for (let tried = 0; tried < 200; tried += 1) {
      const { rowCount } = await admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(30)%' and pid <> pg_backend_pid() and datname = current_database()",
      );
      if ((rowCount ?? 0) > 0) break;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect(await cut).toMatch(/DatabaseUnavailable/);
    expect((await admin.query("select to_regclass('slow') as found")).rows).toEqual([{ found: null }]);
    await admin.end();
    expect(await migrate(open(url))).toEqual(names);
  });

  test('both engines end with the same tables, columns and keys', async () => {
    const [embedded, server] = [await emptyDatabase('embedded'), await emptyDatabase('postgres')];
    await migrate(embedded);
    await migrate(server);
    expect(await schemaOf(embedded)).toBe(await schemaOf(server));
  });
});
