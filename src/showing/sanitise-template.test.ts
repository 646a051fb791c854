import fc from 'fast-check';
import { parse, serialize } from 'parse5';
import type { DefaultTreeAdapterTypes as Tree } from 'parse5';
import { describe, expect, test } from 'vitest';
import { sanitiseTemplate } from './sanitise-template.ts';
import { TemplateRefused } from './template-refused.ts';

const around = (html: string) =>
  sanitiseTemplate(`<html><head><authsignal-head></authsignal-head></head><body>${html}</body></html>`);
const refusalOf = (html: string) => {
  try {
    sanitiseTemplate(html);
  } catch (error) {
    if (error instanceof TemplateRefused) return error.message;
    throw error;
  }
  return undefined;
};

/** A widget as the pages draw one: boxes, headings, lists, links and a form. */
const widget =
  '<div id="widget-container"><noscript><style>a{}</style><main><p>x</p></main></noscript><div id="widget-root"><main class="Enter"><h1 tabindex="-1">h</h1><p>p <bdi>b</bdi></p><ul class="List"><li><a href="#x"><span>s</span></a></li></ul><dl><dt>t</dt><dd>d</dd></dl><form><label for="code">l</label><input id="code"><button type="submit">b</button></form><p><a class="text-link" href="">r</a></p></main></div></div><footer id="widget-container-footer">f</footer>';

/** The elements that a browser makes of a template around the widget, without the widget's own, and the widget. */
function shown({ before: start, after }: ReturnType<typeof around>) {
  const document = parse(`<!doctype html><html><head></head><body>${start}${widget}${after}</body></html>`);
  const elements: Tree.Element[] = [];
  let own = '';
  const walk = (node: Tree.Node) => {
    if ('tagName' in node) {
      const isOwn = node.attrs.some(({ value }) => value === 'widget-container' || value === 'widget-container-footer');
      if (isOwn) own += serialize({ nodeName: '#document-fragment', childNodes: [node] } as Tree.DocumentFragment);
      if (isOwn) return;
      elements.push(node);
    }
    if ('childNodes' in node) node.childNodes.forEach(walk);
  };
  walk(document);
  return { elements: elements.filter(({ tagName }) => !['html', 'head', 'body'].includes(tagName)), own };
}

const permitted = /^(?:class|id|title|lang|dir|role|alt|width|height|src|srcset|media|loading|href|target|rel|colspan|rowspan|aria-[a-z]+)$/; // prettier-ignore
const harmful = /^(?:script|iframe|frame|form|input|button|textarea|select|option|svg|math|base|link|meta|object|embed|template|noscript|style|title|xmp|plaintext|noembed|noframes|authsignal-.*)$/; // prettier-ignore

/** What must be true of every result. */
function expectSafe(page: ReturnType<typeof around>): void {
  const { elements, own } = shown(page);
  for (const { tagName, namespaceURI, attrs } of elements) {
    expect(namespaceURI).toBe('http://www.w3.org/1999/xhtml');
    expect(tagName).not.toMatch(harmful);
    for (const { name, value } of attrs) {
      expect(name).toMatch(permitted);
      if (name === 'href' || name === 'src') expect(value).toMatch(/^(?:https:\/\/|\/(?![/\\]))/i);
    }
  }
  // The widget is unchanged, whatever is around it.
  expect(own).toBe(widget);
  const again = around(`${page.before}<authsignal-widget></authsignal-widget>${page.after}`);
  expect([again.before, again.after]).toEqual([page.before, page.after]);
  expect(page.styles.join('')).not.toContain('</');
}

describe('a template of a tenant', () => {
  test('keeps what lays out and decorates, around the widget', () => {
    const page = around(
      '<style>h1 > a{color:red}</style><header class="top" style="x"><img src="https://cdn.example/l.png" alt="L"></header><main id=shell><authsignal-widget></authsignal-widget></main><p>&copy; Bank & Co</p>',
    );
    expect(page).toEqual({
      styles: ['h1 > a{color:red}'],
      before: '<header class="top"><img src="https://cdn.example/l.png" alt="L"></header><main id="shell">',
      after: '</main><p>© Bank &#38; Co</p>',
      images: ['https://cdn.example/l.png'],
    });
  });

  test.each([
    ['<script>alert(1)</script>'],
    ['<SCRIPT/src=//evil.example></SCRIPT>'],
    ['<img src=x onerror=alert(1)>'],
    ['<img src="javascript:alert(1)">'],
    ['<img src="/a" srcset="/b 1x, javascript:alert(1) 2x">'],
    ['<a href="java&#115;cript:alert(1)">x</a>'],
    ['<a href="&#x6a;avascript:alert(1)">x</a>'],
    ['<a href="java&Tab;script:alert(1)">x</a>'],
    ['<a href="&#1;javascript:alert(1)">x</a>'],
    ['<a href="//evil.example">x</a>'],
    ['<a href="/&#9;/evil.example">x</a>'],
    ['<a href="/\\evil.example">x</a>'],
    ['<a xlink:href="javascript:alert(1)" aria-x"onclick=alert(1)>x</a>'],
    ['<iframe srcdoc="<script>alert(1)</script>"></iframe>'],
    ['<form action="https://evil.example"><input name=p></form>'],
    ['<svg><script>alert(1)</script></svg>'],
    ['<svg><style><img src=x onerror=alert(1)></style></svg>'],
    ['<svg></p><style><a id="</style><img src=x onerror=alert(1)>">'],
    ['<svg><foreignObject><p><img src=x onerror=alert(1)></p></foreignObject></svg>'],
    ['<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>'],
    ['<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=alert(1)&gt;">'],
    ['<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>'],
    ['<math><annotation-xml encoding="text/html"><script>alert(1)</script></annotation-xml></math>'],
    ['<base href="https://evil.example/">'],
    ['<link rel=stylesheet href="https://evil.example/x.css">'],
    ['<meta http-equiv=refresh content="0;url=https://evil.example">'],
    ['<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>'],
    ['<template><img src=x onerror=alert(1)></template>'],
    ['<template><template></template><script>alert(1)</script></template>'],
    ['<p id="page-state">{}</p>'],
    ['<p id="widget&#45;root">x</p>'],
    ['<object data="x"></object><embed src="x">'],
    ['<img src=https://a.example/x"onerror="alert(1)>'],
    ['<div title="><img src=x onerror=alert(1)>">'],
    ['<!--><img src=x onerror=alert(1)>-->'],
    ['<!--a--!><img src=x onerror=alert(1)><!-- -->'],
    ['<![CDATA[><img src=x onerror=alert(1)>]]>'],
    ['<?x ><img src=x onerror=alert(1)>?>'],
    ['<p <img src=x onerror=alert(1)>'],
    ['<title><img src=x onerror=alert(1)></title>'],
    ['<textarea><p id="</textarea><img src=x onerror=alert(1)>"></textarea>'],
    ['<xmp><p title="</xmp><img src=x onerror=alert(1)>"></xmp>'],
    ['<select><option><style></option></select><img src=x onerror=alert(1)></style>'],
    ['<table><caption><style>x</style></caption><a><table><a><img src=x onerror=alert(1)>'],
    ['<a><marquee><a href="https://a.example/">x</a></marquee></a>'],
    ['<p><button><p>x</p></button></p><h1><form><h2>x</h2></form></h1>'],
    ['<pre>\n\nx</pre><pre>\n</pre>'],
    ['&lt;script&gt;alert(1)&lt;/script&gt;&amp;lt;img src=x onerror=alert(1)&amp;gt;'],
    ['\u0001\u0002<b>x</b>&#1;&#13;&#x80;\u2028'],
  ])('%s loses what could run, load or send anything', (html) => {
    const { after: kept, ...page } = around(`<div><authsignal-widget>${html}</authsignal-widget></div>`);
    expectSafe({ ...page, after: kept });
    // Before the widget, it may hide the widget, and is then refused.
    if (refusalOf(`${html}<authsignal-widget></authsignal-widget>`) === undefined) {
      expectSafe(around(`${html}<authsignal-widget></authsignal-widget>`));
    }
    expect(kept).not.toMatch(/<(?:script|iframe|form|input|svg|math|base|link|meta|object|embed|template|noscript)/i);
    expect(kept.replace(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\son\w+=/i);
  });

  test('A58: is stable and safe, whatever it was: browsers that read it again get the same', () => {
    const piece = fc.constantFrom(
      ...'a p b i div span table tr td caption ul li dl dd h1 h2 pre svg math mtext mglyph foreignObject annotation-xml style script title textarea select option template noscript button form marquee object image frameset body html head plaintext authsignal-widget authsignal-head'
        .split(' ')
        .flatMap((name) => [`<${name}>`, `<${name}>`, `</${name}>`]),
      '<p title="',
      '<img src="/x" onerror="',
      '<a href="javascript:',
      '">',
      '">',
      '<',
      '>',
      '</',
      "'",
      'x',
      '\n',
      '&',
      '&lt;',
      '&#13;',
      '<!--',
      '-->',
      ']]>',
      '<![CDATA[',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.array(piece, { maxLength: 10 }), (start, end) => {
        try {
          expectSafe(around(`${start.join('')}<authsignal-widget></authsignal-widget>${end.join('')}`));
        } catch (error) {
          // A template that hides the widget, or never becomes stable, is refused instead.
          if (!(error instanceof TemplateRefused)) throw error;
        }
      }),
      { numRuns: 400 },
    );
  });

  test('puts no link and no paragraph around the widget, and shows it once', () => {
    for (const name of ['a href="https://evil.example/"', 'p', 'a href="/x"><p', 'form', 'button', 'h1', 'b', 'li']) {
      const { elements, own } = shown(around(`<div><${name}>x<authsignal-widget/><i>y</i>`));
      expect(own, name).toBe(widget);
      expect(elements.map(({ tagName }) => tagName).filter((tag) => tag === 'a' || tag === 'p')).toEqual([]);
    }
    const twice = around('<authsignal-widget></authsignal-widget>x<authsignal-widget></authsignal-widget>y');
    expect([twice.before, twice.after]).toEqual(['', 'xy']);
  });

  test('without a place for the widget is refused', () => {
    const head = '<authsignal-head></authsignal-head>';
    const mark = '<authsignal-widget></authsignal-widget>';
    const hidden = ['<!--?-->', '<p title="?">', '<svg>?</svg>', '<template>?</template>', '<textarea>?', '<script>?'];
    for (const html of [...hidden, '<frameset>?</frameset>', '<noscript>?</noscript>']) {
      expect(refusalOf(`${head}${html.replace('?', mark)}`), html).toMatch(/^has no <authsignal-widget>/);
    }
  });

  test('cannot end its styles early', () => {
    for (const inside of [
      'a{}</sty',
      'a{}<!--',
      'a{}</sty<!--le><meta http-equiv=refresh content="0;url=https://evil.example/?',
      'a{}</sty-->le><form>',
      'a{}<</style x><form>',
      'a{}</STYLE/><form>',
      'a{}</<!--style <form>',
    ]) {
      const { styles } = around(
        `<style>${inside}</style><style>b{}</style><script>alert(1)</script><authsignal-widget></authsignal-widget>`,
      );
      expect(styles.join(''), inside).not.toMatch(/<style|<\/|<script/);
    }
    const css = '@media (400px<width<=900px){a{background:url("data:image/svg+xml,<svg>';
    const page = around(`<style>${css}</svg>")}}</style><authsignal-widget></authsignal-widget>`);
    expect(page.styles).toEqual([`${css}<\\/svg>")}}`]);
  });
});

describe('ruling 52: reading a template has a budget', () => {
  const fill = (make: (name: string) => string, length = 99_800) => {
    let text = '';
    for (let at = 0; text.length < length; at += 1) text += make(at.toString(36));
    return `<authsignal-head></authsignal-head><authsignal-widget></authsignal-widget>${text}`;
  };
  test.each<[string, (name: string) => string]>([
    ['what looks like comments', () => '<!'],
    ['opening signs', () => '<'],
    ['open comments', () => '<!--'],
    ['elements', () => '<i>x</i>'],
    ['nested elements', () => '<div>'],
    ['nested links', () => '<a><div>'],
    ['elements that every paragraph opens again', (name) => `<p><b ${name}>`],
    ['the same within tables', (name) => `<table><b ${name}>`],
    ['what is moved out of what was closed in the wrong order', () => '<a><p><hr><hr><hr>'],
    ['closing marks of nothing', () => '</b>'],
    ['attributes', (name) => (name === '0' ? '<b ' : `${name} `)],
    ['long attributes that are written again and again', (name) => (name === '0' ? `<b title="${'x'.repeat(20_000)}">` : '<p>x')], // prettier-ignore
    ['other namespaces', () => '<svg><foreignObject>'],
    ['styles', () => '<style>a{}</style>'],
    ['half a style', (name) => (name === '0' ? '<style>' : '</styl')],
    ['marks in text', () => '&#'],
    ['images', (name) => `<img src="https://${name}.example/">`],
  ])('of %s', (_what, make) => {
    const html = fill(make);
    const startedMs = performance.now();
    const refusal = refusalOf(html);
    const ms = performance.now() - startedMs;
    // A count limits the work; the time limits what is not counted, on a busy machine.
    expect(ms).toBeLessThan(2_000);
    if (refusal !== undefined) expect(refusal).toMatch(/^(?:has too many|has elements|is too long|names too many)/);
  });

  test('that an ordinary page of 100,000 characters does not exceed', () => {
    const row =
      '<tr><td class="cell wide" colspan="2"><p>Lorem ipsum dolor sit amet, consectetur adipiscing</p></td></tr>';
    const dense = '<p class="a" title="b"><i>c</i> d<img src="/e.png"></p>';
    for (const body of [`<table>${row.repeat(900)}</table>`, dense.repeat(1_750)]) {
      const html = `<authsignal-head></authsignal-head><authsignal-widget></authsignal-widget>${body}`;
      expect(html.length).toBeGreaterThan(90_000);
      expect(refusalOf(html)).toBeUndefined();
    }
  });
});
