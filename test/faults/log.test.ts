/** F12, F13: a log that cannot be written costs lines of the log, counted, and nothing else. */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask, eventually } from '../rig/api.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';
import { mountSmallDisk } from '../rig/small-disk.ts';

const credentials = testCredentials();
const key = credentials.SALLYPORT_SECRET_KEY;

/** Asks as often for something that costs nothing but its line of the log, all on one connection. */
function makeLines({ url }: ServerProcess, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let [answers, tail] = [0, ''];
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.setEncoding('latin1').on('data', (text: string) => {
      const pieces = (tail + text).split('{"status":"alive"}');
      answers += pieces.length - 1;
      tail = pieces.at(-1) ?? '';
      if (answers >= count) socket.destroy();
    });
    socket.on('close', () => (answers >= count ? resolve() : reject(new Error(`Only ${answers} answers came.`))));
    socket.on('error', reject);
    socket.write('GET /livez HTTP/1.1\r\nHost: h\r\n\r\n'.repeat(count));
  });
}

const metricOf = async ({ url }: ServerProcess, name: string) =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec((await ask(url, 'GET', '/metrics')).text)?.[1]);

/** More than what may wait for a reader: 2 MB, of lines with some 200 characters. */
const linesOfFullBuffer = 14_000;

describe('F13: a server whose standard output is a pipe that nobody reads', () => {
  test('answers as ever, counts the lines that it loses, keeps its audit events, and stops when it is told to', async () => {
    const url = await createPostgresDatabase();
    const server = await startServer({ ...credentials, DATABASE_URL: url, SALLYPORT_LOG_LEVEL: 'trace' }, 'unread');
    await makeLines(server, linesOfFullBuffer);
    expect(await metricOf(server, 'sallyport_log_lines_lost_total')).toBeGreaterThan(0);
    await eventually(
      'it says so',
      5_000,
      async () => server.output(),
      (text) => /not read/.test(text),
    );

    const tracked = await ask(server.url, 'POST', '/v1/users/u/actions/pay', { key, body: {} });
    expect(tracked.status, tracked.text).toBe(200);
    const limits = await ask(server.url, 'PATCH', '/v1/management/tenant', {
      key: credentials.SALLYPORT_MANAGEMENT_KEY,
      body: { name: 'Renamed' },
    });
    expect(limits.status, limits.text).toBe(200);
    const client = new Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query(`select 1 from audit_events where event_type like 'tenant%'`);
    await client.end();
    expect(rows).toHaveLength(1);

    const startedMs = performance.now();
    server.signal('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(15_000);
  });
});

describe('F12: a server whose log is a file on a full disk', () => {
  test('answers as ever, counts the lines that it loses, says so on standard error, and goes on writing when there is space', async (context) => {
    const disk = mountSmallDisk(4);
    if (disk === undefined) return context.skip('Only root may mount a disk to fill.');
    const path = join(disk.folder, 'log');
    const log = openSync(path, 'a');
    onTestFinished(() => {
      closeSync(log);
      disk.remove();
    });
    const server = await startServer(
      { ...credentials, DATABASE_URL: await createPostgresDatabase(), SALLYPORT_LOG_LEVEL: 'info' },
      log,
    );
    const track = () => ask(server.url, 'POST', '/v1/users/u/actions/pay', { key, body: {} });
    disk.fill();
    await makeLines(server, linesOfFullBuffer);
    expect((await track()).status).toBe(200);
    expect(await metricOf(server, 'sallyport_log_lines_lost_total')).toBeGreaterThan(0);
    await eventually(
      'it says so',
      5_000,
      async () => server.output(),
      (text) => /ENOSPC/.test(text),
    );
    expect(server.output().trimEnd().split('\n')).toHaveLength(1);

    disk.release();
    await eventually(
      'the log goes on',
      5_000,
      async () => readFileSync(path, 'utf8'),
      (text) => /lines were lost/.test(text),
    );
    const lost = await metricOf(server, 'sallyport_log_lines_lost_total');
    await track();
    await server.stop();
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    // All but the greeting, which is for people.
    const entries = lines
      .filter((line) => !/^(Sallyport is ready|The first tenant) /.test(line))
      .map((line) => JSON.parse(line));
    expect(entries.find(({ msg }) => /lines were lost/.test(msg))).toMatchObject({ level: 40, lines: lost });
    expect(entries.at(-1).msg).toBe('stopped');
  });
});
