import { createApiKey } from '../storage/create-tenant.ts';
import { listApiKeys, revokeApiKeyRow } from '../storage/queries/api-keys.ts';
import { publishConfig } from '../storage/queries/tenants.ts';
import { chooseTenant } from './choose-tenant.ts';
import { CommandMistake } from './command.ts';
import type { Command } from './command.ts';
import { readOptions } from './read-options.ts';
import { withStorage } from './with-storage.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const keys: Command = {
  name: 'keys',
  summary: 'Create, list and revoke API keys.',
  help: `Usage: sallyport keys create [--kind server|management] [--name NAME] [--tenant ID]
       sallyport keys list [--tenant ID]
       sallyport keys revoke KEY_ID [--tenant ID]

A server key calls the API under /v1, a management key the one under /v1/management. A key is shown once, when it is
made; only its digest is looked up afterwards. Running nodes take a change over within five seconds.
--tenant may be left out while there is one tenant.

The embedded database belongs to one process: stop the server first, or use PostgreSQL.
`,
  async run(words) {
    const [verb, ...rest] = words;
    if (verb === 'create') return createKey(rest);
    if (verb === 'list') return listKeys(rest);
    if (verb === 'revoke') return revokeKey(rest);
    throw new CommandMistake('Say "keys create", "keys list" or "keys revoke". See "sallyport keys --help".');
  },
};

async function createKey(words: readonly string[]): Promise<void> {
  const { options } = readOptions(words, ['kind', 'name', 'tenant']);
  const { kind = 'server', name = 'unnamed' } = options;
  if (kind !== 'server' && kind !== 'management') throw new CommandMistake('--kind must be server or management.');
  await withStorage(async ({ db, seal, runtime }) => {
    const made = await db.transaction(async (sql) => {
      const tenantId = await chooseTenant(sql, options.tenant);
      const key = await createApiKey(sql, { runtime, seal }, { tenantId, kind, name });
      await publishConfig(sql, tenantId);
      return key;
    });
    process.stdout.write(`Key id: ${made.keyId}\nKey:    ${made.key}\nIt is shown this once.\n`);
  });
}

async function listKeys(words: readonly string[]): Promise<void> {
  const { options } = readOptions(words, ['tenant']);
  await withStorage(async ({ db }) => {
    for (const key of await listApiKeys(db, await chooseTenant(db, options.tenant))) {
      const created = new Date(key.created_at).toISOString();
      const ended = key.revoked_at === null ? 'active' : `revoked ${new Date(key.revoked_at).toISOString()}`;
      const used = key.last_used_at === null ? '' : `, last used ${new Date(key.last_used_at).toISOString()}`;
      process.stdout.write(`${key.key_id}  ${key.kind.padEnd(10)}  ${created}  ${ended}${used}  ${key.name}\n`);
    }
  });
}

async function revokeKey(words: readonly string[]): Promise<void> {
  const { options, positionals } = readOptions(words, ['tenant'], 1);
  const [keyId] = positionals;
  if (keyId === undefined || !uuid.test(keyId)) {
    throw new CommandMistake(
      'Name the key by its id: "sallyport keys revoke KEY_ID". Ids are in "sallyport keys list".',
    );
  }
  await withStorage(async ({ db, runtime }) => {
    await db.transaction(async (sql) => {
      const tenantId = await chooseTenant(sql, options.tenant);
      if (!(await revokeApiKeyRow(sql, tenantId, keyId, runtime.clock.now()))) {
        throw new CommandMistake(`The tenant has no active key ${keyId}.`);
      }
      await publishConfig(sql, tenantId);
    });
    process.stdout.write(`Revoked ${keyId}. Running nodes refuse it within five seconds.\n`);
  });
}
