import { showDevMessage as route } from '../../contract/pages/dev-inbox.ts';
import { isKeptEmail } from '../../delivery/inbox.ts';
import { operation } from '../operation.ts';
import { nothingHere } from '../../showing/nothing-here.ts';

/** The message as it was sent, in a sandbox, because it may contain a tenant's own text. */
export const showDevMessage = operation(route, async ({ inbox }, { params }) => {
  const message = inbox?.messages().find(({ number }) => String(number) === params.number);
  if (message === undefined || !isKeptEmail(message)) throw nothingHere();
  // Without a base, links would open inside the frame.
  return message.html.replace('<head>', '<head><base target="_blank">');
});
