/** The statements of the product, for tests that hold for all of them. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { declaredStatements } from '../../src/storage/sql.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Files of the folder, from the root of the repository. */
export function sourceFiles(folder: string): readonly string[] {
  const files = readdirSync(root + folder, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.ts')).map((file) => `${folder}/${file}`);
}

/** Has the statements declared that are composed when they are first needed: each part of one, with all others or none. */
const compose = `
    const { recordAction } = await import('./src/storage/queries/actions/actions.ts');
    const sql = { query: async () => [{}] };
    const some = { nowMs: 0, userId: 'u' };
    for (const email of [undefined, 'a@example.com'])
      for (const deviceId of [undefined, 'd']) await recordAction(sql, { ...some, email, deviceId });
`;

/**
 * Name and text of every statement of the queries. Collected in another process, because this one also knows those of
 * other tests.
 */
export function declaredByQueries(): ReturnType<typeof declaredStatements> {
  const files = sourceFiles('src/storage/queries').filter((file) => !file.endsWith('.test.ts'));
  const program = `
    const { declaredStatements } = await import('./src/storage/sql.ts');
    for (const file of ${JSON.stringify(files)}) await import('./' + file);
    ${compose}
    console.log(JSON.stringify([...declaredStatements()]));`;
  const words = ['--import', 'tsx', '--input-type=module', '-e', program];
  return new Map(JSON.parse(execFileSync(process.execPath, words, { cwd: root, encoding: 'utf8' })));
}
