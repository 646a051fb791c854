/** F12: a database whose disk is full refuses writes, decides nothing, and works again when there is space. */
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openEmbeddedDatabase } from '../../src/storage/pglite-database.ts';
import { DatabaseUnavailable, statement } from '../../src/storage/sql.ts';
import { createEmbeddedDirectory } from '../../src/testkit/test-database.ts';
import { ask, eventually } from '../rig/api.ts';
import type { ApiReply } from '../rig/api.ts';
import { startPostgres } from '../rig/postgres.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';
import { mountSmallDisk } from '../rig/small-disk.ts';

const credentials = testCredentials();
const key = credentials.SALLYPORT_SECRET_KEY;
const cannotMount = 'Only root may mount a disk to fill.';

/** Tracks an action that needs space: its custom data cannot be compressed. */
function track(node: ServerProcess, name: string): Promise<ApiReply> {
  const custom = { note: randomBytes(6_000).toString('base64') };
  return ask(node.url, 'POST', `/v1/users/${name}/actions/pay`, { key, body: { idempotencyKey: 'k', custom } });
}

/** What was answered 200, and what was refused. */
interface Tracked {
  readonly stored: string[];
  readonly refused: string[];
}

/** Tracks until the disk is full, and a while longer. */
async function trackUntilFull(node: ServerProcess): Promise<Tracked> {
  const tracked: Tracked = { stored: [], refused: [] };
  for (let number = 0; tracked.refused.length < 20; number += 1) {
    if (number > 5_000) throw new Error('The disk did not become full.');
    const name = `user-${number}`;
    const reply = await track(node, name);
    if (reply.status === 200) tracked.stored.push(name);
    else {
      expectUnavailable(reply);
      tracked.refused.push(name);
    }
  }
  return tracked;
}

/** Refused without a decision, and told when to ask again. */
function expectUnavailable({ status, headers, body, text }: ApiReply): void {
  expect([status, headers.get('retry-after')], text).toEqual([503, expect.stringMatching(/^[123]$/)]);
  expect(body).toEqual({ error: 'unavailable', errorCode: 'unavailable', errorDescription: expect.any(String) });
}

const readOf = (node: ServerProcess, name: string) => ask(node.url, 'GET', `/v1/users/${name}/actions/pay/k`, { key });

/** What was answered 200 is there, and what was refused is not there in part. */
async function expectWhole(node: ServerProcess, { stored, refused }: Tracked): Promise<void> {
  for (const name of stored) expect((await readOf(node, name)).status, name).toBe(200);
  for (const name of refused) expect((await readOf(node, name)).status, name).toBe(404);
}

async function expectRecovery(node: ServerProcess, tracked: Tracked): Promise<void> {
  await eventually(
    'it works again',
    10_000,
    () => track(node, 'after'),
    ({ status }) => status === 200,
  );
  await expectWhole(node, { stored: [...tracked.stored, 'before', 'after'], refused: tracked.refused });
  expect(await track(node, tracked.refused[0] ?? '')).toMatchObject({ status: 200 });
  await eventually(
    'it is ready',
    10_000,
    () => ask(node.url, 'GET', '/readyz'),
    ({ status }) => status === 200,
  );
  expect(node.output()).not.toMatch(/"level":[56]0/);
}

describe('F12: when the disk is full', () => {
  // Its server has hung once while it stopped for want of space, beside a whole suite.
  test.runIf(process.env['TEST_LONG'] !== undefined)(
    'of PostgreSQL and then of its log, requests that write get 503, nothing is written in part, and it works again by itself',
    async (context) => {
      const disk = mountSmallDisk(160);
      if (disk === undefined) return context.skip(cannotMount);
      onTestFinished(() => disk.remove());
      const data = join(disk.folder, 'data');
      mkdirSync(data);
      const postgres = await startPostgres({
        isDurable: true,
        dataFolder: data,
        // No checkpoint makes room in the log.
        settings: { min_wal_size: '32MB', max_wal_size: '1GB' },
      });
      onTestFinished(() => postgres.stop());
      const url = await postgres.createDatabase('small');
      const node = await startServer({ ...credentials, DATABASE_URL: url, SALLYPORT_LOG_LEVEL: 'warn' });
      onTestFinished(() => node.stop());
      onTestFinished(() => disk.release());
      expect((await track(node, 'before')).status).toBe(200);

      disk.fill(500_000);
      const tracked = await trackUntilFull(node);
      expect(tracked.stored.length).toBeGreaterThan(0);
      // What needs no space goes on.
      expect((await readOf(node, 'before')).status).toBe(200);

      // Without space for its log, PostgreSQL stops.
      const admin = new Client({ connectionString: url });
      admin.on('error', () => undefined);
      await admin.connect();
      const fillLog = async () => {
        for (let megabytes = 0; megabytes < 160; megabytes += 1)
          await admin.query(`select pg_logical_emit_message(true, 'x', repeat('x', 1000000))`);
      };
      await expect(fillLog()).rejects.toThrow();
      expectUnavailable(await track(node, 'without-database'));
      expect((await ask(node.url, 'GET', '/livez')).status).toBe(200);

      disk.release();
      // As its supervisor would.
      await postgres.restart();
      await expectRecovery(node, { ...tracked, refused: [...tracked.refused, 'without-database'] });
      const reader = new Client({ connectionString: url });
      await reader.connect();
      const { rows } = await reader.query(
        'select count(*)::int as users from users where not exists (select from actions_by_month where user_id = users.user_id)',
      );
      await reader.end();
      expect(rows).toEqual([{ users: 0 }]);
    },
  );

  test('of the embedded database, requests that write get 503, nothing is written in part, and it works again by itself', async (context) => {
    const disk = mountSmallDisk(160);
    if (disk === undefined) return context.skip(cannotMount);
    onTestFinished(() => disk.remove());
    const template = await createEmbeddedDirectory();
    const data = join(disk.folder, 'data');
    cpSync(template, data, { recursive: true });
    rmSync(template, { recursive: true, force: true });
    const node = await startServer({ ...credentials, SALLYPORT_DATA_DIR: data, SALLYPORT_LOG_LEVEL: 'warn' });
    onTestFinished(() => node.stop());
    expect((await track(node, 'before')).status).toBe(200);

    disk.fill(500_000);
    const tracked = await trackUntilFull(node);
    expect(tracked.stored.length).toBeGreaterThan(0);
    expect((await readOf(node, 'before')).status).toBe(200);
    disk.release();
    await expectRecovery(node, tracked);
  });

  test('and the embedded database has no space for its log, every call is refused at once, and it opens again when there is', async (context) => {
    const disk = mountSmallDisk(160);
    if (disk === undefined) return context.skip(cannotMount);
    onTestFinished(() => disk.remove());
    const template = await createEmbeddedDirectory();
    const data = join(disk.folder, 'data');
    cpSync(template, data, { recursive: true });
    rmSync(template, { recursive: true, force: true });
    const db = await openEmbeddedDatabase({ dataDir: data, fsync: true });
    onTestFinished(() => db.close());
    const heard: string[] = [];
    await db.listen('full_disk', (payload) => heard.push(payload));
    await db.script('create table full_disk_test (number integer)');
    const insert = (number: number) => db.query(insertStatement, [number]);
    await insert(1);
    const openFiles = readdirSync('/proc/self/fd').length;

    disk.fill();
    const fillLog = async () => {
      for (let megabytes = 0; megabytes < 160; megabytes += 1) await db.query(longMessageStatement, []);
    };
    await expect(fillLog()).rejects.toThrow(DatabaseUnavailable);
    const startedMs = performance.now();
    await expect(insert(2)).rejects.toThrow(DatabaseUnavailable);
    const transaction = db.transaction((sql) => sql.query(insertStatement, [3]));
    await expect(transaction).rejects.toThrow(DatabaseUnavailable);
    await expect(db.beat(insertStatement, [4])).rejects.toThrow(DatabaseUnavailable);
    expect(performance.now() - startedMs).toBeLessThan(1_000);

    disk.release();
    await eventually(
      'it writes again',
      20_000,
      () => insert(5).then(() => 'written', String),
      (said) => said === 'written',
    );
    expect(await db.query(rowsStatement, [])).toEqual([{ numbers: [1, 5] }]);
    // Its listeners hear again, and were told that they may have missed something.
    expect(heard).toEqual(['']);
    await db.query(notifyStatement, []);
    await expect.poll(() => heard).toEqual(['', 'again']);
    expect(readdirSync('/proc/self/fd').length).toBeLessThan(openFiles + 20);
  });
});

const insertStatement = statement<never>('full_disk_test_insert', 'insert into full_disk_test values ($1)');
const rowsStatement = statement<{ numbers: number[] }>(
  'full_disk_test_rows',
  'select array_agg(number order by number) as numbers from full_disk_test',
);
const longMessageStatement = statement<never>(
  'full_disk_test_long_message',
  `select pg_logical_emit_message(true, 'test', repeat('x', 1000000))`,
);
const notifyStatement = statement<never>('full_disk_test_notify', `select pg_notify('full_disk', 'again')`);
