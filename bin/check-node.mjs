// Imported before anything else is: an older Node would end in a SyntaxError of a file that it cannot read.
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const least = engines.node.replace('>=', '');

if (order(process.versions.node) < order(least)) {
  process.stderr.write(`sallyport: this is Node ${process.versions.node}; Sallyport needs ${least} or later.\n`);
  process.exit(1);
}

function order(version) {
  const [major, minor] = version.split('.').map(Number);
  return major * 1_000 + minor;
}
