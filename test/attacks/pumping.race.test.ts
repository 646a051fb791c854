/** Worry: an attacker who asks two nodes at once gets more texts than one who asks one after the other. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask } from '../rig/api.ts';
import { runHere } from '../rig/run-here.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const credentials = { ...testCredentials(), SALLYPORT_PUBLIC_URL: 'http://localhost:4000' };
const tries = 40;

describe('two server processes on one PostgreSQL', () => {
  const nodes: ServerProcess[] = [];
  let url = '';
  beforeAll(async () => {
    url = await createPostgresDatabase();
    nodes.push(await startServer({ ...credentials, DATABASE_URL: url }));
    nodes.push(await startServer({ ...credentials, DATABASE_URL: url }));
  });
  afterAll(async () => {
    for (const node of nodes) await node.stop();
  });

  const urlOf = (n: number) => nodes[n % nodes.length]?.url ?? '';
  const configure = (method: string, body: object) =>
    ask(urlOf(0), method, '/v1/management/authenticator-configurations/sms', {
      key: credentials.SALLYPORT_MANAGEMENT_KEY,
      body,
    });
  const send = async (n: number, phoneNumber: string, more: object = {}) => {
    const body = { verificationMethod: 'SMS', action: 'signIn', phoneNumber, ...more };
    return (await ask(urlOf(n), 'POST', '/v1/challenge', { key: credentials.SALLYPORT_SECRET_KEY, body })).status;
  };
  /** How many of them are sent, asked all at once, half on each node. */
  async function race(numberOf: (n: number) => string, more: object = {}): Promise<number> {
    const all = await Promise.all(Array.from({ length: tries }, (_none, n) => send(n, numberOf(n), more)));
    for (const status of all) expect([200, 429]).toContain(status);
    return all.filter((status) => status === 200).length;
  }
  const digits = (n: number) => String(n).padStart(4, '0');

  test('A26: one unanswered send for each range of an attacked country, and not more than the limits of range and address', async () => {
    const alert = { countryBreaker: { minimumSends: 1, minimumShare: 100 } };
    const limit = { rateLimit: 3, windowInMinutes: 60 };
    expect((await configure('POST', { smsCountryCodes: ['PT'], pumpingProtection: alert })).status).toBe(200);
    // The other node has the settings as well.
    await expect.poll(() => send(1, '+351911119999'), { timeout: 10_000 }).toBe(200);
    expect(await race((n) => `+35191222${digits(n)}`)).toBe(1);

    const withLimits = { rangeLimit: limit, addressLimit: limit, countryBreaker: { minimumSends: 1, minimumShare: 0 } };
    const loose = { ...withLimits, rangeBreaker: { minimumSends: 1, minimumShare: 0 } };
    expect((await configure('PATCH', { pumpingProtection: loose })).status).toBe(200);
    await expect.poll(() => send(1, '+351912228888'), { timeout: 10_000 }).toBe(200);
    expect(await race((n) => `+35191333${digits(n)}`)).toBe(3);
    expect(await race((n) => `+3519${10 + n}444000${n % 10}`, { ipAddress: '198.51.100.7' })).toBeLessThanOrEqual(3);
  });

  test('sallyport pumping replay judges what is stored by other settings, and changes nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-replay-'));
    const file = join(folder, 'settings.json');
    const replay = async (settings: string) => {
      await writeFile(file, settings);
      return runHere(['pumping', 'replay', '--json', '--days', '1', '--settings', file], {
        ...credentials,
        DATABASE_URL: url,
      });
    };
    type Line = Readonly<Record<'country' | 'decision' | 'reason' | 'texts' | 'entered' | 'wereSent', string>>;
    const linesOf = ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }) => {
      expect(stderr).toBe('');
      return JSON.parse(stdout) as readonly Line[];
    };
    const first = linesOf(await replay('{}'));
    const total = first.reduce((sum, { texts }) => sum + Number(texts), 0);
    expect(total).toBeGreaterThanOrEqual(3 * tries);
    const [line, ...others] = linesOf(await replay('{"smsCountryCodes": ["NZ"]}'));
    expect([line, others]).toMatchObject([
      { country: 'PT', decision: 'refused', reason: 'country', texts: `${total}` },
      [],
    ]);
    expect(linesOf(await replay('{}'))).toEqual(first);
    expect(await replay('{"pumpingProtection": {"moed": "block"}}')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('pumpingProtection has no member "moed"'),
    });
    await rm(folder, { recursive: true });
  });
});
