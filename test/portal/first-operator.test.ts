/** The first operator of a production install, and the only admin who has lost their passkey, by the command line alone. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { softwareKey } from '../../src/testkit/authenticator.ts';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { doorOf, fromPage, redeem, signedIn } from '../rig/portal.ts';
import { runProgram } from '../rig/run-program.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';

const origin = 'https://auth.bank.example';

describe.each(['embedded', 'postgres'] as const)('on the %s database', (kind) => {
  const cleaning: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const clean of cleaning.reverse()) await clean();
  });

  test('an invitation lets in, and a later one lets in again and the old passkey no longer', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'sallyport-portal-'));
    cleaning.push(() => rm(dataDir, { recursive: true, force: true }));
    const database = kind === 'postgres' ? await createPostgresDatabase() : undefined;
    const variables = {
      ...testCredentials(),
      NODE_ENV: 'production',
      SALLYPORT_PUBLIC_URL: origin,
      SALLYPORT_DATA_DIR: dataDir,
      ...(database === undefined ? {} : { DATABASE_URL: database }),
    };
    // Makes the first tenant.
    await (await startServer(variables)).stop();

    async function invite(): Promise<string> {
      const run = await runProgram(['operators', 'invite', '--email', 'ada@bank.example'], variables);
      expect(run.code, run.stderr).toBe(0);
      const secret = /^https:\/\/auth\.bank\.example\/portal\/invitation#([\w-]{43})\n/.exec(run.stdout)?.[1];
      return secret ?? '';
    }

    const tenantId = variables.SALLYPORT_TENANT_ID;
    const first = await invite();
    const server = await startServer(variables);
    const door = doorOf(server.url, origin);
    const came = await redeem(door, first, softwareKey());
    expect(came.body, came.text).toMatchObject({
      email: 'ada@bank.example',
      tenants: [{ tenantId, roles: ['ADMIN'] }],
    });
    const lost = signedIn(door, softwareKey(), came, tenantId);
    expect((await lost.call('GET', '/v1/portal/members')).body).toMatchObject([{ isActive: true }]);
    await server.stop();

    const again = await invite();
    const restarted = await startServer(variables);
    cleaning.push(() => restarted.stop());
    const after = doorOf(restarted.url, origin);
    expect((await fromPage(after, '/v1/portal/invitations/redeem', { invitation: first })).status).toBe(410);
    const back = await redeem(after, again, softwareKey());
    expect(back.status, back.text).toBe(200);
    const old = signedIn(after, softwareKey(), came, tenantId);
    expect((await old.call('GET', '/v1/portal/session')).status).toBe(401);
    const run = await runProgram(['operators', 'list', '--json'], variables).catch(() => undefined);
    if (kind === 'postgres')
      expect(JSON.parse(run?.stdout ?? '')).toMatchObject([{ roles: 'ADMIN', email: 'ada@bank.example' }]);
  });
});
