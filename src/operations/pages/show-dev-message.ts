import { showDevMessage as route } from '../../contract/pages/dev-inbox.ts';
import { publicOperation } from '../operation.ts';
import { nothingHere } from './nothing-here.ts';

/** As it was sent, in a sandbox: a tenant's own words may stand in it. */
export const showDevMessage = publicOperation(route, async ({ inbox }, { params }) => {
  const message = inbox?.messages().find(({ number }) => String(number) === params.number);
  if (message === undefined) throw nothingHere();
  // Without a base, links would open inside the frame, where they are not to be.
  return message.html.replace('<head>', '<head><base target="_blank">');
});
