import { open } from 'node:fs/promises';
import { verifyAuditChain } from '../jobs/verify-audit-chain.ts';
import { verifyAuditExport } from '../jobs/verify-audit-export.ts';
import { listEveryTenant } from '../storage/queries/tenants.ts';
import { loadAuditHead } from '../storage/queries/audit-chain.ts';
import { CommandMistake } from './command.ts';
import type { Command } from './command.ts';
import { printList } from './print-list.ts';
import { readOptions } from './read-options.ts';
import { withStorage } from './with-storage.ts';

/** Told of one file at most. */
const faultsMax = 50;

export const audit: Command = {
  name: 'audit',
  summary: 'Verify the audit log; print where it ends.',
  help: `Usage: sallyport audit verify
       sallyport audit verify --file PATH
       sallyport audit head [--json]

"verify" recomputes the hash chain of every tenant's audit log and reports where it is broken. Exit code 1 if any
chain is broken. Where a tenant keeps entries only for a period, the chain begins after those that were removed.

With --file it checks a log that the portal has exported, and needs no database: that no entry was altered and, of a whole log,
that none is missing. Compare the head that it prints with one that was kept elsewhere: whoever can write the file can write
another that holds.

"head" prints the position and hash of each chain's end. Servers also log these once a minute for each chain that has
grown. Keep them where people who can change the database cannot change them: then removed entries can be detected.
`,
  async run(words) {
    const [verb, ...rest] = words;
    if (verb === 'verify') return verify(rest);
    if (verb === 'head') return printHeads(rest);
    throw new CommandMistake('Say "audit verify" or "audit head". See "sallyport audit --help".');
  },
};

async function verify(words: readonly string[]): Promise<void> {
  const { options, flags } = readOptions(words, ['file'], { flags: ['create'] });
  if (options.file !== undefined) return verifyFile(options.file);
  const broken = await withStorage(flags.has('create'), async ({ db }) => {
    let count = 0;
    for (const tenant of await listEveryTenant(db)) {
      const { linked, trimmed, faults } = await verifyAuditChain(db, tenant.tenantId);
      const removed = trimmed === undefined ? '' : ` (${trimmed} removed when their period was over)`;
      const state = faults.length === 0 ? 'holds' : 'BROKEN';
      process.stdout.write(`${tenant.tenantId}  ${linked} entries${removed}  ${state}\n`);
      for (const fault of faults) process.stdout.write(`  ${fault}\n`);
      if (faults.length > 0) count += 1;
    }
    return count;
  });
  if (broken > 0)
    throw new CommandMistake(`The audit log of ${broken === 1 ? 'one tenant' : `${broken} tenants`} does not hold.`);
}

async function verifyFile(path: string): Promise<void> {
  const file = await open(path).catch(() => {
    throw new CommandMistake(`The file ${path} cannot be read.`);
  });
  const report = await verifyAuditExport(file.readLines()).catch(() => {
    throw new CommandMistake(`The file ${path} cannot be read.`);
  });
  const { tenantId, entries, unlinked, isWhole, head, faults } = report;
  const not = unlinked === 0 ? '' : `, ${unlinked} of them not linked yet, so nothing vouches for those`;
  process.stdout.write(
    `${tenantId ?? 'No tenant'}  ${entries} entries (${isWhole ? 'a whole log' : 'a part of a log'}${not})  ${faults.length === 0 ? 'holds' : 'BROKEN'}\n`,
  );
  if (head !== undefined) process.stdout.write(`Head: position ${head.position}, hash ${head.hash}\n`);
  for (const fault of faults.slice(0, faultsMax)) process.stdout.write(`  ${fault}\n`);
  if (faults.length > faultsMax) process.stdout.write(`  And ${faults.length - faultsMax} more.\n`);
  if (faults.length > 0) throw new CommandMistake('The exported log does not hold.');
}

async function printHeads(words: readonly string[]): Promise<void> {
  const { flags } = readOptions(words, [], { flags: ['create', 'json'] });
  await withStorage(flags.has('create'), async ({ db }) => {
    const items: Record<string, string | null>[] = [];
    for (const { tenantId } of await listEveryTenant(db)) {
      const head = await loadAuditHead(db, tenantId);
      items.push({ tenantId, position: String(head?.position ?? 0), hash: head?.hash.toString('hex') ?? null });
    }
    printList(['tenantId', 'position', 'hash'], items, flags.has('json'));
  });
}
