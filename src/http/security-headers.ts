import { createHash } from 'node:crypto';

/**
 * Headers of every page: nothing from elsewhere, no script, no style but the page's own (allowed by its hash, CSP 3
 * §6.7.3.3), not kept, not framed, its address not passed on.
 */
export function pageSecurityHeaders(html: string): Readonly<Record<string, string>> {
  const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
  const styleHash = createHash('sha256').update(style).digest('base64');
  return {
    'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  };
}
