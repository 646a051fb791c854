/** Starts in the browser what the server has drawn. */
import { hydrate } from 'preact';
import { Client, NetworkError, supportsPlatformPasskeys } from '../../../sdk/browser/index.ts';
import type { ApiError } from '../../../sdk/browser/index.ts';
import type { ChallengePage } from '../../contract/pages/challenge.ts';
import { sessionKeep, tokenKey } from '../kit/device-memory.ts';
import { App } from './app.tsx';
import type { Surroundings } from './app.tsx';
import { Opener, exitUrl } from './exits.ts';
import { firstView } from './flow.ts';
import { loadLaterScreens } from './later.ts';
import { loadMethodPage } from './method-pages.ts';

const token = sessionKeep(tokenKey);

async function begin(): Promise<void> {
  const state = document.querySelector('#page-state')?.textContent ?? '';
  const page = JSON.parse(state) as ChallengePage;
  const address = new URL(location.href);
  const isPopup = address.searchParams.get('mode') === 'popup';

  const current = address.searchParams.get('token') ?? '';
  token.write(page.kind === 'session' ? current : undefined);
  // Removes it from the address bar, the history and anything that copies them.
  address.searchParams.delete('token');
  history.replaceState(history.state, '', address);
  // A link that was pressed earlier has left the old address in the history; it is corrected when the user goes back
  // there.
  addEventListener('popstate', () => {
    if (!new URL(location.href).searchParams.has('token')) return;
    history.replaceState(history.state, '', `${address.pathname}${address.search}`);
  });

  const source = page.kind === 'session' ? page.session : page;
  const redirectUrl = page.kind === 'session' ? page.session.action.redirectUrl : page.redirectUrl;
  const exits = {
    isPopup,
    nativeScheme: address.searchParams.get('nativeScheme') ?? undefined,
    redirectUrl,
    states: address.searchParams.getAll('state'),
    expectedOrigins: source.expectedOrigins,
    expectsLocalhost: source.expectsLocalhost,
  };
  const opener = new Opener(exits);
  const client = new Client({
    baseUrl: `${location.origin}/v1`,
    token: current,
    language: source.locale,
    onError(error) {
      if (error instanceof NetworkError) return;
      opener.failed(error.code, error.status);
      if (isOfToken(error)) expire();
    },
  });

  const target = isPopup ? undefined : exitUrl(exits, client.token);
  const leave = () => {
    if (isPopup) opener.close(client.token);
    else location.assign(exitUrl(exits, client.token) ?? '');
  };
  function expire(): void {
    token.write(undefined);
    const redirects = page.kind === 'session' ? page.session.options.redirectOnExpiry : page.redirectOnExpiry;
    if (redirects && target !== undefined) leave();
    else dispatchEvent(new Event('sallyport-expired'));
  }

  const around: Surroundings = {
    client,
    isPopup,
    mayStart: !(window.parent !== window && isSafari()),
    canKeepPasskey: supportsPlatformPasskeys,
    leave: (isPopup ? opener.hasTarget : target !== undefined) ? leave : undefined,
    mustEnrol: address.searchParams.get('force_enrollment') === 'true',
    nowMs: () => Date.now(),
    keepToken: () => token.write(client.token),
    reload: () => location.reload(),
  };

  if (page.kind === 'session') await loadFirstScreen(page);
  if (matchMedia('(prefers-color-scheme: dark)').matches) document.documentElement.classList.add('dark');
  const root = document.querySelector('#widget-root');
  if (root === null) return;
  hydrate(<App page={page} around={around} />, root);
  document.documentElement.classList.add('started');

  if (isPopup) opener.reportSize();
  if (page.kind === 'expired') {
    opener.failed('expired_token', 401);
    if (page.redirectOnExpiry && target !== undefined) leave();
  }
}

/** Hydrating the server's drawing needs the code of its screen. */
async function loadFirstScreen({ session }: Extract<ChallengePage, { kind: 'session' }>): Promise<void> {
  const view = firstView(session);
  if ('method' in view) await loadMethodPage(view.method);
  if (view.name === 'settings') await loadLaterScreens();
}

function isOfToken({ code }: ApiError): boolean {
  return code === 'expired_token' || code === 'invalid_token';
}

/** WebKit requires a click before a ceremony inside a frame. */
function isSafari(): boolean {
  return /^((?!chrome|android|crios|fxios).)*safari/i.test(navigator.userAgent);
}

void begin();
