// Checks that every id in a comment, a document or a test is defined in docs/requirements.md or docs/decisions/.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const page = 'docs/requirements.md';
const decisions = 'docs/decisions/';
const definition = /^- <a id="(.+?)"><\/a>\*\*(.+?)\*\*/gm;

// A list of numbers may continue on the next line of a comment.
const gap = String.raw`\s+(?:(?:\*|//|#|--)\s+)?`;
const next = `,?${gap}(?:(?:and|to)${gap})?`;
const section = String.raw`\d+(?:\.\d+){1,2}`;

/** How ids are written, and the ids that a match names. */
const spellings = [
  // Not inside base64, colours, paths and versions, where the same letters and digits occur by chance.
  {
    pattern: /(?<![\w./+=#-])(?:[AFN]\d{2,3}|I\d{1,2}|W7\.\d-\d+|9\.\d-\d+)(?![\w/+=-])/g,
    idsOf: ([id]) => [id],
  },
  {
    pattern: new RegExp(String.raw`\b(?:ruling${gap}\d+|rulings${gap}\d+(?:${next}\d+)*)`, 'gi'),
    idsOf: ([words]) => words.match(/\d+/g).map((number) => `ruling ${number}`),
  },
  {
    pattern: new RegExp(
      String.raw`\b(server-api|client-api|management-and-rules)${gap}((?:${section}|\d+)(?:${next}${section})*)`,
      'g',
    ),
    idsOf: ([, part, numbers]) => numbers.match(/\d+(?:\.\d+)*/g).map((number) => `${part} ${number}`),
  },
  { pattern: /\bdecisions?[ /](\d{4})\b/g, idsOf: ([, number]) => [`decision ${number}`] },
  { pattern: /(?:decisions\/|\]\()(\d{4}-[\w-]+\.md)/g, idsOf: ([, file]) => [file] },
  { pattern: /requirements\.md#([\w.-]+)/g, idsOf: ([, anchor]) => [anchor] },
];

/** Sections of a document that is not named or not in the repository. */
const unnamed =
  /\b(?:part|spec|specification|house|management|API),?\s(?:part\s)?\d+\.\d+|(?<=['"`])\d\.\d+(?:, \d\.\d+)*(?=[:,] )/g;

/** Problems with the ids in `files`, texts by path: one line each, with file and line. */
export function findProblems(files) {
  const problems = [];
  const report = (path, index, what) => {
    const line = files.get(path).slice(0, index).split('\n').length;
    problems.push(`${path}:${line} ${what}`);
  };

  const known = new Set();
  for (const path of files.keys()) {
    if (path.startsWith(decisions))
      known.add(path.slice(decisions.length)).add(`decision ${path.slice(decisions.length).slice(0, 4)}`);
  }
  for (const { 1: anchor, 2: id, index } of files.get(page).matchAll(definition)) {
    if (known.has(id)) report(page, index, `${id} is defined twice`);
    if (anchor !== id.replaceAll(' ', '-')) report(page, index, `the anchor of ${id} is ${anchor}`);
    known.add(id).add(anchor);
  }

  for (const [path, text] of files) {
    for (const { pattern, idsOf } of spellings) {
      for (const match of text.matchAll(pattern)) {
        for (const id of idsOf(match)) {
          if (!known.has(id)) report(path, match.index, `${id} is in neither ${page} nor ${decisions}`);
        }
      }
    }
    for (const { 0: words, index } of text.matchAll(unnamed)) {
      report(path, index, `"${words}" names no document: write, for example, \`server-api 3.10\``);
    }
  }
  return problems;
}

/** The texts written by people, by path from `root`. */
export function readProject(root) {
  const files = new Map();
  const read = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder + entry.name;
      if (entry.isDirectory() && !/^(?:\..*|node_modules|dist)$/.test(entry.name)) read(`${path}/`);
      if (entry.isFile() && /\.(?:tsx?|mts|[mc]?js|css|md|http|ya?ml|conf|cfg|service)$/.test(entry.name)) {
        files.set(path, readFileSync(join(root, path), 'utf8'));
      }
    }
  };
  read('');
  return files;
}
