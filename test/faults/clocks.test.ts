/** F14: nodes whose machines disagree about the time agree about everything that expires. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEmbeddedDirectory, createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask, eventually } from '../rig/api.ts';
import { trackFor } from '../rig/proof-kind.ts';
import { enableTexts } from '../rig/phone.ts';
import { proofKinds } from '../rig/proofs.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';
import { wrongClocks } from '../rig/wrong-clock.ts';
import type { WrongClock } from '../rig/wrong-clock.ts';

const credentials = testCredentials();
const key = credentials.SALLYPORT_SECRET_KEY;
const managementKey = credentials.SALLYPORT_MANAGEMENT_KEY;
const unavailable = 'There is no libfaketime, and no Debian to take it from.';

let folder: string;
let clockAhead: ((seconds: number) => WrongClock) | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-clocks-'));
  clockAhead = await wrongClocks(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const issuedSeconds = (token: string): number =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).iat;
const validate = async (node: ServerProcess, token: string) =>
  (await ask(node.url, 'POST', '/v1/validate', { key, body: { token } })).body;

test("F14: a machine ten minutes ahead and one ten minutes behind issue and accept each other's codes and tokens by the database's time", async (context) => {
  if (clockAhead === undefined) return context.skip(unavailable);
  const variables = {
    ...credentials,
    DATABASE_URL: await createPostgresDatabase(),
    SALLYPORT_PUBLIC_URL: 'http://localhost:4998',
    SALLYPORT_LOG_LEVEL: 'warn',
  };
  const clocks = [clockAhead(600), clockAhead(-600)] as const;
  const [early, late] = await Promise.all([
    startServer({ ...variables, ...clocks[0].variables }),
    startServer({ ...variables, ...clocks[1].variables }),
  ]);
  for (const node of [early, late])
    await eventually(
      'it warns',
      2_000,
      async () => node.output(),
      (text) => /five minutes or more/.test(text),
    );

  await enableTexts({ node: early, managementKey });
  await eventually(
    'the other node knows of texts',
    10_000,
    async () => (await ask(late.url, 'GET', '/v1/authenticators', { key })).text,
    (text) => text.includes('WHATSAPP'),
  );

  const proveAcross = async (name: string) => {
    for (const [issuer, other] of [
      [early, late],
      [late, early],
    ] as const) {
      for (const kind of proofKinds) {
        const userId = `${name}-${kind.method}-${issuer === early ? 'early' : 'late'}`.toLowerCase();
        const ready = await kind.ready({ node: issuer, key, managementKey }, userId);
        expect(Math.abs(issuedSeconds(ready.token) - Date.now() / 1000), kind.name).toBeLessThan(10);
        expect(await ready.give(other), kind.name).toBe(true);
        expect((await validate(other, ready.token)).isValid, kind.name).toBe(true);
      }
    }
  };
  await proveAcross('before');

  // Both machines' clocks are set while the nodes run, as by an NTP client: nothing that they decide moves with them.
  const token = await trackFor({ node: early, key, managementKey }, 'holder');
  clocks[0].setAhead(-600);
  clocks[1].setAhead(600);
  for (const node of [early, late]) expect((await validate(node, token)).error).toBeUndefined();
  await proveAcross('after');
  for (const node of [early, late]) {
    expect((await ask(node.url, 'GET', '/readyz')).body).toEqual({ status: 'ready', missing: [] });
    await node.stop();
  }
});

// Nodes look at the database's clock once a minute.
describe.runIf(process.env['TEST_LONG'] !== undefined)('F14: a database whose clock is set', () => {
  test('forward expires tokens and says so; set back, it revives none', async (context) => {
    if (clockAhead === undefined) return context.skip(unavailable);
    // The embedded database has its machine's clock.
    const directory = await createEmbeddedDirectory();
    const clock = clockAhead(0);
    const node = await startServer({ ...credentials, SALLYPORT_DATA_DIR: directory, ...clock.variables });
    const token = await trackFor({ node, key, managementKey }, 'u');
    const read = async () => {
      const headers = { authorization: `Bearer ${token}` };
      return (await ask(node.url, 'GET', '/v1/client/user-authenticators', { headers })).status;
    };
    expect(await read()).toBe(200);
    clock.setAhead(660);
    await eventually('it has expired', 70_000, read, (status) => status === 401);
    await eventually(
      'it warns',
      2_000,
      async () => node.output(),
      (text) => /seconds later than it should/.test(text),
    );
    clock.setAhead(0);
    await eventually(
      'it warns',
      70_000,
      async () => node.output(),
      (text) => /660 seconds earlier/.test(text),
    );
    expect(await read()).toBe(401);
    expect((await ask(node.url, 'GET', '/metrics')).text).toMatch(/^sallyport_clock_steps_total 2$/m);
    await node.stop();
    await rm(directory, { recursive: true, force: true });
  }, 240_000);
});
