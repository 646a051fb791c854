/** How the page talks to whoever opened it, and how it goes back there (client-api 7.2, 7.6; ruling 21). */
import { sessionKeep } from '../kit/device-memory.ts';
import { openerMessages, openerWindow, reportSize } from './opener-window.ts';

export interface ExitParts {
  readonly isPopup: boolean;
  /** Whether an app of the tenant waits for a scheme of its own. */
  readonly nativeScheme: string | undefined;
  readonly redirectUrl: string | undefined;
  /** What the page's own address says in `state`, each time that it does. */
  readonly states: readonly string[];
  readonly expectedOrigins: readonly string[];
  readonly expectsLocalhost: boolean;
}

// The one scheme that apps of the tenant are known by; any other in the address is ignored.
const knownNativeScheme = 'authsignal';
// Identity providers know a login by it; a longer one would not fit into their own addresses.
const stateCharactersMax = 2_048;

/**
 * Where to go with the result; undefined where there is nowhere. A `state` goes along unread (ruling 51), but which of
 * several is meant nobody can say.
 */
export function exitUrl({ redirectUrl, nativeScheme, states }: ExitParts, token: string): string | undefined {
  const target = redirectUrl ?? (nativeScheme === knownNativeScheme ? `${knownNativeScheme}://auth` : undefined);
  if (target === undefined || !URL.canParse(target)) return undefined;
  const url = new URL(target);
  // The server has refused these when the action was tracked; a page never trusts that alone (A57, A58).
  if (/^(?:javascript|data|vbscript|blob|file|about):$/.test(url.protocol)) return undefined;
  const [state = '', ...others] = states;
  const isCarried = state !== '' && state.length <= stateCharactersMax && others.length === 0;
  if (isCarried && !url.searchParams.has('state')) url.searchParams.set('state', state);
  url.searchParams.set('token', token);
  return url.href;
}

/** The window that opened the page, and what it is told. */
export class Opener {
  readonly #parts: ExitParts;
  readonly #window = openerWindow();
  readonly #origin: string | undefined;

  constructor(parts: ExitParts) {
    this.#parts = parts;
    this.#origin = originOfOpener();
  }

  /** From now on the opener knows how high the page is. */
  reportSize(): void {
    reportSize((message) => this.#announce(message));
  }

  failed(errorCode: string, statusCode: number): void {
    this.#announce(openerMessages.failed(errorCode, statusCode));
  }

  /** Whether there is anybody who may be given the token; where not, nobody closes the page either. */
  get hasTarget(): boolean {
    return this.#tokenTargets().length > 0;
  }

  /** Hands over the token and asks to be closed. The token goes to origins of the tenant alone. */
  close(token: string): void {
    if (!this.#parts.isPopup) return;
    for (const origin of this.#tokenTargets()) this.#window.postMessage(openerMessages.close(token), origin);
  }

  #tokenTargets(): readonly string[] {
    const { expectedOrigins, redirectUrl } = this.#parts;
    if (this.#origin !== undefined) return this.#isExpected(this.#origin) ? [this.#origin] : [];
    const ofRedirect = originOf(redirectUrl);
    const exact = expectedOrigins.filter((origin) => !origin.includes('*'));
    // Browsers deliver only what is addressed to the very origin of the window.
    return [...new Set([...exact, ...(ofRedirect === undefined ? [] : [ofRedirect])])];
  }

  #isExpected(origin: string): boolean {
    const { expectedOrigins, expectsLocalhost, redirectUrl } = this.#parts;
    if (expectsLocalhost && /^http:\/\/localhost(:\d{1,5})?$/.test(origin)) return true;
    // `*` stands for the first label of a host.
    const pattern = origin.replace(/^(https?:\/\/)[^.:*]+\./, '$1*.');
    return expectedOrigins.includes(origin) || expectedOrigins.includes(pattern) || origin === originOf(redirectUrl);
  }

  /** Nothing in it is secret; a stranger that has opened the page is told nothing all the same (A59). */
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

/** Known from the browser itself inside a frame, else from the first load's referrer, which a reload would replace by ours. */
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
