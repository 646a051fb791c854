/** What only the embedded database must prove: that it loses nothing, waits for the disk, and stays small. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { embeddedTemplate } from '../testkit/embedded-databases.ts';
import { DataDirectoryInUse } from './data-directory.ts';
import { openEmbeddedDatabase } from './pglite-database.ts';
import type { EmbeddedDatabase } from './pglite-database.ts';
import { statement } from './sql.ts';

const insert = statement('test_insert', 'insert into entry (id, filler) values ($1, $2)');
const count = statement<{ count: number }>('test_count', 'select count(*) from entry');
const ids = statement<{ id: number }>('test_ids', 'select id from entry order by id');
const setting = statement<{ value: string }>('pglite_test_setting', 'select current_setting($1) as value');

let folder: string;
let dataDir: string;

// Far more than it takes, because the machine may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-pglite-'));
  dataDir = join(folder, 'data');
  const before = process.memoryUsage().rss;
  const db = await openEmbeddedDatabase({ dataDir, fsync: true });
  firstStartMb = (process.memoryUsage().rss - before) / 1e6;
  isDurable = db.isDurable;
  await db.script('create table entry (id int primary key, filler text)');
  await db.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let firstStartMb: number;
let isDurable: boolean;

async function withDatabase<Result>(work: (db: EmbeddedDatabase) => Promise<Result>, fsync = true): Promise<Result> {
  const db = await openEmbeddedDatabase({ dataDir, fsync });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

test('a first start is durable, leaves nothing half-made, and costs this process less than initdb takes', () => {
  expect(isDurable).toBe(true);
  expect(readdirSync(dataDir).sort()).toEqual(['database', 'sallyport.lock']);
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  expect(statSync(join(dataDir, 'database')).mode & 0o777).toBe(0o700);
  expect(firstStartMb).toBeLessThan(350);
});

test('every commit waits for the disk, and reads do not', async () => {
  await withDatabase(async (db) => {
    expect(db.isDurable).toBe(true);
    let before = db.syncCount();
    for (let id = 1; id <= 10; id += 1) await db.query(insert, [-id, 'synced']);
    expect(db.syncCount() - before).toBeGreaterThanOrEqual(10);
    before = db.syncCount();
    await db.transaction(async (sql) => {
      for (let id = 11; id <= 20; id += 1) await sql.query(insert, [-id, 'synced']);
    });
    expect(db.syncCount() - before).toBeLessThanOrEqual(3);
    before = db.syncCount();
    for (let time = 0; time < 10; time += 1) await db.query(count, []);
    expect(db.syncCount()).toBe(before);
  });
});

test('without fsync it reports that it is not durable', async () => {
  await withDatabase(async (db) => {
    expect(db.isDurable).toBe(false);
    expect(await db.query(setting, ['fsync'])).toEqual([{ value: 'off' }]);
  }, false);
});

test('a second opener of the same directory is refused, in this process and in another', async () => {
  await withDatabase(async () => {
    await expect(openEmbeddedDatabase({ dataDir, fsync: true })).rejects.toThrow(DataDirectoryInUse);
    const other = await runChild(`await openEmbeddedDatabase({ dataDir, fsync: true });`);
    expect(other.errors).toContain(`is in use by process ${process.pid} on host`);
  });
  await withDatabase((db) => db.query(count, []));
});

test('a process killed with SIGKILL while writing loses no row it had acknowledged, in every round', async () => {
  // A whole server on this database is killed more often, by test/faults/kill9.test.ts.
  const kills = process.env['TEST_LONG'] === '1' ? 10 : 3;
  for (let kill = 1; kill <= kills; kill += 1) {
    const start = kill * 1_000_000;
    const { lines } = await runChild(
      `
        const db = await openEmbeddedDatabase({ dataDir, fsync: true });
        const insert = { name: 'insert', text: 'insert into entry (id, filler) values ($1, $2)' };
        for (let id = ${start}; ; id += 1) {
          await db.query(insert, [id, 'x'.repeat(500)]);
          console.log(id);
          if (id % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
      `,
      // At a different moment each time.
      20 + kill * 37,
    );
    const acknowledged = lines.map(Number);
    expect(acknowledged.length).toBeGreaterThanOrEqual(20 + kill * 37);
    const found = await withDatabase(async (db) => new Set((await db.query(ids, [])).map(({ id }) => id)));
    expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
  }
});

test('a start that was killed while the database was being created starts over', async () => {
  const killed = join(folder, 'killed');
  const child = startChild(`await openEmbeddedDatabase({ dataDir: ${JSON.stringify(killed)}, fsync: true });`);
  await expect.poll(() => existsSync(killed) && readdirSync(killed).length, { timeout: 20_000 }).toBe(2);
  await new Promise((resolve) => setTimeout(resolve, 500));
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  expect(existsSync(join(killed, 'database'))).toBe(false);
  const db = await openEmbeddedDatabase({ dataDir: killed, fsync: true });
  expect(await db.query(setting, ['TimeZone'])).toEqual([{ value: 'UTC' }]);
  await db.close();
  // The killed process's own child notices its end, and removes what it had made.
  await expect.poll(() => readdirSync(killed).sort(), { timeout: 60_000 }).toEqual(['database', 'sallyport.lock']);
});

test('the write-ahead log does not grow without limit', async () => {
  await withDatabase(async (db) => {
    // Written to the log, and to nothing else.
    const fill = statement('test_fill', `select pg_logical_emit_message(true, 'test', repeat('x', 160000))`);
    // About 250 MB of log.
    for (let time = 0; time < 1_600; time += 1) await db.query(fill, []);
  });
  const wal = join(dataDir, 'database', 'pg_wal');
  const bytes = readdirSync(wal).reduce((sum, name) => sum + statSync(join(wal, name)).size, 0);
  expect(bytes / 2 ** 20).toBeLessThan(180);
});

test('opening it again adds less than 200 MB to a process', async () => {
  const { lines } = await runChild(`
    const before = process.memoryUsage().rss;
    const db = await openEmbeddedDatabase({ dataDir, fsync: true });
    for (let time = 0; time < 500; time += 1) await db.query({ name: 'count', text: 'select count(*) from entry' }, []);
    console.log((process.memoryUsage().rss - before) / 1e6);
    await db.close();
  `);
  expect(Number(lines[0])).toBeLessThan(200);
});

test('a dump opens as an independent copy', async () => {
  const template = await embeddedTemplate();
  const first = await openEmbeddedDatabase({ dataDir: undefined, loadDataDir: template, fsync: false });
  await first.script(`create table entry (id int primary key, filler text); insert into entry values (1, 'a')`);
  const loadDataDir = await first.dump();
  const [second, third] = [
    await openEmbeddedDatabase({ dataDir: undefined, loadDataDir, fsync: false }),
    await openEmbeddedDatabase({ dataDir: undefined, loadDataDir, fsync: false }),
  ];
  await second.query(insert, [2, 'b']);
  expect(await first.query(ids, [])).toEqual([{ id: 1 }]);
  expect(await second.query(ids, [])).toEqual([{ id: 1 }, { id: 2 }]);
  expect(await third.query(ids, [])).toEqual([{ id: 1 }]);
  await Promise.all([first.close(), second.close(), third.close()]);
});

test('it finishes what was begun before it closes', async () => {
  const db = await openEmbeddedDatabase({ dataDir: undefined, loadDataDir: await embeddedTemplate(), fsync: false });
  await db.script('create table entry (id int primary key, filler text)');
  const work = Array.from({ length: 300 }, (_, id) => db.query(insert, [id, 'x']));
  const slow = db.transaction(async (sql) => {
    await sql.query(insert, [1_000, 'x']);
    await new Promise((resolve) => setTimeout(resolve, 50));
    return (await sql.query(count, []))[0]?.count;
  });
  await db.close();
  await Promise.all(work);
  expect(await slow).toBe(301);
});

/** The options are those of Node. */
function startChild(program: string, options: readonly string[] = []): ReturnType<typeof spawn> {
  const module = new URL('./pglite-database.ts', import.meta.url).href;
  const preamble = `
    import { openEmbeddedDatabase } from ${JSON.stringify(module)};
    const dataDir = ${JSON.stringify(dataDir)};
  `;
  return spawn(process.execPath, [...options, '--import', 'tsx', '--input-type=module', '-e', preamble + program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs a program in a process of its own and returns the lines that it wrote; kills it after `killAfter` lines. */
async function runChild(program: string, killAfter = Infinity): Promise<{ lines: string[]; errors: string }> {
  // One that is killed lives too shortly for its compiled database to be worth optimising.
  const child = startChild(program, killAfter === Infinity ? [] : ['--liftoff-only']);
  const lines: string[] = [];
  let errors = '';
  if (child.stdout === null || child.stderr === null) throw new Error('No pipes.');
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    if (lines.length === killAfter) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.once('close', resolve));
  if (killAfter !== Infinity && lines.length < killAfter) throw new Error(errors);
  return { lines, errors };
}
