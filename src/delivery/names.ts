/**
 * Resolves host names to addresses without the thread pool. The system's own lookups use its four threads, which
 * hashes, compression and files share, so four names with a silent server would block them all (ruling 52).
 */
import { readFileSync, statSync } from 'node:fs';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Clock, Timers } from '../runtime/runtime.ts';
import { openTurns } from '../runtime/turns.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

export interface Names {
  /**
   * The addresses of a host, IPv4 first. At most {@link lookupsMax} names are looked up at once for one asker; its
   * further lookups wait without delaying others.
   * @throws an error with a `code` of `node:dns`, or the signal's reason once it is aborted
   */
  resolve(host: string, asker: string, signal: AbortSignal): Promise<readonly ResolvedAddress[]>;
}

/** Concurrent name lookups for one tenant. */
export const lookupsMax = 8;
const tryTimeoutMs = 2_000;
const triesMax = 2;
const negativeMs = 5_000;
const negativesMax = 1_000;
const filesMs = 5_000;
// How long the addresses of one family wait for those of the other, whose query may never be answered.
const familyGraceMs = 300;
// They are tried in turn, within seconds.
const addressesMax = 16;
const searchMax = 6;
const dotsMax = 15;

/** The server has said that there is no address, or that it cannot give one. */
const negativeCodes = new Set(['ENOTFOUND', 'ENODATA', 'ESERVFAIL', 'EREFUSED', 'EFORMERR', 'EBADRESP', 'EBADNAME']);

export interface NamesOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Name servers to use instead of the system's, each as `address:port`. */
  readonly servers?: readonly string[];
  readonly hostsFile?: string;
  readonly resolvConf?: string;
}

/** A name without an address. */
class NameUnresolved extends Error {
  override readonly name = 'NameUnresolved';
  readonly code: string;
  constructor(code: string) {
    super(`The name has no address (${code}).`);
    this.code = code;
  }
}

export function openNames({
  clock,
  timers,
  servers,
  hostsFile = '/etc/hosts',
  resolvConf = '/etc/resolv.conf',
}: NamesOptions): Names {
  const hosts = openFile(clock, hostsFile, parseHosts);
  const search = openFile(clock, resolvConf, parseSearch);
  const turns = openTurns({ ownPlacesMax: lookupsMax });
  const negatives = new Map<string, { readonly code: string; readonly untilMs: number }>();

  function requireNotNegative(name: string): void {
    const known = negatives.get(name);
    if (known === undefined) return;
    if (known.untilMs > clock.steady()) throw new NameUnresolved(known.code);
    negatives.delete(name);
  }

  function keepNegative(name: string, code: string): void {
    negatives.set(name, { code, untilMs: clock.steady() + negativeMs });
    const [oldest] = negatives.keys();
    if (negatives.size > negativesMax && oldest !== undefined) negatives.delete(oldest);
  }

  async function lookUp(name: string, signal: AbortSignal): Promise<readonly ResolvedAddress[]> {
    // The waiting caller may have been aborted in the meantime.
    requireNotNegative(name);
    let code = 'ENOTFOUND';
    for (const candidate of candidatesOf(name, search())) {
      const answer = await ask(candidate, { servers, timers }, signal);
      if (answer.addresses.length > 0) return answer.addresses.slice(0, addressesMax);
      code = answer.code;
      if (!negativeCodes.has(code)) throw new NameUnresolved(code);
    }
    keepNegative(name, code);
    throw new NameUnresolved(code);
  }

  return {
    async resolve(host, asker, signal) {
      signal.throwIfAborted();
      const family = isIP(host);
      if (family !== 0) return [{ address: host, family }];
      const name = domainToASCII(host).toLowerCase();
      const own = hosts().get(name.replace(/\.$/, '')) ?? loopback(name);
      if (own !== undefined) return own;
      if (!isName(name)) throw new NameUnresolved('EBADNAME');
      requireNotNegative(name);
      return turns.run(asker, () => lookUp(name, signal), signal);
    },
  };
}

interface Answer {
  readonly family: number;
  readonly addresses: readonly ResolvedAddress[];
  /** Why there is no address. */
  readonly code: string;
}

/** Queries the addresses of both families at once. */
async function ask(
  name: string,
  { servers, timers }: { readonly servers: readonly string[] | undefined; readonly timers: Timers },
  signal: AbortSignal,
): Promise<Omit<Answer, 'family'>> {
  signal.throwIfAborted();
  // One resolver per lookup: it knows the system's current servers, and cancelling it cancels no other lookup.
  const resolver = new Resolver({ timeout: tryTimeoutMs, tries: triesMax });
  if (servers !== undefined) resolver.setServers(servers);
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const [four, six] = [answerOf(resolver, name, 4), answerOf(resolver, name, 6)] as const;
    const first = await Promise.race([four, six]);
    const other = first.family === 4 ? six : four;
    const second = await (first.addresses.length === 0 ? other : Promise.race([other, grace(timers)]));
    signal.throwIfAborted();
    const answers = second === undefined ? [first] : [first, second];
    const codes = answers.map(({ code }) => code);
    return {
      addresses: answers.flatMap(({ addresses }) => addresses).sort((left, right) => left.family - right.family),
      code: codes.find((code) => !negativeCodes.has(code)) ?? codes[0] ?? 'ENOTFOUND',
    };
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

async function answerOf(resolver: Resolver, name: string, family: 4 | 6): Promise<Answer> {
  try {
    const addresses = await (family === 4 ? resolver.resolve4(name) : resolver.resolve6(name));
    return { family, addresses: addresses.map((address) => ({ address, family })), code: 'ENODATA' };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return { family, addresses: [], code };
  }
}

async function grace(timers: Timers): Promise<undefined> {
  await once(timers.timeout(familyGraceMs), 'abort');
}

/** The contents of a text file, read again after a change; empty if there is no file. */
function openFile<Content>(clock: Clock, path: string, parse: (text: string) => Content): () => Content {
  let content: Content | undefined;
  let version: number | undefined;
  let lookedAtMs = -Infinity;
  return () => {
    if (content !== undefined && clock.steady() - lookedAtMs < filesMs) return content;
    lookedAtMs = clock.steady();
    const changedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (content !== undefined && changedMs === version) return content;
    version = changedMs;
    content = parse(changedMs === undefined ? '' : readFileSync(path, 'utf8'));
    return content;
  };
}

/** The lines of a file without comments, split into words. */
function wordsOf(text: string): readonly (readonly string[])[] {
  return text.split('\n').map((line) =>
    line
      .replace(/[#;].*/, '')
      .split(/\s+/)
      .filter(Boolean),
  );
}

function parseHosts(text: string): ReadonlyMap<string, readonly ResolvedAddress[]> {
  const hosts = new Map<string, ResolvedAddress[]>();
  for (const [address = '', ...names] of wordsOf(text)) {
    const family = isIP(address);
    if (family === 0) continue;
    for (const written of names) {
      const name = written.toLowerCase();
      hosts.set(name, [...(hosts.get(name) ?? []), { address, family }]);
    }
  }
  return hosts;
}

/** RFC 6761 §6.3: never sent to a name server. */
function loopback(name: string): readonly ResolvedAddress[] | undefined {
  if (!/(?:^|\.)localhost\.?$/.test(name)) return undefined;
  return [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
}

interface Search {
  readonly domains: readonly string[];
  /** How many dots a name needs to be tried as it is before the search domains. */
  readonly dots: number;
}

/** resolv.conf(5): the last `search` or `domain` counts. */
function parseSearch(text: string): Search {
  let domains: readonly string[] = [];
  let dots = 1;
  for (const [keyword, ...values] of wordsOf(text)) {
    if (keyword === 'search' || keyword === 'domain') domains = values;
    if (keyword !== 'options') continue;
    for (const value of values) {
      const given = /^ndots:(\d{1,4})$/.exec(value)?.[1];
      if (given !== undefined) dots = Math.min(Number(given), dotsMax);
    }
  }
  const named = domains.map((domain) => domain.toLowerCase().replace(/\.$/, '')).filter(isName);
  return { domains: named.slice(0, searchMax), dots };
}

/** The names to try, in order. A name that ends in a dot is tried only as it is. */
function candidatesOf(name: string, { domains, dots }: Search): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const searched = domains.map((domain) => `${name}.${domain}`).filter(isName);
  return name.split('.').length > dots ? [name, ...searched] : [...searched, name];
}

/**
 * RFC 1035 §2.3.4, plus the underscore that some names have. A last label of digits is not a domain: it is a malformed
 * address.
 */
function isName(name: string): boolean {
  const labels = name.replace(/\.$/, '').split('.');
  return (
    name.length <= 254 &&
    labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label)) &&
    !/^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')
  );
}
