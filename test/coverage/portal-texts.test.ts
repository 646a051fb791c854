/** Worry: a sentence of the portal stands in a screen, where no other language reaches it; or a text is left that nobody reads. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import * as kitTexts from '../../src/texts/en/portal/kit.ts';
import type { PortalTexts } from '../../src/texts/portal-texts.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const filesOf = (folder: string) =>
  readdirSync(`${root}${folder}`, { encoding: 'utf8', recursive: true }).map((name) => `${folder}/${name}`);
const sources = filesOf('src/portal').filter((path) => /(?<!\.test)\.tsx?$/.test(path));
const catalogues = filesOf('src/texts/en/portal');

/** Attributes and members that people read, by the names that React, HTML and the kit have for them. */
const readByPeople =
  /^(?:alt|aria-label|aria-description|description|done|header|heading|label|note|otherwise|placeholder|saveWords|text|title|what|words)$/;
/** Attributes and members whose values are for the program, however much like words they look. */
const forProgram = /^(?:className|gridTemplateColumns|href|key|keys|queryKey|to)$/;
/** Words as people write them: two in a row, or one that begins with a capital letter and goes on with small ones. */
const likeWords = /\p{L}[\p{L}’,.:;]* \p{L}|^\p{Lu}\p{Ll}+(?:$|[^\p{L}\d-])/u;

/** Paths of facts, such as `custom.…`. */
const paths = /^(?:\p{Ll}+\.)+\u2026$/u;

/** What begins so looks like words and is none, or is the same in every language. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  'src/portal/api/ceremonies.ts': ['Bearer', 'Basic'],
  'src/portal/screens/activity.tsx': ['curl -X POST'],
  'src/portal/screens/first-steps.tsx': ['curl', 'Node.js', '// npm install'],
  'src/portal/screens/sessions.tsx': ['Edg', 'Firefox', 'Chrome', 'Safari', 'Windows', 'Android', 'Mac', 'Linux'],
  'src/portal/screens/rules/builder-fields.ts': ['text', 'array of strings'],
  'src/portal/screens/rules/condition-builder.tsx': ['Builder', 'Button', 'Check'],
  'src/portal/screens/rules/condition-text.tsx': ['2px solid'],
  'src/portal/screens/settings/preview-document.ts': ['not all', '<meta name="color-scheme"'],
  'src/portal/shell/theme.ts': ['(prefers-color-scheme: dark)'],
};

const parse = (path: string, code: string) => ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true);
const parsed = new Map(sources.map((path) => [path, parse(path, read(path))]));

/** Every sentence that stands in a source itself, with its line. */
function sentencesIn(source: ts.SourceFile): readonly string[] {
  const path = source.fileName;
  const found: string[] = [];
  const note = (node: ts.Node, text: string) => {
    const shown = text.replace(/\s+/g, ' ').trim();
    if (exceptions[path]?.some((words) => shown.startsWith(words)) === true) return;
    found.push(`${path}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${shown}`);
  };
  function visit(node: ts.Node, isRead: boolean): void {
    if (isForProgram(node)) return;
    if (ts.isJsxText(node)) {
      if (/\p{L}/u.test(node.text)) note(node, node.text);
      return;
    }
    const words = ts.isStringLiteralLike(node)
      ? node.text
      : ts.isTemplateExpression(node)
        ? [node.head, ...node.templateSpans.map(({ literal }) => literal)].map((part) => part.text).join('\u2026')
        : undefined;
    if (words !== undefined && (isRead ? /\p{L}/u.test(words) && !paths.test(words) : likeWords.test(words))) {
      note(node, words);
    }
    const isNamed =
      ts.isJsxAttribute(node) || ts.isPropertyAssignment(node)
        ? readByPeople.test(nameOf(node.name))
        : ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent);
    // Behind a call or in an element within, other names say what is read.
    const begins = ts.isCallExpression(node) || ts.isJsxOpeningLikeElement(node) || ts.isFunctionLike(node);
    ts.forEachChild(node, (child) => {
      if (!ts.isPropertyAssignment(node) || child !== node.name) visit(child, isNamed || (isRead && !begins));
    });
  }
  visit(source, false);
  return found;
}

const nameOf = (name: ts.JsxAttributeName | ts.PropertyName) => ('text' in name ? name.text : name.getText());

function isForProgram(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return true;
  if (ts.isJsxAttribute(node) || ts.isPropertyAssignment(node)) return forProgram.test(nameOf(node.name));
  if (ts.isJsxElement(node)) return /^(?:code|kbd)$/.test(node.openingElement.tagName.getText());
  // Names of classes of errors, and what is compared.
  if (ts.isPropertyDeclaration(node)) return true;
  const { parent } = node;
  if (ts.isStringLiteralLike(node) && ts.isBinaryExpression(parent)) {
    return [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken].includes(
      parent.operatorToken.kind,
    );
  }
  if (ts.isStringLiteralLike(node) && (ts.isCaseClause(parent) || ts.isElementAccessExpression(parent))) return true;
  // Programmers read these; what a `CallError` says is shown.
  if (ts.isNewExpression(node)) return /^(?!Call)\w*(?:Error|Declined|Meanwhile)$/.test(node.expression.getText());
  return ts.isCallExpression(node) && node.expression.getText() === 'lazyRouteComponent';
}

/** Every text of a catalogue, as a path such as `signInTexts.heading`. */
function textsOf(path: string): readonly string[] {
  const found: string[] = [];
  function visit(value: ts.Expression, at: string): void {
    const inner = ts.isAsExpression(value) || ts.isSatisfiesExpression(value) ? value.expression : value;
    if (!ts.isObjectLiteralExpression(inner)) {
      found.push(at);
      return;
    }
    const members = inner.properties.filter(ts.isPropertyAssignment);
    if (members.every(({ name }) => /^(?:zero|one|two|few|many|other)$/.test(nameOf(name)))) found.push(at);
    else for (const { name, initializer } of members) visit(initializer, `${at}.${nameOf(name)}`);
  }
  for (const statement of parse(path, read(path)).statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (initializer !== undefined) visit(initializer, name.getText());
    }
  }
  return found;
}

/** What a source takes from the catalogues; `a.b` stands for everything below it, too. */
function usesIn(source: ts.SourceFile): readonly string[] {
  const names = new Set(
    source.statements.filter(ts.isImportDeclaration).flatMap(({ moduleSpecifier, importClause }) => {
      const bindings = importClause?.namedBindings;
      const isCatalogue = ts.isStringLiteral(moduleSpecifier) && moduleSpecifier.text.startsWith('#portal-texts/');
      return isCatalogue && bindings !== undefined && ts.isNamedImports(bindings)
        ? bindings.elements.map(({ name }) => name.text)
        : [];
    }),
  );
  const found: string[] = [];
  function visit(node: ts.Node): void {
    if (ts.isImportDeclaration(node)) return;
    if (ts.isIdentifier(node) && names.has(node.text)) {
      let whole: ts.Node = node;
      while (ts.isPropertyAccessExpression(whole.parent) && whole.parent.expression === whole) whole = whole.parent;
      found.push(whole.getText());
    }
    ts.forEachChild(node, visit);
  }
  visit(source);
  return found;
}

test('no sentence stands in the portal itself', () => {
  expect(sources.length).toBeGreaterThan(100);
  expect([...parsed.values()].flatMap(sentencesIn)).toEqual([]);
});

test('nothing is excepted that is not there', () => {
  for (const [path, words] of Object.entries(exceptions)) {
    const shown = read(path).replace(/\s+/g, ' ');
    for (const one of words) expect(shown, path).toContain(one);
  }
});

describe('a sentence is found in', () => {
  test.each([
    ['the text of an element', '<p>Save</p>'],
    ['a text around values', '<p>{count} users</p>'],
    ['a choice in an element', '<p>{isNew ? "none" : <b />}</p>'],
    ['an attribute', '<input placeholder="name" />'],
    ['an attribute of the kit', '<Failure title={isNew ? "none" : texts.other} />'],
    ['a template in an attribute', '<button aria-label={`remove ${name}`} />'],
    ['a member of an object', 'const item = { words: "next" };'],
    ['a call', 'tell("Rule saved");'],
    ['a template', 'const words = `Erase ${userId}?`;'],
    ['a choice', 'const words = isMine ? "taken by you" : texts.free;'],
    ['a refusal that is shown', 'throw new CallError("offline", 0, "No answer came.");'],
  ])('%s', (_place, code) => {
    expect(sentencesIn(parse('one.tsx', code))).toHaveLength(1);
  });

  test('nothing that only the program reads', () => {
    const code = `
      import { thing } from 'Some module';
      if (key === 'Enter') throw new Error('There is no tenant here.');
      const row = <Link className="Button Button-main" to="/t/$tenantId"><code>sallyport operators invite</code></Link>;
      call('POST', \`/rules/\${id}\`);`;
    expect(sentencesIn(parse('one.tsx', code))).toEqual([]);
  });
});

test('every text is used', () => {
  const used = new Set([...parsed.values()].flatMap(usesIn));
  const isUsed = (text: string) =>
    text.split('.').some((_name, at, names) => used.has(names.slice(0, at + 1).join('.')));
  const texts = catalogues.flatMap(textsOf);
  expect(texts.length).toBeGreaterThan(1_000);
  expect(texts.filter((text) => !isUsed(text))).toEqual([]);
});

test('a language that lacks a sentence does not compile', () => {
  const whole: PortalTexts<typeof kitTexts> = kitTexts;
  expect(whole.toastsTexts.dismiss).toBe('Dismiss');
  // @ts-expect-error It lacks `dismiss`.
  const lacking: PortalTexts<typeof kitTexts> = { ...kitTexts, toastsTexts: {} };
  expect(lacking.toastsTexts.dismiss).toBeUndefined();
});
