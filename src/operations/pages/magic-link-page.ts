import { escapeHtml } from '../escape-html.ts';

const style = `:root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;font:1rem/1.5 system-ui,sans-serif;background:light-dark(#f4f5f7,#14161a);color:light-dark(#1c2026,#e8eaed)}main{box-sizing:border-box;width:min(26rem,100% - 2rem);padding:2rem;border-radius:1rem;background:light-dark(#fff,#1e2127)}h1{margin:0 0 .5rem;font-size:1.375rem;line-height:1.3}p{margin:0 0 1rem}dl{margin:0 0 1.25rem;display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem}dt{color:light-dark(#555b66,#a9afb9)}dd{margin:0;overflow-wrap:anywhere}button,a{display:block;box-sizing:border-box;width:100%;padding:.75rem 1rem;border:0;border-radius:.5rem;font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer;background:light-dark(#1c2026,#e8eaed);color:light-dark(#fff,#14161a)}button:focus-visible,a:focus-visible{outline:3px solid light-dark(#2563eb,#93b4ff);outline-offset:2px}`;

export interface MagicLinkScreen {
  readonly title: string;
  readonly heading: string;
  readonly body: string;
  /** What is confirmed: name and value. */
  readonly facts?: readonly (readonly [string, string])[];
  readonly form?: { readonly token: string; readonly pageNonce: string; readonly button: string };
  readonly link?: { readonly url: string; readonly label: string };
}

/** The one page behind a mailed link, without any script. */
export function magicLinkPage({ title, heading, body, facts = [], form, link }: MagicLinkScreen): string {
  const list = facts.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('');
  const button =
    form === undefined
      ? ''
      : `<form method="post" action="/magic-link"><input type="hidden" name="token" value="${escapeHtml(form.token)}"><input type="hidden" name="pageNonce" value="${escapeHtml(form.pageNonce)}"><button type="submit">${escapeHtml(form.button)}</button></form>`;
  const onward = link === undefined ? '' : `<a href="${escapeHtml(link.url)}">${escapeHtml(link.label)}</a>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)}</title><style>${style}</style></head><body><main><h1>${escapeHtml(heading)}</h1><p>${escapeHtml(body)}</p>${list === '' ? '' : `<dl>${list}</dl>`}${button}${onward}</main></body></html>`;
}
