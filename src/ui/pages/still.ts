/**
 * Runs on pages that no tenant is named for, and calls no API: looks for a token that the browser holds, and tells whoever has
 * opened the page that it can be closed. What it tells says nothing, so that anybody may be told (ruling 50).
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
      // A reload: the server draws the page anew, with the tenant's own look.
      address.searchParams.set('token', kept);
      location.replace(address);
      return;
    }
    if (page.errorCode !== 'forbidden') token.write(undefined);
    // Out of the address bar, the history and whatever copies them.
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
