// Everything that can be checked without running the product, each by its own tool, with the command to mend it.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const steps = [
  ['format', ['prettier', '--check', '--log-level', 'warn', '.'], 'npm run format'],
  ['types', ['tsc', '-p', 'tsconfig.check.json'], undefined],
  ['types of the pages', ['tsc', '-p', 'tsconfig.ui.json'], undefined],
  ['lint', ['eslint', '--max-warnings', '0', '.'], undefined],
  ['unused code', ['knip'], undefined],
  ['generated files', ['tsx', 'scripts/gen.ts', '--check'], 'npm run gen'],
];

let failed = false;
for (const [name, [command, ...words], mend] of steps) {
  const started = performance.now();
  const { status } = spawnSync('npx', ['--no-install', command, ...words], { stdio: 'inherit', shell: false });
  report(name, status === 0, started, mend);
}
await checkFences();
process.exit(failed ? 1 : 0);

/** The fences, and that the tool really looked at every module: a compiler it cannot read makes it pass on nothing. */
async function checkFences() {
  const started = performance.now();
  const config = await extractConfig('./.dependency-cruiser.cjs');
  const { output } = await cruise(['src', 'sdk'], { ...config.options, ruleSet: config, validate: true }, undefined, {
    tsConfig: extractTsConfig('./tsconfig.check.json'),
  });
  const expected = countModules('src') + countModules('sdk');
  const examined = output.modules.filter((module) => /^(?:src|sdk)\/.*\.tsx?$/.test(module.source)).length;
  for (const violation of output.summary.violations) {
    console.error(`  ${violation.rule.name}: ${violation.from} -> ${violation.to}`);
  }
  if (examined < expected) console.error(`  fences examined ${examined} modules, but there are ${expected}`);
  report('fences', output.summary.error === 0 && examined >= expected, started, 'see the table in ARCHITECTURE.md');
}

function countModules(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    if (entry.isDirectory()) return sum + countModules(join(folder, entry.name));
    return sum + (/\.tsx?$/.test(entry.name) ? 1 : 0);
  }, 0);
}

function report(name, passed, started, mend) {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `${passed ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)${passed || mend === undefined ? '' : ` — mend with: ${mend}`}`,
  );
  if (!passed) failed = true;
}
