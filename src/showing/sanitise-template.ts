/**
 * Reads a tenant's page template as browsers do, and writes it again: only elements and attributes for layout and
 * decoration, with every value quoted and escaped. The page's Content Security Policy forbids scripts already.
 * Sanitising also makes sure that a template cannot even look like something else, or put a form or a link around the
 * widget. Done once, when it is stored.
 */
import { defaultTreeAdapter, html as names, parse } from 'parse5';
import type { DefaultTreeAdapterTypes as Tree } from 'parse5';
import { pageBudgets } from '../contract/management/page-budgets.ts';
import type { PageTemplate } from '../contract/pages/page-template.ts';
import { escapeHtml } from '../telling/escape-html.ts';
import { TemplateRefused } from './template-refused.ts';

const {
  templateSteps: { max: stepsMax },
  templateDepth: { max: depthMax },
  templateImageCharacters: { max: imageCharactersMax },
} = pageBudgets;
// Quoting makes a text longer, and elements that browsers repair are written twice.
const writtenCharactersMax = 200_000;
// A reading may change what the one before has changed, for example by closing what was open twice. Usually two are
// enough.
const readingsMax = 5;

const elements = new Set(
  'a abbr address article aside b bdi blockquote br center code dd div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img li main nav ol p picture pre q s section small source span strong sub sup table tbody td tfoot th thead tr u ul'.split(
    ' ',
  ),
);
const voidElements = new Set(['br', 'hr', 'img', 'source']);
const attributes = new Set(
  'class id title lang dir role alt width height src srcset media loading href target colspan rowspan'.split(' '),
);
/** Ids that the pages' own code looks for. */
const ownIds = new Set([
  'widget-container',
  'widget-container-footer',
  'widget-root',
  'page-state',
  'code',
  'email',
  'name',
]);
/** Elements that are removed with all of their content. */
const dropped = new Set(
  'script iframe object embed noscript template textarea title select xmp plaintext noembed noframes'.split(' '),
);
/**
 * What must not be around the widget: a link would make all of it a link, and a paragraph ends where a block begins.
 */
const tooNarrow = new Set(['a', 'p']);

/** @throws {TemplateRefused} */
export function sanitiseTemplate(template: string): PageTemplate {
  const budget = openBudget();
  let written = write(read(template, budget));
  // Browsers that read the stored text again get the same, so nothing in it can turn into something else later.
  for (let readings = 1; ; readings += 1) {
    const again = write(read(documentOf(written), budget));
    if (again.before === written.before && again.after === written.after) break;
    if (readings === readingsMax) throw new TemplateRefused('has elements inside each other that cannot stand so.');
    written = { ...again, styles: written.styles };
  }
  const images = [...new Set(written.images)];
  if (images.join(' ').length > imageCharactersMax) {
    throw new TemplateRefused(
      `names too many images: their addresses may have ${imageCharactersMax} characters together.`,
    );
  }
  return { ...written, images };
}

function documentOf({ before, after }: PageTemplate): string {
  return `<!doctype html><html><head></head><body>${before}<authsignal-widget></authsignal-widget>${after}</body></html>`;
}

interface Budget {
  spend(steps: number): void;
}

function openBudget(): Budget {
  let spent = 0;
  return {
    spend(steps) {
      spent += steps;
      if (spent > stepsMax)
        throw new TemplateRefused(
          `has too many elements and attributes: reading it takes more than ${stepsMax} steps.`,
        );
    },
  };
}

/** Reads as browsers do (HTML §13.2), and stops if it costs too much: a few tags can produce millions of nodes. */
function read(template: string, { spend }: Budget): Tree.Document {
  return parse(template, {
    treeAdapter: {
      ...defaultTreeAdapter,
      createElement(name, namespace, given) {
        spend(1 + given.length);
        return defaultTreeAdapter.createElement(name, namespace, given);
      },
      createCommentNode() {
        spend(1);
        return defaultTreeAdapter.createCommentNode('');
      },
      appendChild(parent, child) {
        spend(1);
        defaultTreeAdapter.appendChild(parent, child);
      },
      insertBefore(parent, child, reference) {
        spend(parent.childNodes.at(-1) === reference ? 1 : parent.childNodes.length);
        defaultTreeAdapter.insertBefore(parent, child, reference);
      },
      insertTextBefore(parent, text, reference) {
        spend(parent.childNodes.at(-1) === reference ? 1 : parent.childNodes.length);
        defaultTreeAdapter.insertTextBefore(parent, text, reference);
      },
      adoptAttributes(element, given) {
        spend(given.length);
        defaultTreeAdapter.adoptAttributes(element, given);
      },
      // The page made from a template has a doctype, whatever the template has.
      getDocumentMode: () => names.DOCUMENT_MODE.NO_QUIRKS,
    },
  });
}

/** Writes what is kept. @throws {TemplateRefused} if the widget would not be shown. */
function write(document: Tree.Document): PageTemplate {
  const around = ancestorsOfWidget(document);
  if (around === undefined) throw new TemplateRefused('has no <authsignal-widget> where a browser would show one.');
  const styles: string[] = [];
  const images: string[] = [];
  let before: string | undefined;
  let text = '';

  const put = (more: string) => {
    text += more;
    if (text.length > writtenCharactersMax) throw new TemplateRefused('is too long once it is written out.');
  };
  const writeChildren = (parent: Tree.ParentNode, depth: number) => {
    if (depth > depthMax) {
      throw new TemplateRefused(`has elements more than ${depthMax} deep inside each other.`);
    }
    for (const child of parent.childNodes) {
      if (defaultTreeAdapter.isTextNode(child)) put(escapeHtml(plain(child.value)));
      else if (defaultTreeAdapter.isElementNode(child)) writeElement(child, depth);
    }
  };
  const writeElement = (element: Tree.Element, depth: number) => {
    const { tagName: name } = element;
    if (isDropped(element)) return;
    if (name === 'style') {
      styles.push(cssOf(element));
      return;
    }
    if (name === 'authsignal-widget' && before === undefined) {
      before = text;
      text = '';
    }
    const isKept = elements.has(name) && !(tooNarrow.has(name) && around.has(element));
    if (isKept) put(`<${name}${keptAttributes(element, images)}>${newLineOf(element)}`);
    writeChildren(element, depth + 1);
    if (isKept && !voidElements.has(name)) put(`</${name}>`);
  };
  writeChildren(document, 0);
  return { styles, before: before ?? '', after: text, images };
}

/** Everything in other namespaces, and elements that mean more than the text in them. */
function isDropped({ tagName, namespaceURI }: Tree.Element): boolean {
  return namespaceURI !== names.NS.HTML || dropped.has(tagName);
}

/** The elements around the first mark of the widget; undefined without one. */
function ancestorsOfWidget(document: Tree.Document): ReadonlySet<Tree.Node> | undefined {
  const waiting: Tree.Node[] = [document];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (defaultTreeAdapter.isElementNode(node)) {
      if (isDropped(node)) continue;
      if (node.tagName === 'authsignal-widget') {
        const around = new Set<Tree.Node>();
        for (let parent = node.parentNode; parent !== null && 'parentNode' in parent; parent = parent.parentNode) {
          around.add(parent);
        }
        return around;
      }
    }
    if ('childNodes' in node) for (const child of node.childNodes.toReversed()) waiting.push(child);
  }
  return undefined;
}

/**
 * Only `</` can end a style element. It is escaped so that CSS reads the same. Nothing is removed, because the text on
 * both sides could join to form another one.
 */
function cssOf(style: Tree.Element): string {
  const text = style.childNodes.map((child) => (defaultTreeAdapter.isTextNode(child) ? child.value : '')).join('');
  return plain(text).replaceAll('</', '<\\/');
}

/** Browsers remove one line feed after the tag (HTML §13.2.6.4.7), so one is added where the text begins with one. */
function newLineOf({ tagName, childNodes: [first] }: Tree.Element): string {
  const begins = first !== undefined && defaultTreeAdapter.isTextNode(first) && first.value.startsWith('\n');
  return tagName === 'pre' && begins ? '\n' : '';
}

function keptAttributes({ tagName, attrs }: Tree.Element, images: string[]): string {
  let kept = '';
  for (const { name, value: given } of attrs) {
    const value = plain(given);
    if (!attributes.has(name) && !/^aria-[a-z]+$/.test(name)) continue;
    if (name === 'id' && (ownIds.has(value) || value.startsWith('pick-'))) continue;
    if ((name === 'src' || name === 'href') && !isPlainUrl(value)) continue;
    if (name === 'srcset' && !candidatesOf(value).every(isPlainUrl)) continue;
    if (name === 'src') images.push(value);
    if (name === 'srcset') images.push(...candidatesOf(value));
    kept += ` ${name}="${escapeHtml(value)}"`;
  }
  return tagName === 'a' ? `${kept} rel="noreferrer noopener"` : kept;
}

/** The URLs of a set of images. */
function candidatesOf(srcset: string): readonly string[] {
  return srcset.split(',').map((part) => part.trim().split(/\s+/)[0] ?? '');
}

/** A URL that can only be fetched or opened: https, or within this server. */
function isPlainUrl(url: string): boolean {
  return /^https:\/\/[^\s"'<>]+$/i.test(url) || /^\/(?![/\\])[^\s"'<>\\]*$/.test(url);
}

/** Removes control characters, which browsers replace or drop. */
function plain(text: string): string {
  return text.replace(/[^\P{Cc}\t\n\f]/gu, '');
}
