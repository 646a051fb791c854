// Every check that does not run the product, each with its own tool and the command that fixes it.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { findProblems, readProject } from './check-references.mjs';
import { unusedFences } from './unused-fences.mjs';

// The longest first, as many at a time as there are processors.
const steps = [
  { name: 'lint', words: ['eslint', '--max-warnings', '0', '.'] },
  { name: 'types', words: ['tsc', '-p', 'tsconfig.check.json'] },
  { name: 'format', words: ['prettier', '--check', '--log-level', 'warn', '.'], mend: 'npm run format' },
  { name: 'unused code', words: ['knip'] },
  { name: 'types of the pages', words: ['tsc', '-p', 'tsconfig.ui.json'] },
  { name: 'types of the portal', words: ['tsc', '-p', 'tsconfig.portal.json'] },
  { name: 'generated files', words: ['tsx', 'scripts/gen.ts', '--check'], mend: 'npm run gen' },
  { name: 'fences', run: checkFences, mend: 'see the table in ARCHITECTURE.md' },
  { name: 'references', run: checkReferences, mend: 'see docs/requirements.md' },
].values();

let failed = false;
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (const { name, words, run = () => runTool(words), mend } of steps) {
      const started = performance.now();
      const { passed, output } = await run();
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      const advice = passed || mend === undefined ? '' : ` — mend with: ${mend}`;
      console.log(`${output}${passed ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)${advice}`);
      if (!passed) failed = true;
    }
  }),
);
process.exit(failed ? 1 : 0);

/** The output of a tool is kept together, because the tools run at the same time. */
function runTool([command, ...words]) {
  return new Promise((resolve, reject) => {
    const tool = spawn(join('node_modules/.bin', command), words, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [tool.stdout, tool.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
    tool.on('error', reject).on('close', (code) => resolve({ passed: code === 0, output }));
  });
}

/**
 * The import rules, and that the tool really examined every module: with a compiler it cannot use it finds nothing and
 * passes.
 */
async function checkFences() {
  const config = await extractConfig('./.dependency-cruiser.cjs');
  const { output } = await cruise(['src', 'sdk'], { ...config.options, ruleSet: config, validate: true }, undefined, {
    tsConfig: extractTsConfig('./tsconfig.check.json'),
  });
  const expected = countModules('src') + countModules('sdk');
  const examined = output.modules.filter((module) => /^(?:src|sdk)\/.*\.tsx?$/.test(module.source)).length;
  const problems = output.summary.violations.map(({ rule, from, to }) => `  ${rule.name}: ${from} -> ${to}\n`);
  const unused = unusedFences(config, output.modules);
  problems.push(...unused.map((problem) => `  ${problem}\n`));
  if (examined < expected) problems.push(`  fences examined ${examined} modules, but there are ${expected}\n`);
  return {
    passed: output.summary.error === 0 && unused.length === 0 && examined >= expected,
    output: problems.join(''),
  };
}

/** Every id in a comment, a document or a test is defined. */
function checkReferences() {
  const problems = findProblems(readProject('.'));
  return { passed: problems.length === 0, output: problems.map((problem) => `  ${problem}\n`).join('') };
}

function countModules(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    if (entry.isDirectory()) return sum + countModules(join(folder, entry.name));
    return sum + (/\.tsx?$/.test(entry.name) ? 1 : 0);
  }, 0);
}
