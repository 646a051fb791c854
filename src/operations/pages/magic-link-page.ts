import { escapeHtml } from '../escape-html.ts';
import type { MagicLinkWords } from './magic-link-words.ts';

const style = `:root{color-scheme:light dark}*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;font:1rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif;overflow-wrap:anywhere;background:light-dark(#eef0f4,#0f1115);color:light-dark(#4a5160,#b4bbc8)}main{width:min(26.5rem,100%);padding:1.75rem 2rem;border:1px solid light-dark(#e2e5eb,#2c313a);border-radius:20px;background:light-dark(#fff,#1a1d23);text-align:center;box-shadow:0 12px 32px -8px light-dark(#141e3c24,#0000)}h1{margin:0 0 .5rem;font-size:1.5rem;line-height:1.25;font-weight:650;text-wrap:balance;color:light-dark(#171b26,#f2f4f8)}p{margin:0 0 1.25rem}p:last-child{margin:0}dl{margin:0 0 1.5rem;padding:.75rem 1rem;display:grid;grid-template-columns:auto 1fr;gap:.375rem 1rem;border-radius:14px;text-align:start;background:light-dark(#f3f5f9,#272c35)}dd{margin:0;font-weight:600;color:light-dark(#171b26,#f2f4f8)}button,a{display:block;width:100%;min-height:48px;padding:.75rem 1.25rem;border:0;border-radius:12px;font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer;background:light-dark(#2b4c9b,#9db8ff);color:light-dark(#fff,#0e1730)}button:focus-visible,a:focus-visible{outline:3px solid light-dark(#2b4c9b,#aac1ff);outline-offset:2px}`;

export interface MagicLinkScreen {
  /** As HTML names the language. */
  readonly locale: string;
  readonly title: string;
  readonly heading: string;
  readonly body: string;
  /** What is confirmed: name and value. */
  readonly facts?: readonly (readonly [string, string])[];
  readonly form?: { readonly token: string; readonly pageNonce: string; readonly button: string };
  readonly link?: { readonly url: string; readonly label: string };
}

/** The one page behind a mailed link, without any script. */
export function magicLinkPage({ locale, title, heading, body, facts = [], form, link }: MagicLinkScreen): string {
  const list = facts.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('');
  const button =
    form === undefined
      ? ''
      : `<form method="post" action="/magic-link"><input type="hidden" name="token" value="${escapeHtml(form.token)}"><input type="hidden" name="pageNonce" value="${escapeHtml(form.pageNonce)}"><button type="submit">${escapeHtml(form.button)}</button></form>`;
  const onward = link === undefined ? '' : `<a href="${escapeHtml(link.url)}">${escapeHtml(link.label)}</a>`;
  return `<!doctype html><html lang="${escapeHtml(locale)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)}</title><style>${style}</style></head><body><main><h1>${escapeHtml(heading)}</h1><p>${escapeHtml(body)}</p>${list === '' ? '' : `<dl>${list}</dl>`}${button}${onward}</main></body></html>`;
}

/** For a link that is no longer good, whatever the reason: strangers learn nothing from it. */
export function overPage({ locale, say }: MagicLinkWords): string {
  return magicLinkPage({
    locale,
    title: say('common.title'),
    heading: say('magic-link-over.heading'),
    body: say('magic-link-over.description'),
  });
}
