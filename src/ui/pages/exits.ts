/**
 * How the page communicates with the window that opened it, and how it returns there (client-api 7.2, 7.6; ruling 21).
 */
import { sessionKeep } from '../kit/device-memory.ts';
import { openerMessages, openerWindow, reportSize } from './opener-window.ts';

export interface ExitParts {
  readonly isPopup: boolean;
  /** The scheme of an app of the tenant that waits for the result, if there is one. */
  readonly nativeScheme: string | undefined;
  readonly redirectUrl: string | undefined;
  /** Every value of `state` in the page's own address. */
  readonly states: readonly string[];
  readonly expectedOrigins: readonly string[];
  readonly expectsLocalhost: boolean;
}

// The only scheme that apps of the tenant use; any other in the address is ignored.
const knownNativeScheme = 'authsignal';
// Identity providers identify a login by it; a longer one would not fit into their own addresses.
const stateCharactersMax = 2_048;

/**
 * Where to go with the result; undefined if there is no URL. `state` is passed on unread (ruling 51), but not if there
 * are several, because it is unclear which one is meant.
 */
export function exitUrl({ redirectUrl, nativeScheme, states }: ExitParts, token: string): string | undefined {
  const target = redirectUrl ?? (nativeScheme === knownNativeScheme ? `${knownNativeScheme}://auth` : undefined);
  if (target === undefined || !URL.canParse(target)) return undefined;
  const url = new URL(target);
  // The server refused these when the action was tracked; a page never relies on that alone (A57, A58).
  if (/^(?:javascript|data|vbscript|blob|file|about):$/.test(url.protocol)) return undefined;
  const [state = '', ...others] = states;
  const isCarried = state !== '' && state.length <= stateCharactersMax && others.length === 0;
  if (isCarried && !url.searchParams.has('state')) url.searchParams.set('state', state);
  url.searchParams.set('token', token);
  return url.href;
}

/** The window that opened the page, and the messages to it. */
export class Opener {
  readonly #parts: ExitParts;
  readonly #window = openerWindow();
  readonly #origin: string | undefined;

  constructor(parts: ExitParts) {
    this.#parts = parts;
    this.#origin = originOfOpener();
  }

  /** From now on the opener is sent the height of the page. */
  reportSize(): void {
    reportSize((message) => this.#announce(message));
  }

  failed(errorCode: string, statusCode: number): void {
    this.#announce(openerMessages.failed(errorCode, statusCode));
  }

  /** Whether there is a window that may be given the token; if not, no window closes the page either. */
  get hasTarget(): boolean {
    return this.#tokenTargets().length > 0;
  }

  /** Sends the token and asks to be closed. The token goes only to origins of the tenant. */
  close(token: string): void {
    if (!this.#parts.isPopup) return;
    for (const origin of this.#tokenTargets()) this.#window.postMessage(openerMessages.close(token), origin);
  }

  #tokenTargets(): readonly string[] {
    const { expectedOrigins, redirectUrl } = this.#parts;
    if (this.#origin !== undefined) return this.#isExpected(this.#origin) ? [this.#origin] : [];
    const ofRedirect = originOf(redirectUrl);
    const exact = expectedOrigins.filter((origin) => !origin.includes('*'));
    // Browsers deliver only messages that are addressed to the exact origin of the window.
    return [...new Set([...exact, ...(ofRedirect === undefined ? [] : [ofRedirect])])];
  }

  #isExpected(origin: string): boolean {
    const { expectedOrigins, expectsLocalhost, redirectUrl } = this.#parts;
    if (expectsLocalhost && /^http:\/\/localhost(:\d{1,5})?$/.test(origin)) return true;
    // `*` matches the first label of a host.
    const pattern = origin.replace(/^(https?:\/\/)[^.:*]+\./, '$1*.');
    return expectedOrigins.includes(origin) || expectedOrigins.includes(pattern) || origin === originOf(redirectUrl);
  }

  /** Nothing in it is secret, but a stranger that has opened the page still gets no message (A59). */
  #announce(message: unknown): void {
    if (!this.#parts.isPopup) return;
    if (this.#origin === undefined) this.#window.postMessage(message, '*');
    else if (this.#isExpected(this.#origin)) this.#window.postMessage(message, this.#origin);
  }
}

function originOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { origin, protocol } = new URL(url);
  return /^https?:$/.test(protocol) ? origin : undefined;
}

/**
 * Inside a frame, from the browser itself; otherwise from the referrer of the first load, which a reload would replace
 * with ours.
 */
function originOfOpener(): string | undefined {
  const framed = (location as { readonly ancestorOrigins?: ArrayLike<string> }).ancestorOrigins?.[0];
  if (framed !== undefined && framed !== 'null') return framed;
  const keep = sessionKeep('sallyport.opener');
  const fromReferrer = originOf(document.referrer);
  if (fromReferrer !== undefined && fromReferrer !== location.origin) {
    keep.write(fromReferrer);
    return fromReferrer;
  }
  return keep.read();
}
