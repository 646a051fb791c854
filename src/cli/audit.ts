import { verifyAuditChain } from '../jobs/verify-audit-chain.ts';
import { listTenants } from '../storage/queries/tenants.ts';
import { loadAuditHead } from '../storage/queries/audit-chain.ts';
import { CommandMistake } from './command.ts';
import type { Command } from './command.ts';
import { printList } from './print-list.ts';
import { readOptions } from './read-options.ts';
import { withStorage } from './with-storage.ts';

export const audit: Command = {
  name: 'audit',
  summary: 'Verify the audit log; say how far it has come.',
  help: `Usage: sallyport audit verify
       sallyport audit head [--json]

"verify" recomputes the hash chain of every tenant's audit log and says where it does not hold. Exit code 1 if any does
not.

"head" prints position and hash of the end of each chain. Servers write the same into their log once a minute, for each
chain that has grown: keep either where whoever can change the database cannot, and a tail that was cut off shows.
`,
  async run(words) {
    const [verb, ...rest] = words;
    if (verb === 'verify') return verify(rest);
    if (verb === 'head') return printHeads(rest);
    throw new CommandMistake('Say "audit verify" or "audit head". See "sallyport audit --help".');
  },
};

async function verify(words: readonly string[]): Promise<void> {
  const { flags } = readOptions(words, [], { flags: ['create'] });
  const broken = await withStorage(flags.has('create'), async ({ db }) => {
    let count = 0;
    for (const tenant of await listTenants(db)) {
      const { linked, faults } = await verifyAuditChain(db, tenant.tenant_id);
      process.stdout.write(`${tenant.tenant_id}  ${linked} entries  ${faults.length === 0 ? 'holds' : 'BROKEN'}\n`);
      for (const fault of faults) process.stdout.write(`  ${fault}\n`);
      if (faults.length > 0) count += 1;
    }
    return count;
  });
  if (broken > 0)
    throw new CommandMistake(`The audit log of ${broken === 1 ? 'one tenant' : `${broken} tenants`} does not hold.`);
}

async function printHeads(words: readonly string[]): Promise<void> {
  const { flags } = readOptions(words, [], { flags: ['create', 'json'] });
  await withStorage(flags.has('create'), async ({ db }) => {
    const items: Record<string, string | null>[] = [];
    for (const { tenant_id: tenantId } of await listTenants(db)) {
      const head = await loadAuditHead(db, tenantId);
      items.push({ tenantId, position: String(head?.position ?? 0), hash: head?.hash.toString('hex') ?? null });
    }
    printList(['tenantId', 'position', 'hash'], items, flags.has('json'));
  });
}
