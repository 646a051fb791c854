/**
 * What a browser claims to be. It proves nothing, because the sender chooses the text: so it may only make a decision
 * stricter or a page more readable.
 */
import Bowser from 'bowser';
import { isbot } from 'isbot';
import { boundedCache } from './bounded-cache.ts';
import type { Known, Unknown } from './unknown.ts';

/** What a user agent says. Null: it does not say, or there was none. */
export interface UserAgentDescription {
  readonly browser: { readonly name: string | null; readonly version: string | null; readonly major: string | null };
  readonly os: { readonly name: string | null; readonly version: string | null };
  readonly device: { readonly model: string | null; readonly type: string | null; readonly vendor: string | null };
  readonly engine: { readonly name: string | null; readonly version: string | null };
  readonly cpu: { readonly architecture: string | null };
  /** A phone or a tablet. */
  readonly isMobile: boolean | null;
  /** By a list of names that crawlers, monitors and scripted clients give themselves. Unknown: such a name may stand beyond the part that is read. */
  readonly isBot: Known<boolean>;
}

/** The shape of `parsedUserAgent` on the wire (server-api 3.5). Members that are not known are left out. */
export interface ParsedUserAgent {
  readonly ua: string;
  readonly browser?: { readonly name?: string; readonly version?: string; readonly major?: string };
  readonly device?: { readonly model?: string; readonly type?: string; readonly vendor?: string };
  readonly engine?: { readonly name?: string; readonly version?: string };
  readonly os?: { readonly name?: string; readonly version?: string };
  readonly cpu?: { readonly architecture?: string };
}

/**
 * Only so much of a user agent is read (A72): real ones have 80 to 400 characters, and the cost of
 * matching a hostile text must not grow with its length.
 */
export const userAgentLengthMax = 1024;

// 2,000 texts of at most 2 kB each: 4 MB at worst, and most of an installation's users.
const descriptionsCachedMax = 2000;

const nothing: UserAgentDescription = {
  browser: { name: null, version: null, major: null },
  os: { name: null, version: null },
  device: { model: null, type: null, vendor: null },
  engine: { name: null, version: null },
  cpu: { architecture: null },
  isMobile: null,
  isBot: null,
};

/** The part that is read, as a text of its own: a slice would keep the whole of a long text alive in the cache. */
function capped(ua: string): string {
  if (ua.length <= userAgentLengthMax) return ua;
  return Buffer.from(ua.slice(0, userAgentLengthMax), 'utf16le').toString('utf16le');
}

// Names as ua-parser gives them, because consumers of the wire shape know those. The first match decides.
const architectures: readonly (readonly [RegExp, string])[] = [
  [/\b(?:aarch64|arm64|armv8)/i, 'arm64'],
  [/\barm(?:v[1-7]|;|\b)/i, 'arm'],
  [/\b(?:x86_64|x86-64|win64|wow64|x64|amd64)\b/i, 'amd64'],
  [/\b(?:i[3-6]86|x86|ia32)\b/i, 'ia32'],
];

function architectureOf(ua: string): string | null {
  return architectures.find(([pattern]) => pattern.test(ua))?.[1] ?? null;
}

function orNull(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}

function describe(ua: string, isWhole: boolean): UserAgentDescription {
  const { browser, os, platform, engine } = Bowser.parse(ua);
  const version = orNull(browser.version);
  const type = orNull(platform.type);
  return {
    browser: { name: orNull(browser.name), version, major: orNull(version?.split('.', 1)[0]) },
    os: { name: orNull(os.name), version: orNull(os.version) },
    device: { model: orNull(platform.model), type, vendor: orNull(platform.vendor) },
    engine: { name: orNull(engine.name), version: orNull(engine.version) },
    cpu: { architecture: architectureOf(ua) },
    isMobile: type === null ? null : type === 'mobile' || type === 'tablet',
    isBot: isbot(ua) || type === 'bot' || (isWhole ? false : 'unknown'),
  };
}

/** Describes user agents, with a cache of recent ones. The answer is `unknown` if the parser failed on the text. */
export type UserAgentDescriber = (ua: string | null) => UserAgentDescription | Unknown;

/** Makes a describer with its own cache. */
export function userAgentDescriber(): UserAgentDescriber {
  const descriptions = boundedCache<string, UserAgentDescription | Unknown>(descriptionsCachedMax);
  return (ua) => {
    if (ua === null || ua === '') return nothing;
    const text = capped(ua);
    const isWhole = ua.length <= userAgentLengthMax;
    // Longer than any text that is read whole, so the two never share a cache key.
    const key = isWhole ? text : `${text}…`;
    const known = descriptions.get(key);
    if (known !== undefined) return known;
    let description: UserAgentDescription | Unknown;
    try {
      description = describe(text, isWhole);
    } catch {
      description = 'unknown';
    }
    descriptions.set(key, description);
    return description;
  };
}

type Told<T> = { [Key in keyof T]?: string };

/** The members that are known, or undefined if none is: the wire has no null here. */
function told<T extends Readonly<Record<string, string | null>>>(group: T): Told<T> | undefined {
  const entries = Object.entries(group).filter(([, value]) => value !== null);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Told<T>);
}

/** The wire shape for a user agent and its description; `ua` is the part that was read. */
export function parsedUserAgent(ua: string, description: UserAgentDescription | Unknown): ParsedUserAgent {
  if (description === 'unknown') return { ua: capped(ua) };
  const browser = told(description.browser);
  const device = told(description.device);
  const engine = told(description.engine);
  const os = told(description.os);
  const cpu = told(description.cpu);
  return {
    ua: capped(ua),
    ...(browser && { browser }),
    ...(device && { device }),
    ...(engine && { engine }),
    ...(os && { os }),
    ...(cpu && { cpu }),
  };
}
