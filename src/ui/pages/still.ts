/**
 * Runs on pages without a known tenant, and calls no API. It looks for a token that the browser kept, and tells the
 * window that opened the page that it can be closed. The message contains nothing, so any window may get it
 * (ruling 50).
 */
import type { FailurePage, StrangerPage } from '../../contract/pages/still-page.ts';
import { sessionKeep, tokenKey } from '../kit/device-memory.ts';
import { openerMessages, openerWindow, reportSize } from './opener-window.ts';

type Page =
  Pick<StrangerPage, 'kind' | 'errorCode' | 'statusCode' | 'isMissing'> | Omit<FailurePage, 'locale' | 'texts'>;

function begin(): void {
  const page = JSON.parse(document.querySelector('#page-state')?.textContent ?? '{}') as Page;
  const address = new URL(location.href);
  if (page.kind === 'stranger') {
    const token = sessionKeep(tokenKey);
    const kept = page.isMissing ? token.read() : undefined;
    if (kept !== undefined) {
      // A reload: the server draws the page again, with the tenant's own styles.
      address.searchParams.set('token', kept);
      location.replace(address);
      return;
    }
    if (page.errorCode !== 'forbidden') token.write(undefined);
    // Removes it from the address bar, the history and anything that copies them.
    address.searchParams.delete('token');
    history.replaceState(history.state, '', address);
  }
  document.documentElement.classList.remove('looking');
  if (address.searchParams.get('mode') !== 'popup') return;
  const tell = (message: unknown) => openerWindow().postMessage(message, '*');
  const close = document.querySelector<HTMLButtonElement>('#close');
  close?.addEventListener('click', () => tell(openerMessages.close(undefined)));
  close?.removeAttribute('hidden');
  reportSize(tell);
  tell(openerMessages.failed(page.errorCode, page.statusCode));
}

begin();
