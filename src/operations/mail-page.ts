import { escapeHtml } from './escape-html.ts';

/** What a mail is about: a code that is typed in, or a link that is opened. */
type Emphasis = string | { readonly link: string; readonly label: string };

/** A mail as HTML: one paragraph a text. What it is about stands large under the first. Nothing in a text is taken for markup. */
export function mailPage(title: string, [first = '', ...rest]: readonly string[], emphasis?: Emphasis): string {
  const paragraph = (text: string, style: string) => `<p style="margin:0 0 12px${style}">${escapeHtml(text)}</p>`;
  const large = emphasis === undefined ? '' : emphasised(emphasis);
  const notes = rest.map((text) => paragraph(text, ';color:#555b66')).join('');
  // Styled in place, because mail programs drop style sheets.
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head><body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#1c2026">${paragraph(first, '')}${large}${notes}</body></html>`;
}

function emphasised(emphasis: Emphasis): string {
  return typeof emphasis === 'string'
    ? `<p style="margin:0 0 16px;font-size:32px;font-weight:600;letter-spacing:4px">${escapeHtml(emphasis)}</p>`
    : `<p style="margin:0 0 16px"><a href="${escapeHtml(emphasis.link)}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#1c2026;color:#ffffff;font-weight:600;text-decoration:none">${escapeHtml(emphasis.label)}</a></p>`;
}
