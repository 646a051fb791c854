import { escapeHtml } from './escape-html.ts';

/** A mail as HTML: one paragraph a text. `code` stands large under the first. Nothing in a text is taken for markup. */
export function mailPage(title: string, [first = '', ...rest]: readonly string[], code?: string): string {
  const paragraph = (text: string, style: string) => `<p style="margin:0 0 12px${style}">${escapeHtml(text)}</p>`;
  const large =
    code === undefined
      ? ''
      : `<p style="margin:0 0 16px;font-size:32px;font-weight:600;letter-spacing:4px">${escapeHtml(code)}</p>`;
  const notes = rest.map((text) => paragraph(text, ';color:#555b66')).join('');
  // Styled in place, because mail programs drop style sheets.
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head><body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#1c2026">${paragraph(first, '')}${large}${notes}</body></html>`;
}
