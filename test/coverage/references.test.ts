/**
 * The check that every id in a comment can be looked up. Ids that must not exist are assembled here, because the check
 * reads this file, too.
 */
import { describe, expect, test } from 'vitest';
import { findProblems, readProject } from '../../scripts/check-references.mjs';

const page = 'docs/requirements.md';
const define = (id: string) => `- <a id="${id.replaceAll(' ', '-')}"></a>**${id}**: What it promises.\n`;
const defined = ['A68', 'I5', 'W7.2-21', '9.5-4', 'ruling 8', 'ruling 9', 'server-api 3.10', 'client-api 7.4'];
const project = new Map([
  [page, `# Requirements\n\n${defined.map(define).join('')}`],
  ['docs/decisions/0020-turns-of-tenants.md', '# Turns\n'],
]);

/** The problems of a file with these lines, next to a page that defines a few ids. */
function problemsOf(...lines: readonly string[]): readonly string[] {
  return findProblems(new Map([...project, ['src/a.ts', lines.join('\n')]]));
}

test('reads the whole project', () => {
  const files = readProject(new URL('../../', import.meta.url).pathname);
  for (const path of [page, 'README.md', 'scripts/check.mjs', 'test/coverage/references.test.ts'])
    expect(files.get(path)?.length).toBeGreaterThan(0);
  expect([...files.keys()].filter((path) => path.includes('node_modules'))).toEqual([]);
});

test('accepts defined ids, in each spelling', () => {
  expect(
    problemsOf(
      '/** Refused (ruling 8, A68): see client-api 7.4, decision 0020. */',
      '// Rulings 8 and 9; as W7.2-21, 9.5-4 and `server-api 3.10` say.',
      '/** I5 goes over the line (ruling',
      ' * 8). More: docs/requirements.md#ruling-9, [0020](docs/decisions/0020-turns-of-tenants.md). */',
    ),
  ).toEqual([]);
});

describe('reports file and line of', () => {
  const made = { A: `A${99}`, F: `F${77}`, N: `N${88}`, I: `I${11}`, W: `W7.1-${30}`, step: `9.5-${14}` };

  test.each(Object.values(made))('%s', (id) => {
    expect(problemsOf('const a = 1;', `// So that ${id} holds.`)).toEqual([
      `src/a.ts:2 ${id} is in neither ${page} nor docs/decisions/`,
    ]);
  });

  test.each([
    ['Ruling', `Ruling ${61} says so.`, [`ruling ${61}`]],
    ['one of several rulings', `As rulings 8, ${62} and ${63} say.`, [`ruling ${62}`, `ruling ${63}`]],
    ['a section', `See server-api 3.10, ${'3.99'}.`, [`server-api ${'3.99'}`]],
    ['an API section without a number', `See client-api ${12}.`, [`client-api ${12}`]],
    ['a decision', `As decision ${9999} says.`, [`decision ${9999}`]],
    ['a page of a decision', `[0020](docs/decisions/0020-${'renamed'}.md)`, [`0020-${'renamed'}.md`]],
    ['an anchor', `${page}#${made.A}`, [made.A]],
  ])('%s', (_name, line, ids) => {
    expect(problemsOf(line)).toEqual(ids.map((id) => `src/a.ts:1 ${id} is in neither ${page} nor docs/decisions/`));
  });

  test.each([`(part ${4.5})`, `the server API ${3.5}`, `test('${3.1}: what is told')`, `(house ${2.4})`])(
    'a section of a document that is not named: %s',
    (line) => {
      expect(problemsOf('', line)).toEqual([expect.stringMatching(/^src\/a\.ts:2 ".*\d\.\d" names no document/)]);
    },
  );

  test('an id that is defined twice, and one whose anchor has another name', () => {
    const text = `${define('A68')}${define('I5')}${define('A68')}- <a id="I6"></a>**I5b**: What it promises.\n`;
    expect(findProblems(new Map([[page, text]]))).toEqual([
      `${page}:3 A68 is defined twice`,
      `${page}:4 the anchor of I5b is I6`,
    ]);
  });
});

test('takes nothing else for an id', () => {
  expect(
    problemsOf(
      `A4 paper, the F5 key, a ${'#F'}00 border, utf-${'F16'}, dGVzdA+${'A12'}/${'N34'}=, ${'v'}${'9.5'}.2, OpenAPI 3.1`,
      `const text = 'x${'A77'}'; import '/${'F'}99.js'; 9.9.9.9; ruling on it; a decision of 2024;`,
    ),
  ).toEqual([]);
});
