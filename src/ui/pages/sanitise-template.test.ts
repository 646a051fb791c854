import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sanitiseTemplate } from './sanitise-template.ts';

const around = (html: string) =>
  sanitiseTemplate(`<html><head><authsignal-head></authsignal-head></head><body>${html}</body></html>`, 'N');
const before = (html: string) => around(`${html}<authsignal-widget></authsignal-widget>`)[2];

describe('a template of a tenant', () => {
  test('keeps what lays out and decorates, around the widget', () => {
    const [, css, start, end] = around(
      '<style>h1 > a{color:red}</style><header class="top" style="x"><img src="https://cdn.example/l.png" alt="L"></header><main id=shell><authsignal-widget></authsignal-widget></main><p>&copy; Bank & Co</p>',
    );
    expect(css).toBe('<style nonce="N">h1 > a{color:red}</style>');
    expect(start).toBe('<header class="top"><img src="https://cdn.example/l.png" alt="L"></header><main id="shell">');
    expect(end).toBe('</main><p>&copy; Bank &#38; Co</p>');
  });

  test.each([
    ['<script>alert(1)</script>'],
    ['<SCRIPT/src=//evil.example></SCRIPT>'],
    ['<img src=x onerror=alert(1)>'],
    ['<img src="javascript:alert(1)">'],
    ['<a href="java&#115;cript:alert(1)">x</a>'],
    ['<a href="&#x6a;avascript:alert(1)">x</a>'],
    ['<a href="//evil.example">x</a>'],
    ['<a href="/\\evil.example">x</a>'],
    ['<iframe srcdoc="<script>alert(1)</script>"></iframe>'],
    ['<form action="https://evil.example"><input name=p></form>'],
    ['<svg><script>alert(1)</script></svg>'],
    ['<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>'],
    ['<base href="https://evil.example/">'],
    ['<link rel=stylesheet href="https://evil.example/x.css">'],
    ['<meta http-equiv=refresh content="0;url=https://evil.example">'],
    ['<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>'],
    ['<template><img src=x onerror=alert(1)></template>'],
    ['<p id="page-state">{}</p>'],
    ['<object data="x"></object><embed src="x">'],
    ['<img src=https://a.example/x"onerror="alert(1)>'],
    ['<div title="><img src=x onerror=alert(1)>">'],
    ['<!--><img src=x onerror=alert(1)>-->'],
    ['<p <img src=x onerror=alert(1)>'],
  ])('%s loses what could run, load or send anything', (html) => {
    const kept = before(html);
    expect(kept).not.toMatch(/<(?:script|iframe|form|input|svg|math|base|link|meta|object|embed|template|noscript)/i);
    expect(kept.replace(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\son\w+=/i);
    expect(kept).not.toMatch(/(?:href|src)="(?!https:|\/[^/\\])/i);
    expect(kept).not.toContain('page-state');
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
      const [, css] = around(`<style>${inside}</style><style>b{}</style><script>alert(1)</script>`);
      expect(css.match(/<style|<\/|<script/g), inside).toEqual(['<style', '</', '<style', '</']);
    }
    const plain = '@media (400px<width<=900px){a{background:url("data:image/svg+xml,<svg>';
    expect(around(`<style>${plain}</svg>")}}</style>`)[1]).toContain(`${plain}<\\/svg>")}}`);
  });

  test('is well formed, whatever it was', () => {
    const piece = fc.constantFrom(
      '<div>',
      '</div>',
      '<p title="',
      '">',
      '<',
      '>',
      '<b',
      '</',
      "'",
      'x',
      '&',
      '<style>',
      '</style>',
      '<!--',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const parts = around(`${pieces.join('')}<authsignal-widget></authsignal-widget>`);
        const html = `${parts[2]}${parts[3]}`;
        const open: string[] = [];
        for (const [, slash, name] of html.replace(/"[^"]*"/g, '').matchAll(/<(\/?)(\w+)[^>]*>/g)) {
          if (slash === '') open.push(name ?? '');
          else expect(open.pop()).toBe(name);
        }
        expect(open).toEqual([]);
      }),
    );
  });
});
