/**
 * `npm run bench`: measures the built program on a PostgreSQL of its own and prints the result as Markdown.
 *
 * npm run bench -- [--quick] [--write] [--actions N] [--compress] [case ...]
 *
 * `--actions` is how many are stored where there are many, a tenth of that the number of users; `--compress` turns on
 * wal_compression.
 */
import { parseArgs } from 'node:util';
import { startPostgres } from '../test/rig/postgres.ts';
import { fullSettings, quickSettings } from './bench-case.ts';
import type { BenchCase } from './bench-case.ts';
import { codesCase } from './cases/codes.ts';
import { embeddedCase } from './cases/embedded.ts';
import { evaluatorCase } from './cases/evaluator.ts';
import { eventsCase } from './cases/events.ts';
import { hostileTenantsCase } from './cases/hostile-tenants.ts';
import { neighbourCase } from './cases/neighbour.ts';
import { nodesCase } from './cases/nodes.ts';
import { passkeyCase } from './cases/passkey.ts';
import { portalCase } from './cases/portal.ts';
import { proofsCase } from './cases/proofs.ts';
import { rulesCase } from './cases/rules.ts';
import { socketsCase } from './cases/sockets.ts';
import { startAndMemoryCase } from './cases/start-and-memory.ts';
import { trackCase } from './cases/track.ts';
import { describeMachine } from './describe-machine.ts';
import { asMarkdown, writeDocument } from './write-document.ts';
import type { Section } from './write-document.ts';

const cases: readonly BenchCase[] = [
  trackCase,
  nodesCase,
  neighbourCase,
  passkeyCase,
  proofsCase,
  codesCase,
  rulesCase,
  evaluatorCase,
  hostileTenantsCase,
  eventsCase,
  startAndMemoryCase,
  socketsCase,
  portalCase,
  embeddedCase,
];

const postgresSettings = {
  // The indexes of a million actions fit, as they should on a server that is sized for them.
  shared_buffers: '1GB',
  // The server begins no checkpoint of its own within a slice.
  max_wal_size: '8GB',
  checkpoint_timeout: '1h',
};

const { values, positionals } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    actions: { type: 'string' },
    compress: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const actions = values.actions === undefined ? undefined : Number(values.actions);
const unknown = positionals.filter((name) => !cases.some((known) => known.name === name));
if (unknown.length > 0) {
  console.error(`There is no case ${unknown.join(', ')}; there are ${cases.map(({ name }) => name).join(', ')}.`);
  process.exit(1);
}
if (values.write && (values.quick || actions !== undefined || values.compress)) {
  console.error('Only what was measured with the full settings is written.');
  process.exit(1);
}

const serverSettings = values.compress ? { ...postgresSettings, wal_compression: 'on' } : postgresSettings;
const postgres = await startPostgres({ isDurable: true, settings: serverSettings });
try {
  const measured: Section[] = [];
  for (const { name, title, run } of cases) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const machine = await describeMachine(postgres.url(), serverSettings);
    const result = await run({
      settings: {
        ...(values.quick ? quickSettings : fullSettings),
        ...(actions === undefined ? {} : { manyActions: actions, users: Math.max(1_000, actions / 10) }),
      },
      postgres,
      say: (text) => console.error(text),
    });
    const section = { title, text: `${machine}\n\n${result}` };
    measured.push(section);
    console.log(`${asMarkdown(section)}\n`);
    // After each case: a run of all of them takes more than an hour.
    if (values.write) {
      await writeDocument(
        measured,
        cases.map((one) => one.title),
      );
    }
  }
} finally {
  await postgres.stop();
}
process.exit();
