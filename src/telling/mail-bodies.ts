import type { MailWords } from '../texts/mail-words.ts';
import { escapeHtml } from './escape-html.ts';

/** The content of a mail, from top to bottom. Nothing in it is treated as markup. */
export interface MailContent {
  readonly heading: string;
  /** What is confirmed, in the tenant's own words. */
  readonly message?: string | undefined;
  readonly description?: string;
  /** The main part: a code to type in, or a link to open. */
  readonly emphasis?: string | { readonly link: string; readonly label: string };
  /** Labels, including their closing punctuation, and their values. */
  readonly facts?: readonly (readonly [label: string, value: string])[];
  /** What to do. */
  readonly advice?: string;
  /** Further notes. */
  readonly notes?: readonly string[];
}

/** A mail that is to go to somebody. */
export interface ComposedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A mail as text and as HTML, with the same content. */
export function mailBodies({ locale }: MailWords, content: MailContent): { text: string; html: string } {
  return { text: textOf(content), html: htmlOf(locale, content) };
}

function textOf({ heading, message, description, emphasis, facts = [], advice, notes = [] }: MailContent): string {
  const large = typeof emphasis === 'string' ? emphasis : emphasis?.link;
  const list = facts.map(([label, value]) => `${label} ${value}`).join('\n');
  const parts = [heading, message, description, large, list, advice, ...notes].filter(
    (part) => part !== undefined && part !== '',
  );
  return `${parts.join('\n\n')}\n`;
}

// Styled inline, because many mail programs drop style sheets. Those that keep them get the dark colours from one.
const light = { ground: '#f3f4f6', card: '#ffffff', text: '#1c2026', quiet: '#555b66', raised: '#f3f4f6' };
const dark = { ground: '#14171c', card: '#1f242b', text: '#eceef1', quiet: '#b0b7c2', raised: '#2b323b' };
const darkStyle = `@media (prefers-color-scheme:dark){
.ground{background:${dark.ground}!important}
.card{background:${dark.card}!important;color:${dark.text}!important}
.quiet{color:${dark.quiet}!important}
.raised{background:${dark.raised}!important}
.button{background:${dark.text}!important;color:${dark.card}!important}
}`;

function htmlOf(
  locale: string,
  { heading, message, description, emphasis, facts = [], advice, notes = [] }: MailContent,
): string {
  const list = facts.map(
    ([label, value]) =>
      `<span class="quiet" style="color:${light.quiet}">${escapeHtml(label)}</span> <strong style="font-weight:600">${escapeHtml(value)}</strong>`,
  );
  const parts = [
    `<h1 style="margin:0 0 16px;font-size:20px;line-height:1.3;font-weight:600;text-wrap:balance">${escapeHtml(heading)}</h1>`,
    message === undefined ? '' : messageParagraph(message),
    description === undefined ? '' : paragraph(escapeHtml(description)),
    emphasis === undefined ? '' : emphasised(emphasis),
    list.length === 0 ? '' : paragraph(list.join('<br>')),
    advice === undefined ? '' : paragraph(escapeHtml(advice)),
    ...notes.map((note) => quietParagraph(escapeHtml(note))),
  ];
  // All our languages are written from left to right.
  return `<!doctype html>
<html lang="${Intl.getCanonicalLocales(locale).join()}" dir="ltr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"><title>${escapeHtml(heading)}</title><style>${darkStyle}</style></head>
<body class="ground" style="margin:0;padding:24px 12px;background:${light.ground};font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
<div class="card" style="max-width:480px;margin:0 auto;padding:28px 24px 16px;border-radius:12px;background:${light.card};color:${light.text};overflow-wrap:anywhere">
${parts.filter((part) => part !== '').join('\n')}
</div></body></html>`;
}

function paragraph(html: string): string {
  return `<p style="margin:0 0 16px">${html}</p>`;
}

// What is confirmed is what to read first. Its lines stay lines.
function messageParagraph(message: string): string {
  return `<p style="margin:0 0 16px;font-weight:600;white-space:pre-line">${escapeHtml(message)}</p>`;
}

function quietParagraph(html: string): string {
  return `<p class="quiet" style="margin:0 0 12px;font-size:15px;color:${light.quiet}">${html}</p>`;
}

function emphasised(emphasis: NonNullable<MailContent['emphasis']>): string {
  // Letter spacing adds a gap on the right of each letter; the padding on the left balances the last one.
  return typeof emphasis === 'string'
    ? `<p class="raised" style="margin:0 0 20px;padding:16px 0 16px 4px;border-radius:8px;background:${light.raised};text-align:center;font:600 30px/1.2 ui-monospace,Menlo,Consolas,monospace;letter-spacing:4px;white-space:nowrap">${escapeHtml(emphasis)}</p>`
    : `<p style="margin:0 0 20px"><a class="button" href="${escapeHtml(emphasis.link)}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:${light.text};color:#ffffff;font-weight:600;text-decoration:none;text-align:center">${escapeHtml(emphasis.label)}</a></p>`;
}
