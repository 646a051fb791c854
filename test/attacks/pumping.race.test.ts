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
    for (;;) {
      const reply = await ask(urlOf(n), 'POST', '/v1/challenge', { key: credentials.SALLYPORT_SECRET_KEY, body });
      // So many at once of one user: nothing was sent, as Retry-After says.
      if (reply.status !== 503) return reply.status;
    }
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
    expect(await race((n) => `+35191${10 + n}4${digits(n)}`, { ipAddress: '8.8.8.8' })).toBe(3);
  });

  test('A26: not more than the limits of one number and of one user, whichever node is asked', async () => {
    const limit = { rateLimit: 3, windowInMinutes: 60 };
    const loose = { minimumSends: 1, minimumShare: 0 };
    const pumpingProtection = { rangeBreaker: loose, countryBreaker: loose };
    const settings = { smsCountryCodes: ['PT'], sendingRateLimitConfigurations: [limit], pumpingProtection };
    expect((await configure('PATCH', settings)).status).toBe(200);
    // The other node has them as well: its fourth text to a number is refused.
    await expect
      .poll(
        async () => {
          const number = `+351915550${String(Math.floor(Math.random() * 1000)).padStart(3, '0')}`;
          const statuses = [];
          for (let n = 0; n < 4; n += 1) statuses.push(await send(1, number));
          return statuses.at(-1);
        },
        { timeout: 10_000 },
      )
      .toBe(429);
    expect(await race(() => '+351916660000')).toBe(3);
    expect(await race((n) => `+35191${10 + n}7${digits(n)}`, { userId: 'one-user' })).toBe(3);
  });

  test('A26: the breaker of a range lets no more through than it takes to open, whichever node is asked', async () => {
    const pumpingProtection = {
      rangeBreaker: { minimumSends: 5, minimumShare: 20 },
      countryBreaker: { minimumSends: 1, minimumShare: 0 },
    };
    const many = [{ rateLimit: 100, windowInMinutes: 60 }];
    expect((await configure('PATCH', { sendingRateLimitConfigurations: many, pumpingProtection })).status).toBe(200);
    let range = 0;
    const openAfter = async () => {
      range += 1;
      const statuses = [];
      for (let n = 0; n < 7; n += 1) statuses.push(await send(1, `+351914${digits(range).slice(2)}000${n}`));
      return statuses.filter((status) => status === 200).length;
    };
    await expect.poll(openAfter, { timeout: 15_000 }).toBe(5);
    expect(await race((n) => `+35191777${digits(n)}`)).toBe(5);
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
