import { parseUrl } from '../contract/parse-url.ts';
import type { IncomingHttpHeaders } from 'node:http';

const frames = new Set(['iframe', 'frame', 'embed', 'object']);

/**
 * The origin of the page that is going to show the answer inside itself, where the browser says that one is (Fetch Metadata
 * §2.1) and which. Nothing that is sent there is secret from whoever lies about it.
 */
export function framingOrigin(headers: IncomingHttpHeaders): string | undefined {
  const { referer } = headers;
  if (referer === undefined || !frames.has(String(headers['sec-fetch-dest']))) return undefined;
  return parseUrl(referer)?.origin ?? 'null';
}
