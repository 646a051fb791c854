import { parseUrl } from '../contract/parse-url.ts';
import type { IncomingHttpHeaders } from 'node:http';

const frames = new Set(['iframe', 'frame', 'embed', 'object']);

/**
 * The origin of the page that will show the response in a frame, if the browser says that there is one (Fetch Metadata
 * §2.1). A client can lie about it, but the response contains nothing that is secret from that client.
 */
export function framingOrigin(headers: IncomingHttpHeaders): string | undefined {
  const { referer } = headers;
  if (referer === undefined || !frames.has(String(headers['sec-fetch-dest']))) return undefined;
  return parseUrl(referer)?.origin ?? 'null';
}
