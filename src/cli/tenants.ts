import { createApiKey } from '../storage/create-api-key.ts';
import { createTenant } from '../storage/create-tenant.ts';
import { listTenants, publishConfig } from '../storage/queries/tenants.ts';
import { CommandMistake } from './command.ts';
import type { Command } from './command.ts';
import { printList } from './print-list.ts';
import { readOptions } from './read-options.ts';
import { recordCliAudit } from './record-cli-audit.ts';
import { withStorage } from './with-storage.ts';

export const tenants: Command = {
  name: 'tenants',
  summary: 'Create and list tenants.',
  help: `Usage: sallyport tenants create --name NAME [--create]
       sallyport tenants list [--json]

A tenant has its own users, keys, rules and settings; tenants cannot see each other. "create" prints the tenant's id, a
server key and a management key. The keys are not shown again.

--create creates the embedded database if there is none. Only one process can use it: stop the server first, or use PostgreSQL.
`,
  async run(words) {
    const [verb, ...rest] = words;
    if (verb === 'create') return createNamed(rest);
    if (verb === 'list') return list(rest);
    throw new CommandMistake('Say "tenants create" or "tenants list". See "sallyport tenants --help".');
  },
};

async function createNamed(words: readonly string[]): Promise<void> {
  const { options, flags } = readOptions(words, ['name'], { flags: ['create'] });
  const { name } = options;
  if (name === undefined || name.trim() === '') throw new CommandMistake('Give the tenant a name: --name NAME.');
  await withStorage(flags.has('create'), async ({ db, seal, runtime }) => {
    const tenantId = runtime.ids.uuid();
    const made = await db.transaction(async (sql) => {
      const parts = { runtime, seal };
      await createTenant(sql, parts, { tenantId, name });
      const server = await createApiKey(sql, parts, { tenantId, kind: 'server', name: 'first' });
      const management = await createApiKey(sql, parts, { tenantId, kind: 'management', name: 'first' });
      await publishConfig(sql, tenantId);
      const keyIds = [server.keyId, management.keyId];
      await recordCliAudit(sql, runtime, tenantId, 'tenant.created', { name, keyIds });
      return { server, management };
    });
    process.stdout.write(
      `Tenant id:      ${tenantId}\nSecret key:     ${made.server.key}\nManagement key: ${made.management.key}\nThe keys are not shown again.\n`,
    );
  });
}

async function list(words: readonly string[]): Promise<void> {
  const { flags } = readOptions(words, [], { flags: ['create', 'json'] });
  await withStorage(flags.has('create'), async ({ db }) => {
    const items = (await listTenants(db)).map((tenant) => ({
      tenantId: tenant.tenantId,
      createdAt: new Date(tenant.createdAt).toISOString(),
      name: tenant.name,
    }));
    printList(['tenantId', 'createdAt', 'name'], items, flags.has('json'));
  });
}
