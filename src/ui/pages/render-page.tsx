/**
 * Draws a page on the server: the first screen, with its styles in the document and the state from which the browser
 * continues. Built into one file that the server loads; nothing of it reaches a browser.
 */
import { render } from 'preact-render-to-string';
import { Client } from '../../../sdk/browser/index.ts';
import type { UiSession } from '../../contract/client/ui-session.ts';
import type { ChallengePage } from '../../contract/pages/challenge.ts';
import type { PageTemplate } from '../../contract/pages/page-template.ts';
import type { StillPage } from '../../contract/pages/still-page.ts';
import styles from '../kit/styles.css?inline';
import type { MethodLook } from '../kit/method-look.ts';
import { themeCss } from '../kit/theme-css.ts';
import type { Words } from '../kit/page.ts';
import { wordsOf } from '../kit/words.ts';
import { App } from './app.tsx';
import type { Surroundings } from './app.tsx';
import { firstView } from './flow.ts';
import { loadLaterScreens } from './later.ts';
import { Logo } from './logo.tsx';
import { loadMethodPage, methodsWithPages } from './method-pages.ts';
import { StillScreen } from './still-screens.tsx';

/** The built files: the entry, and what each method's screens need in addition. */
export interface BuiltFiles {
  readonly entry: string;
  /** Files that the entry imports at once. */
  readonly always: readonly string[];
  readonly chunks: Readonly<Record<string, readonly string[]>>;
  /** The script of pages that call no API. */
  readonly still: string;
}

export interface RenderedPage {
  readonly html: string;
  /** Origins and files outside this server that the theme names, for the page's Content Security Policy. */
  readonly images: readonly string[];
  readonly fonts: readonly string[];
}

// The server can draw any screen at once; only browsers load them one by one.
await Promise.all([...methodsWithPages.map((method) => loadMethodPage(method)), loadLaterScreens()]);

const nothing: Surroundings = {
  client: new Client({ baseUrl: '', token: '' }),
  isPopup: false,
  mayStart: false,
  canKeepPasskey: () => Promise.resolve(false),
  leave: undefined,
  mustEnrol: false,
  nowMs: () => 0,
  keepToken: () => undefined,
  reload: () => undefined,
};

export function renderPage(
  page: ChallengePage,
  { mode, nonce, files }: { readonly mode: Mode; readonly nonce: string; readonly files: BuiltFiles },
): RenderedPage {
  const { locale, texts } = page.kind === 'session' ? page.session : page;
  const tenant = page.kind === 'session' ? page.session.tenant : page.tenant;
  const hideWatermark = page.kind === 'session' ? page.session.options.hideWatermark : page.hideWatermark;
  const words = wordsOf(locale, texts, { tenantName: tenant?.name ?? '' });
  const hasRedirect = (page.kind === 'session' ? page.session.action.redirectUrl : page.redirectUrl) !== undefined;
  // The server also knows whether there is a way back, so that it does not appear late.
  const around = {
    ...nothing,
    isPopup: mode === 'popup',
    leave: hasRedirect || mode === 'popup' ? () => undefined : undefined,
  };
  const preloads = [files.entry, ...files.always, ...chunksOf(page, files)];
  const late = `<p class="Late Note" role="status">${escapeHtml(words.say('common.slow'))} <a class="text-link" href="">${escapeHtml(words.say('common.retry'))}</a></p>`;
  const noScript = `<noscript><style nonce="${nonce}">#widget-root,.Late{display:none}</style><main><h1>${escapeHtml(words.say('no-script.heading'))}</h1><p>${escapeHtml(words.say('no-script.description'))}</p></main></noscript>`;
  return renderDocument({
    tenant,
    template: page.template,
    words,
    mode,
    nonce,
    hideWatermark,
    head: preloads.map((file) => `<link rel="modulepreload" href="${file}" nonce="${nonce}">`).join(''),
    inside: `${noScript}<div id="widget-root">${render(<App page={page} around={around} />)}</div>${late}`,
    after: scriptWith(forBrowser(page), files.entry, nonce),
  });
}

/**
 * A page that calls no API. It has a script only if a window waits for its message, the browser may have kept a token, or
 * the secret of its link is known to the browser alone.
 */
export function renderStillPage(
  page: StillPage,
  { mode, nonce, files }: { readonly mode: Mode; readonly nonce: string; readonly files: BuiltFiles },
): RenderedPage & { readonly hasScript: boolean } {
  const isOfLink = page.kind === 'link';
  const tenant = isOfLink ? page.tenant : undefined;
  const words = wordsOf(page.locale, page.texts, { tenantName: tenant?.name ?? '' });
  const hasScript = isOfLink
    ? page.screen.name === 'help' || page.screen.name === 'help-taken'
    : page.kind === 'stranger' || mode === 'popup';
  const rendered = renderDocument({
    tenant,
    template: isOfLink ? page.template : undefined,
    words,
    mode,
    nonce,
    hideWatermark: isOfLink && page.hideWatermark,
    isLooking: page.kind === 'stranger' && page.isMissing,
    head: '',
    inside: render(<StillScreen page={page} words={words} isPopup={mode === 'popup'} />),
    after: hasScript ? scriptWith(stillState(page), files.still, nonce) : '',
  });
  return { ...rendered, hasScript };
}

/** The initial state of a page's script, and the script. */
function scriptWith(state: object, file: string, nonce: string): string {
  return `<script type="application/json" id="page-state">${escapeScript(JSON.stringify(state))}</script><script type="module" src="${file}" nonce="${nonce}"></script>`;
}

/** What the script of a page needs to know of it. */
function stillState(page: StillPage): object {
  if (page.kind === 'link') return { kind: page.kind, screen: page.screen };
  const { texts: _texts, ...rest } = page;
  return rest;
}

type Mode = 'page' | 'popup';

const noTemplate: PageTemplate = { styles: [], before: '<div class="Page">', after: '</div>', images: [] };

/** The document around a screen: the tenant's styles, and its template if it has one. */
function renderDocument({
  tenant,
  template,
  words,
  mode,
  nonce,
  hideWatermark,
  isLooking = false,
  head,
  inside,
  after,
}: {
  tenant: UiSession['tenant'] | undefined;
  template: PageTemplate | undefined;
  words: Words;
  mode: Mode;
  nonce: string;
  hideWatermark: boolean;
  /** Whether the script must first check whether this is the page to show. */
  isLooking?: boolean;
  /** The content of the head, besides styles and names. */
  head: string;
  /** The content of the container, and what follows the widget. */
  inside: string;
  after: string;
}): RenderedPage {
  const theme = tenant?.theme ?? { name: '', darkMode: {} };
  const title = tenant === undefined ? words.say('common.title') : `${words.say('common.title')} · ${tenant.name}`;
  const ownHead = [
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    '<meta name="robots" content="noindex">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escapeHtml(title)}</title>`,
    theme.faviconUrl === undefined
      ? '<link rel="icon" href="data:,">'
      : `<link rel="icon" href="${escapeHtml(theme.faviconUrl)}">`,
    `<style nonce="${nonce}">${styles}${themeCss(theme)}</style>`,
    head,
  ].join('');
  const widget = [
    render(<Logo theme={theme} position="outside" />),
    `<div id="widget-container">${inside}</div>`,
    `<footer id="widget-container-footer">${footer(theme.watermarkUrl, hideWatermark ? '' : words.say('common.securedBy'))}</footer>`,
    after,
  ].join('');
  const { locale } = words;
  const classes = [mode === 'popup' ? 'popup' : '', isLooking ? 'looking' : ''].filter(Boolean).join(' ');
  const language = `lang="${bcp47(locale)}" dir="${direction(locale)}"${classes === '' ? '' : ` class="${classes}"`}`;
  // A popup has room only for the widget.
  const {
    styles: ownStyles,
    before,
    after: behind,
    images: ownImages,
  } = (mode === 'popup' ? undefined : template) ?? noTemplate;
  const css = ownStyles.map((text) => `<style nonce="${nonce}">${text}</style>`).join('');
  const images = [theme.logoUrl, theme.watermarkUrl, theme.faviconUrl, theme.pageBackground?.backgroundImageUrl];
  const darkImages = [theme.darkMode.logoUrl, theme.darkMode.pageBackground?.backgroundImageUrl];
  const { text, display, button } = theme.typography ?? {};
  return {
    html: `<!doctype html><html ${language}><head>${ownHead}${css}</head><body>${before}${widget}${behind}</body></html>`,
    images: [...images, ...darkImages, ...ownImages].filter((url) => url !== undefined),
    fonts: [text, display, button].flatMap((group) => [
      ...(group?.faces?.map(({ url }) => url) ?? []),
      ...(group?.fontUrl === undefined ? [] : [group.fontUrl]),
    ]),
  };
}

// Only in the server's file: the files built for a method are listed by its folder.
const looks = Object.entries(import.meta.glob<MethodLook>('../../methods/*/look.ts', { eager: true, import: 'look' }));

function folderOf(method: string): string {
  const [file] = looks.find(([, { verificationMethod }]) => verificationMethod === method) ?? [];
  return file?.split('/').at(-2) ?? '';
}

function chunksOf(page: ChallengePage, { chunks }: BuiltFiles): readonly string[] {
  if (page.kind !== 'session') return [];
  const view = firstView(page.session);
  return chunks['method' in view ? folderOf(view.method) : view.name] ?? [];
}

/** Without the parts that surround the page already. */
function forBrowser({ template: _template, frameAncestors: _ancestors, ...page }: ChallengePage): object {
  return page;
}

function footer(watermarkUrl: string | undefined, own: string): string {
  return watermarkUrl === undefined ? escapeHtml(own) : `<img src="${escapeHtml(watermarkUrl)}" alt="">`;
}

function bcp47(locale: string): string {
  const [language = '', region] = locale.split('-');
  return region === undefined ? language : `${language}-${region.toUpperCase()}`;
}

/**
 * The languages that are written from right to left. The pages have none of them yet; their layout is ready for one.
 */
function direction(locale: string): 'ltr' | 'rtl' {
  return /^(?:ar|dv|fa|he|ku|ps|sd|ug|ur|yi)\b/.test(locale) ? 'rtl' : 'ltr';
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** JSON inside a script element: nothing in it can end the element, or begin a comment. */
function escapeScript(json: string): string {
  return json.replace(
    /[<>\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
