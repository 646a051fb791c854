import { verifyAuditChain } from '../jobs/verify-audit-chain.ts';
import { listTenants } from '../storage/queries/tenants.ts';
import { CommandMistake } from './command.ts';
import type { Command } from './command.ts';
import { readOptions } from './read-options.ts';
import { withStorage } from './with-storage.ts';

export const audit: Command = {
  name: 'audit',
  summary: 'Verify the audit log.',
  help: `Usage: sallyport audit verify

Recomputes the hash chain of every tenant's audit log and says where it does not hold. Exit code 1 if any does not.
`,
  async run(words) {
    const [verb, ...rest] = words;
    if (verb !== 'verify') throw new CommandMistake('Say "audit verify". See "sallyport audit --help".');
    readOptions(rest, []);
    const broken = await withStorage(async ({ db }) => {
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
  },
};
