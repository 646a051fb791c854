/** An origin as an operator has written it, in the form that browsers and phones use. */
import { parseUrl } from '../contract/parse-url.ts';
interface ReadOrigin {
  /** `https://*.host` matches every host with one more label; undefined if it can never match. */
  readonly origin: string | undefined;
  /** Why it is refused. An origin that was stored before it was refused stays in use, as far as it can be read. */
  readonly problem: string | undefined;
}

/** Reads an entry of `expectedOrigins` for a relying party (ruling 57). */
export function readOrigin(entry: string, rpId: string): ReadOrigin {
  if (/^android:/i.test(entry)) return readApp(entry);
  if (!/^https?:\/\//i.test(entry)) return never('must start with https://, http:// or android:apk-key-hash:.');
  const url = parseUrl(entry);
  if (url === undefined) return never('must have a host and a port as browsers know them.');
  const { origin, protocol, hostname, pathname, search, hash, username, password } = url;
  if (hostname.includes('*')) {
    const problem = problemOfPattern(protocol, hostname, rpId);
    if (problem !== undefined) return never(problem);
  } else if (!/^(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])$/.test(hostname)) {
    return never('must have a host as browsers know them.');
  }
  const isPlain = pathname === '/' && search === '' && hash === '' && username === '' && password === '';
  // The URL parser treats an empty query, fragment or user as none.
  const hasMore = !isPlain || /[?#@]/.test(entry);
  return { origin, problem: hasMore ? `must be an origin and no more, such as ${origin}.` : undefined };
}

function never(problem: string): ReadOrigin {
  return { origin: undefined, problem };
}

function problemOfPattern(protocol: string, hostname: string, rpId: string): string | undefined {
  const host = /^\*\.([^*]+)$/.exec(hostname)?.[1];
  if (host === undefined) return 'may have * only as the whole first label of the host, such as https://*.example.com.';
  const isLocal = /(?:^|\.)localhost$/.test(host);
  if (protocol !== 'https:' && !isLocal) return 'with * must start with https://.';
  // It would match the sites of everyone who has a name there.
  if (!host.includes('.') && !isLocal) return `stands for every site under ${host}: name a domain of yours.`;
  const isWithin = host === rpId || host.endsWith(`.${rpId}`);
  return isWithin ? undefined : `must lie within the relyingParty ${rpId}.`;
}

/** An app as Android names it: by the SHA-256 of the certificate that signs it, which tools print in several forms. */
function readApp(entry: string): ReadOrigin {
  const [, prefix, text = ''] = /^(android:apk-key-hash(?:-sha256)?):(.*)$/i.exec(entry) ?? [];
  if (prefix === undefined) return never('must start with https://, http:// or android:apk-key-hash:.');
  const digest = digestOf(text);
  if (digest === undefined) {
    return never('must end in the SHA-256 of the signing certificate, in base64, base64url or hex.');
  }
  return { origin: `${prefix.toLowerCase()}:${digest.toString('base64url')}`, problem: undefined };
}

const digestBytes = 32;

function digestOf(text: string): Buffer | undefined {
  const hex = text.replaceAll(':', '');
  if (/^[0-9a-f]{64}$/i.test(hex)) return Buffer.from(hex, 'hex');
  if (!/^(?:[A-Za-z0-9+/]{43}=?|[A-Za-z0-9_-]{43}=?)$/.test(text)) return undefined;
  const digest = Buffer.from(text, 'base64');
  return digest.length === digestBytes ? digest : undefined;
}

/** The pattern that an origin would match, if there is one. */
export function patternOf(origin: string): string {
  return origin.replace(/^(https?:\/\/)[^.:*]+\./, '$1*.');
}
