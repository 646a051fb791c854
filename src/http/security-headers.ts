import { parseUrl } from '../contract/parse-url.ts';
import { createHash } from 'node:crypto';

const onEveryPage = {
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;

/**
 * Headers of our own pages for developers. Only the page's own style and script run (allowed by their hashes, CSP 3
 * §6.7.3.3); calls, forms and frames stay on this server; the page is not cached or framed, and sends no referrer.
 */
export function pageSecurityHeaders(html: string): Readonly<Record<string, string>> {
  const directives = [
    "default-src 'none'",
    `style-src ${hashOf('style', html)}`,
    `script-src ${hashOf('script', html)}`,
    "connect-src 'self'",
    "frame-src 'self'",
    'img-src data:',
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return { 'content-security-policy': directives.join('; '), ...onEveryPage };
}

/** The hash of the first element with this name and no attributes; no other one in the page is allowed. */
function hashOf(element: string, html: string): string {
  const text = new RegExp(`<${element}>([\\s\\S]*?)</${element}>`).exec(html)?.[1];
  return text === undefined ? "'none'" : `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** Headers of HTML that may contain anything: only our page may frame it, it runs no script and loads nothing. */
export const mailSecurityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox",
  ...onEveryPage,
};

/**
 * Headers of the portal's page: it runs and loads what this server has, in files, and nothing else. No window of another
 * origin keeps a hold of it.
 */
export const portalSecurityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "frame-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  ...onEveryPage,
};

/**
 * Headers of the frame in which the portal shows how pages look: of an origin of its own, with one script, by its hash. It
 * loads the images and fonts of the theme, and calls nothing.
 */
export function previewFrameHeaders(scriptHash: string): Readonly<Record<string, string>> {
  return {
    'content-security-policy': [
      "default-src 'none'",
      `script-src 'sha256-${scriptHash}'`,
      "style-src 'unsafe-inline'",
      'img-src https: http://localhost:* data:',
      'font-src https: http://localhost:* data:',
      "frame-ancestors 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      'sandbox allow-scripts',
    ].join('; '),
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    ...onEveryPage,
  };
}

export interface AppPagePolicy {
  readonly nonce: string;
  /** Files that the tenant's theme names. The page loads nothing else from outside this server. */
  readonly images: readonly string[];
  readonly fonts: readonly string[];
  /** Origins whose pages may frame this one, besides this server's. Any site may frame pages that reveal nothing. */
  readonly frameAncestors: readonly string[] | 'nobody' | 'anybody';
  /** Whether it runs our script, and whether that calls this server. */
  readonly script: 'none' | 'silent' | 'calling';
  /** Whether it has a form, which submits to this server. */
  readonly hasForm: boolean;
}

/**
 * Headers of a page in a tenant's theme: scripts and styles only by nonce (N35), calls only to this server. No COOP: it
 * would separate the page from the window that opened it (ruling 21). No X-Frame-Options: it cannot list origins.
 */
export function appPageSecurityHeaders(policy: AppPagePolicy): Readonly<Record<string, string>> {
  const { nonce, images, fonts, frameAncestors, script, hasForm } = policy;
  const directives = [
    "default-src 'none'",
    ...(script === 'none' ? [] : [`script-src 'nonce-${nonce}' 'strict-dynamic'`]),
    `style-src 'nonce-${nonce}'`,
    `img-src ${["'self'", 'data:', ...sources(images)].join(' ')}`,
    ...(fonts.length === 0 ? [] : [`font-src ${["'self'", ...sources(fonts)].join(' ')}`]),
    ...(script === 'calling' ? ["connect-src 'self'"] : []),
    "object-src 'none'",
    "base-uri 'none'",
    `form-action ${hasForm ? "'self'" : "'none'"}`,
    `frame-ancestors ${ancestorsOf(frameAncestors)}`,
  ];
  return {
    'content-security-policy': directives.join('; '),
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    ...onEveryPage,
  };
}

function ancestorsOf(frameAncestors: AppPagePolicy['frameAncestors']): string {
  if (frameAncestors === 'nobody') return "'none'";
  return frameAncestors === 'anybody' ? '*' : ["'self'", ...frameAncestors].join(' ');
}

// Proxies commonly accept 8 kB of headers in total.
const sourcesCharactersMax = 2_048;

/**
 * URLs as sources of a policy: without the parts that a source cannot have (CSP 3 §2.3.1), and without characters that
 * would end the directive. If that gets long, only their origins.
 */
function sources(urls: readonly string[]): readonly string[] {
  const parsed = urls.flatMap((text) => parseUrl(text) ?? []);
  const web = parsed.filter(({ protocol }) => /^https?:$/.test(protocol));
  const whole = web.map(({ origin, pathname }) =>
    `${origin}${pathname}`.replace(/[;,\s]/g, (sign) => encodeURIComponent(sign)),
  );
  const distinct = [...new Set(whole)];
  return distinct.join(' ').length <= sourcesCharactersMax ? distinct : [...new Set(web.map(({ origin }) => origin))];
}
