/**
 * A tenant's page template, taken apart and written anew: only elements and attributes that lay out and decorate, every
 * value quoted and escaped. What is not understood becomes text. The policy of the page forbids scripts besides; this is
 * so that a template cannot even look like something else, or put a form or a link around the widget.
 */
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
/** Elements whose whole content goes with them. */
const dropped =
  /^(?:script|iframe|object|embed|noscript|template|svg|math|textarea|title|select|xmp|plaintext|noembed|noframes)$/;

/** What stands before and after our own head, and before and after the widget; and the images that the template shows. */
export type TemplateParts = readonly [
  headBefore: string,
  headAfter: string,
  bodyBefore: string,
  bodyAfter: string,
  images: readonly string[],
];

const headMark = '\u0001';
const widgetMark = '\u0002';

export function sanitiseTemplate(template: string, nonce: string): TemplateParts {
  const images: string[] = [];
  const styles: string[] = [];
  const open: string[] = [];
  let html = '';
  let rest = template.replace(/[\u0000-\u0008\u000e-\u001f]/g, '');
  while (rest !== '') {
    const comment = /^<!--[\s\S]*?(?:-->|$)|^<![^>]*>|^<\?[^>]*>/.exec(rest);
    if (comment !== null) {
      rest = rest.slice(comment[0].length);
      continue;
    }
    const tag =
      /^<(\/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*)\s*\/?>/.exec(
        rest,
      );
    if (tag === null) {
      const text = /^<?[^<]*/.exec(rest)?.[0] ?? '';
      // Entities stay what they are; a lone ampersand becomes one.
      html += text.replace(/&(?!#?\w{1,31};)/g, '&#38;').replace(/[<>"']/g, (symbol) => `&#${symbol.charCodeAt(0)};`);
      rest = rest.slice(text.length);
      continue;
    }
    const [whole, slash, written = '', given = ''] = tag;
    const name = written.toLowerCase();
    rest = rest.slice(whole.length);
    if (name === 'authsignal-head' || name === 'authsignal-widget') {
      const mark = name === 'authsignal-head' ? headMark : widgetMark;
      if (slash === '' && !html.includes(mark)) html += mark;
    } else if (slash === '' && name === 'style') {
      const end = rest.search(/<\/style\s*>/i);
      styles.push(end === -1 ? rest : rest.slice(0, end));
      rest = end === -1 ? '' : rest.slice(end).replace(/^<\/style\s*>/i, '');
    } else if (slash === '' && dropped.test(name)) {
      const end = rest.search(new RegExp(`</${name}\\s*>`, 'i'));
      rest = end === -1 ? '' : rest.slice(end).replace(/^<\/[^>]*>/, '');
    } else if (!elements.has(name)) {
      continue;
    } else if (slash === '') {
      html += `<${name}${keptAttributes(name, given, images)}>`;
      if (!voidElements.has(name)) open.push(name);
    } else if (open.includes(name)) {
      // Closes what was left open inside it, so that what we write is always well formed.
      let closing: string | undefined;
      do {
        closing = open.pop();
        html += `</${closing}>`;
      } while (closing !== name);
    }
  }
  html += open
    .reverse()
    .map((name) => `</${name}>`)
    .join('');
  // Nothing but `</` can end an element of styles. Written so that CSS reads the same, and taking nothing away: what was
  // around it could come together as another.
  const css = styles.map((text) => `<style nonce="${nonce}">${text.replaceAll('</', '<\\/')}</style>`).join('');
  // Outside the body nothing is shown: what a template has before its head mark is text between tags, at most.
  const body = html.replace(headMark, '');
  const [before = '', after = ''] = body.split(widgetMark);
  return ['', css, before, after, images];
}

function keptAttributes(element: string, given: string, images: string[]): string {
  let kept = '';
  for (const [, written = '', , double, single, bare] of given.matchAll(
    /([^\s"'<>/=]+)(\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g,
  )) {
    const name = written.toLowerCase();
    const value = decode(double ?? single ?? bare ?? '');
    if (!attributes.has(name) && !name.startsWith('aria-')) continue;
    if (name === 'id' && (ownIds.has(value) || value.startsWith('pick-'))) continue;
    if ((name === 'src' || name === 'href') && !isPlainUrl(value)) continue;
    if (name === 'srcset' && !value.split(',').every((part) => isPlainUrl(part.trim().split(/\s+/)[0] ?? ''))) continue;
    if (name === 'src') images.push(value);
    if (name === 'srcset') images.push(...value.split(',').map((part) => part.trim().split(/\s+/)[0] ?? ''));
    kept += ` ${name}="${escapeText(value)}"`;
  }
  return element === 'a' ? `${kept} rel="noreferrer noopener"` : kept;
}

/** An address that can only be fetched or opened: https, or within this server. */
function isPlainUrl(url: string): boolean {
  return /^https:\/\/[^\s"'<>]+$/i.test(url) || /^\/(?![/\\])[^\s"'<>\\]*$/.test(url);
}

function decode(value: string): string {
  return value
    .replace(/&#(\d{1,7});?/g, (_match, code: string) => character(Number(code)))
    .replace(/&#x([0-9a-f]{1,6});?/gi, (_match, code: string) => character(Number.parseInt(code, 16)))
    .replace(/&(amp|lt|gt|quot|apos);/g, (_match, name: string) => named[name] ?? '');
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function character(code: number): string {
  return code > 31 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

function escapeText(text: string): string {
  return text.replace(/[&<>"'\u0001\u0002]/g, (symbol) => (symbol > '\u0002' ? `&#${symbol.charCodeAt(0)};` : ''));
}
