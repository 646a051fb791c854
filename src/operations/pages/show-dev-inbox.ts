import { Refusal } from '../../contract/errors.ts';
import { showDevInbox as route } from '../../contract/pages/dev-inbox.ts';
import type { KeptEmail } from '../../delivery/email/inbox-mailer.ts';
import { escapeHtml } from '../escape-html.ts';
import { publicOperation } from '../operation.ts';
import { wireTime } from '../wire-values.ts';

const style = `:root{color-scheme:light dark}body{margin:0 auto;max-width:44rem;padding:1.5rem 1rem;font:1rem/1.5 system-ui,sans-serif;background:light-dark(#f4f5f7,#14161a);color:light-dark(#1c2026,#e8eaed)}h1{font-size:1.375rem}article{margin:1rem 0;padding:1rem 1.25rem;border-radius:.75rem;background:light-dark(#fff,#1e2127)}h2{margin:0;font-size:1.0625rem;overflow-wrap:anywhere}p{margin:.25rem 0;overflow-wrap:anywhere}pre{margin:.75rem 0 0;font:inherit;white-space:pre-wrap;overflow-wrap:anywhere}`;

export const showDevInbox = publicOperation(route, async ({ inbox }) => {
  if (inbox === undefined) throw new Refusal('not_found', 'There is nothing at this path. Check the path and its ids.');
  const messages = inbox.messages();
  const list = messages.length === 0 ? '<p>Nothing has been sent yet.</p>' : messages.map(article).join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Inbox of development mode</title><style>${style}</style></head><body><main><h1>Inbox of development mode</h1><p>Nothing here was sent to anybody. Reload to see more.</p>${list}</main></body></html>`;
});

function article({ to, subject, text, sentAtMs }: KeptEmail): string {
  return `<article><h2>${escapeHtml(subject)}</h2><p>To ${escapeHtml(to)}, ${wireTime(sentAtMs)}</p><pre>${escapeHtml(text)}</pre></article>`;
}
