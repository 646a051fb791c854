/**
 * Runs on pages that call no API. Without a known tenant, it looks for a token that the browser kept, and tells the window
 * that opened the page that it can be closed. The message contains nothing, so any window may get it (ruling 50). Behind a
 * link whose secret only the browser knows, it puts that into the page's form.
 */
import type { FailurePage, LinkPage, StrangerPage } from '../../contract/pages/still-page.ts';
import { sessionKeep, tokenKey } from '../kit/device-memory.ts';
import { openerMessages, openerWindow, reportSize } from './opener-window.ts';

type Page =
  | Pick<StrangerPage, 'kind' | 'errorCode' | 'statusCode' | 'isMissing'>
  | Omit<FailurePage, 'locale' | 'texts'>
  | Pick<LinkPage, 'kind' | 'screen'>;

function begin(): void {
  const page = JSON.parse(document.querySelector('#page-state')?.textContent ?? '{}') as Page;
  if (page.kind === 'link') return followLink(page);
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

const secretBytes = 32;
const secretOf = (purpose: string) => sessionKeep(`sallyport.help.${purpose}`);

/**
 * The secret leaves the address, so that nothing copies it from there, and stays in the tab until it was used: a reload
 * finds it again. The page's own secret stays too, so that this tab alone may send the form again if the answer was lost.
 */
function followLink({ screen }: Pick<LinkPage, 'screen'>): void {
  if (screen.name === 'help-taken') {
    secretOf('take').write(undefined);
    location.replace(screen.onward);
    return;
  }
  if (screen.name !== 'help') return;
  const form = document.querySelector<HTMLFormElement>('#help');
  const secret = secretOf(screen.purpose);
  const given = location.hash.slice(1);
  if (given !== '') {
    secret.write(given);
    history.replaceState(history.state, '', `${location.pathname}${location.search}`);
  }
  const token = secret.read();
  if (form === null) return;
  fill(form, 'token', token ?? '');
  if (screen.purpose === 'take') fill(form, 'pageSecret', ownSecret());
  form.querySelector('button')?.removeAttribute('disabled');
}

/** As a property, not in an attribute, which the CSS of a tenant's template could select by. */
function fill(form: HTMLFormElement, name: string, value: string): void {
  const field = form.querySelector<HTMLTextAreaElement>(`textarea[name=${name}]`);
  if (field !== null) field.value = value;
}

function ownSecret(): string {
  const keep = secretOf('page');
  const kept = keep.read();
  if (kept !== undefined) return kept;
  const made = Array.from(crypto.getRandomValues(new Uint8Array(secretBytes)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
  keep.write(made);
  return made;
}

begin();
