import { createLogger } from '../http/logger.ts';
import { createApiKey } from '../storage/create-api-key.ts';
import { makeSessionSigningKey } from '../storage/make-session-signing-key.ts';
import { signingOverlapMs } from '../storage/published.ts';
import { listApiKeys, revokeApiKeyRow } from '../storage/queries/api-keys.ts';
import { retireSessionSigningKeys } from '../storage/queries/session-signing-keys.ts';
import { publishConfig } from '../storage/queries/tenants.ts';
import { reseal } from '../storage/reseal.ts';
import { chooseTenant } from './choose-tenant.ts';
import { CommandMistake } from './command.ts';
import type { Command } from './command.ts';
import { printList } from './print-list.ts';
import { readOptions } from './read-options.ts';
import { recordCliAudit } from './record-cli-audit.ts';
import { withStorage } from './with-storage.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const keys: Command = {
  name: 'keys',
  summary: 'Create, list and revoke API keys; rotate signing and master keys.',
  help: `Usage: sallyport keys create [--kind server|management] [--name NAME] [--tenant ID]
       sallyport keys list [--tenant ID] [--json]
       sallyport keys revoke KEY_ID [--tenant ID]
       sallyport keys rotate-signing [--tenant ID]
       sallyport keys reseal

A server key is for the API under /v1, a management key for the one under /v1/management. A key is shown only once, when it
is created; afterwards it is looked up by its digest. Running nodes apply a change within five seconds.
You can omit --tenant if there is only one tenant.

"rotate-signing" creates a new key for session access tokens. It is published at once and signs a minute later; the old one
verifies until its last token has expired.

"reseal" moves every secret in the database to the first key of SALLYPORT_MASTER_KEY, while servers run. Start all nodes
with the new key first and the old one after it, reseal, then remove the old one. If it is interrupted, run it again.

--create creates the embedded database if there is none. Only one process can use it: stop the server first, or use PostgreSQL.
`,
  async run(words) {
    const [verb, ...rest] = words;
    if (verb === 'create') return createKey(rest);
    if (verb === 'list') return listKeys(rest);
    if (verb === 'revoke') return revokeKey(rest);
    if (verb === 'rotate-signing') return rotateSigning(rest);
    if (verb === 'reseal') return resealAll(rest);
    throw new CommandMistake(
      'Say "keys create", "keys list", "keys revoke", "keys rotate-signing" or "keys reseal". See "sallyport keys --help".',
    );
  },
};

async function createKey(words: readonly string[]): Promise<void> {
  const { options, flags } = readOptions(words, ['kind', 'name', 'tenant'], { flags: ['create'] });
  const { kind = 'server', name = 'unnamed' } = options;
  if (kind !== 'server' && kind !== 'management') throw new CommandMistake('--kind must be server or management.');
  await withStorage(flags.has('create'), async ({ db, seal, runtime }) => {
    const made = await db.transaction(async (sql) => {
      const tenantId = await chooseTenant(sql, options.tenant);
      const key = await createApiKey(sql, { runtime, seal }, { tenantId, kind, name });
      await publishConfig(sql, tenantId);
      await recordCliAudit(sql, runtime, tenantId, 'api_key.created', { keyId: key.keyId, kind, name });
      return key;
    });
    process.stdout.write(`Key id: ${made.keyId}\nKey:    ${made.key}\nThis key is not shown again.\n`);
  });
}

async function listKeys(words: readonly string[]): Promise<void> {
  const { options, flags } = readOptions(words, ['tenant'], { flags: ['create', 'json'] });
  await withStorage(flags.has('create'), async ({ db }) => {
    const keysOfTenant = await listApiKeys(db, await chooseTenant(db, options.tenant));
    const items = keysOfTenant.map((key) => ({
      keyId: key.keyId,
      kind: key.kind,
      createdAt: timeOf(key.createdAt),
      revokedAt: timeOf(key.revokedAt),
      expiresAt: timeOf(key.expiresAt),
      lastUsedAt: timeOf(key.lastUsedAt),
      name: key.name,
    }));
    printList(['keyId', 'kind', 'createdAt', 'revokedAt', 'expiresAt', 'lastUsedAt', 'name'], items, flags.has('json'));
  });
}

function timeOf(timeMs: number | null): string | null {
  return timeMs === null ? null : new Date(timeMs).toISOString();
}

async function revokeKey(words: readonly string[]): Promise<void> {
  const { options, flags, positionals } = readOptions(words, ['tenant'], { flags: ['create'], positionalsMax: 1 });
  const [keyId] = positionals;
  if (keyId === undefined || !uuid.test(keyId)) {
    throw new CommandMistake(
      'Name the key by its id: "sallyport keys revoke KEY_ID". Ids are in "sallyport keys list".',
    );
  }
  await withStorage(flags.has('create'), async ({ db, runtime }) => {
    await db.transaction(async (sql) => {
      const tenantId = await chooseTenant(sql, options.tenant);
      if (!(await revokeApiKeyRow(sql, tenantId, keyId, runtime.clock.now()))) {
        throw new CommandMistake(`The tenant has no active key ${keyId}.`);
      }
      await publishConfig(sql, tenantId);
      await recordCliAudit(sql, runtime, tenantId, 'api_key.revoked', { keyId });
    });
    process.stdout.write(`Revoked ${keyId}. Running nodes refuse it within five seconds.\n`);
  });
}

async function rotateSigning(words: readonly string[]): Promise<void> {
  const { options, flags } = readOptions(words, ['tenant'], { flags: ['create'] });
  await withStorage(flags.has('create'), async ({ db, seal, runtime }) => {
    const keyId = await db.transaction(async (sql) => {
      const tenantId = await chooseTenant(sql, options.tenant);
      await retireSessionSigningKeys(sql, tenantId, runtime.clock.now() - signingOverlapMs);
      const made = await makeSessionSigningKey(sql, { runtime, seal }, tenantId);
      await publishConfig(sql, tenantId);
      await recordCliAudit(sql, runtime, tenantId, 'signing_key.rotated', { keyId: made });
      return made;
    });
    process.stdout.write(`Key id: ${keyId}\nIt is published now and signs in a minute.\n`);
  });
}

async function resealAll(words: readonly string[]): Promise<void> {
  const { flags } = readOptions(words, [], { flags: ['create'] });
  await withStorage(flags.has('create'), async ({ db, seal }) => {
    const resealed = await reseal(db, seal);
    if (resealed > 0) createLogger('info', process.stderr).info({ resealed }, 'sealed anew by the command line');
    process.stdout.write(
      resealed === 0
        ? 'Everything is sealed under the first master key. The other keys are no longer needed.\n'
        : `Sealed ${resealed} values under the first master key. Run it again: servers with another first key may have sealed more in the meantime.\n`,
    );
  });
}
