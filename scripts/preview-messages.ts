/** Writes one page with every message in every language, light and dark, and says where: `npm run preview:messages`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { escapeHtml } from '../src/telling/escape-html.ts';
import { messageLocales, messagesOf, textsOf } from './messages-of.ts';

const tenantName = process.argv[2] ?? 'Example Bank';

/** The mail as a program in that mode shows it, whatever the reader's own mode is. */
function inMode(html: string, mode: 'light' | 'dark'): string {
  return html.replace('@media (prefers-color-scheme:dark)', mode === 'dark' ? '@media all' : '@media not all');
}

function frame(html: string, title: string, mode: 'light' | 'dark'): string {
  return `<iframe loading="lazy" title="${escapeHtml(title)}, ${mode}" srcdoc="${escapeHtml(inMode(html, mode))}"></iframe>`;
}

const sections = messageLocales.map((locale) => {
  const mails = messagesOf(locale, tenantName).map(
    ({ name, subject, text, html }) =>
      `<article><h3>${escapeHtml(name)}</h3><p class="subject">${escapeHtml(subject)}</p><div class="looks">${frame(html, name, 'light')}${frame(html, name, 'dark')}<pre>${escapeHtml(text)}</pre></div></article>`,
  );
  const texts = textsOf(locale, tenantName).map(
    ({ name, text }) =>
      `<article><h3>${escapeHtml(name)}</h3><div class="looks"><p class="bubble light">${escapeHtml(text)}</p><p class="bubble dark">${escapeHtml(text)}</p></div></article>`,
  );
  return `<section id="${locale}" lang="${locale}"><h2>${locale}</h2>${texts.join('')}${mails.join('')}</section>`;
});

const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{margin:0 auto;max-width:1500px;padding:24px}
nav{position:sticky;top:0;padding:12px 0;background:Canvas}nav a{display:inline-block;margin-right:16px;color:inherit}section{scroll-margin-top:64px}
article{margin:0 0 40px}h3{margin:0}h3::first-letter{text-transform:uppercase}.subject{margin:0 0 12px;font-weight:600}
.looks{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(300px,100%),1fr));gap:16px}
iframe,pre{box-sizing:border-box;width:100%;height:440px;margin:0;border:1px solid GrayText;border-radius:8px}
.bubble{max-width:300px;margin:0;padding:12px 16px;border-radius:18px;white-space:pre-wrap;overflow-wrap:anywhere}.light{color:#1c2026;background:#e9e9eb}.dark{color:#fff;background:#26252a}
pre{padding:16px;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;font-size:14px}`;

const links = messageLocales.map((locale) => `<a href="#${locale}">${locale}</a>`).join('');
const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Messages of ${escapeHtml(tenantName)}</title><style>${style}</style></head><body><h1>Messages of ${escapeHtml(tenantName)}</h1><nav>${links}</nav>${sections.join('')}</body></html>`;

const folder = fileURLToPath(new URL('../dist/preview/', import.meta.url));
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}messages.html`, page);
process.stdout.write(`wrote ${folder}messages.html\n`);
