import { showWelcome as route } from '../../contract/pages/welcome.ts';
import { operation } from '../operation.ts';
import { devPage } from '../../showing/dev-page.ts';
import { nothingHere } from '../../showing/nothing-here.ts';

export const showWelcome = operation(route, async ({ inbox, isDevelopment }) => {
  if (!isDevelopment) throw nothingHere();
  const mail =
    inbox === undefined
      ? ''
      : '<article><h2><a href="/dev/inbox">Inbox</a></h2><p>What would have been mailed: codes, links and notices.</p></article>';
  const html = `<p>It runs in development mode: what you see here is for you alone, and is not there in production.</p>
<article><h2>Try a challenge</h2><p>Tracks an action of a demo user, <code>demo</code>, as your backend would, and opens the page that they would see.</p><form method="post" action="/dev/challenge"><button>Try a challenge</button></form></article>
${mail}
<article><h2><a href="/docs">API reference</a></h2><p>Every route of this server. The keys of the first tenant are in <code>credentials.env</code> in the data directory.</p></article>`;
  return devPage('Sallyport is running', html);
});
