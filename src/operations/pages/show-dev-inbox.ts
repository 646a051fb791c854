import { showDevInbox as route } from '../../contract/pages/dev-inbox.ts';
import { isKeptEmail } from '../../delivery/inbox.ts';
import type { KeptEmail, KeptText } from '../../delivery/inbox.ts';
import { escapeHtml } from '../../telling/escape-html.ts';
import { operation } from '../operation.ts';
import { wireTime } from '../../views/wire-values.ts';
import { devPage } from '../../showing/dev-page.ts';
import { nothingHere } from '../../showing/nothing-here.ts';

// Adds new messages above the existing ones, so that opened ones stay open.
const refreshing = `setInterval(async()=>{if(document.hidden)return;const reply=await fetch(location.pathname).catch(()=>undefined);if(!reply||!reply.ok)return;const fresh=new DOMParser().parseFromString(await reply.text(),'text/html').querySelectorAll('article');const list=document.getElementById('messages');const name=(article)=>article.dataset.message;const known=new Set([...list.children].map(name));const added=[...fresh].filter((article)=>!known.has(name(article)));if(added.length>0){document.getElementById('none').hidden=true;list.prepend(...added)}},2000)`;

export const showDevInbox = operation(route, async ({ inbox }) => {
  if (inbox === undefined) throw nothingHere();
  const messages = inbox.messages();
  const none = `<p id="none"${messages.length === 0 ? '' : ' hidden'}>Nothing has been sent yet.</p>`;
  const list = `<div id="messages" role="log">${messages.map((message) => (isKeptEmail(message) ? mailArticle(message) : textArticle(message))).join('')}</div>`;
  const html = `<p>Nothing here was sent to anybody. What comes shows by itself. <a href="/">Start</a></p>${none}${list}`;
  return devPage('Inbox of development mode', html, { script: refreshing });
});

function mailArticle({ number, to, subject, text, sentAtMs }: KeptEmail): string {
  const rich = `<details><summary>As HTML</summary><iframe title="${escapeHtml(subject)}" src="/dev/inbox/${number}" sandbox="allow-popups allow-popups-to-escape-sandbox" loading="lazy"></iframe></details>`;
  return `<article data-message="${number}"><h2>${escapeHtml(subject)}</h2><p>To ${escapeHtml(to)}, ${wireTime(sentAtMs)}</p><pre>${withLinks(text)}</pre>${rich}</article>`;
}

function textArticle({ number, channel, to, body, sentAtMs }: KeptText): string {
  const name = channel === 'SMS' ? 'Text message' : 'WhatsApp message';
  return `<article data-message="${number}"><h2>${name}</h2><p>To ${escapeHtml(to)}, ${wireTime(sentAtMs)}</p><pre>${withLinks(body)}</pre></article>`;
}

/** Text as HTML in which URLs are links. */
function withLinks(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"]+)/)
    .map((part, at) => {
      const escaped = escapeHtml(part);
      return at % 2 === 0 ? escaped : `<a href="${escaped}" target="_blank" rel="noopener noreferrer">${escaped}</a>`;
    })
    .join('');
}
