/** What providers tell of messages later: each one's form is in its own file. */
import type { Credentials } from './api-provider.ts';

/** A call that a provider made. */
export interface Callback {
  /** As the provider calls it, from the origin. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** `stopped` and `started` are the person's own words. */
export type ReportedFate = 'delivered' | 'not delivered' | 'bounced' | 'complained' | 'stopped' | 'started';

export interface Report {
  readonly fate: ReportedFate;
  /** As the provider called the message when it took it. */
  readonly messageId?: string | undefined;
  /** The address or number that it is about; absent where the message says that. */
  readonly contact?: string | undefined;
  /** Absent where the provider does not say when it happened. */
  readonly happenedAtMs?: number | undefined;
}

/** What a signature is checked with. */
export interface CheckedWith {
  readonly credentials: Credentials;
  readonly nowMs: number;
  /** The body of a public resource; rejects for anything but 200. */
  get(url: string): Promise<string>;
}

export interface Reports {
  /** Whether the provider itself made the call. Absent where it signs nothing: then the unguessable path is the proof. */
  isGenuine?(callback: Callback, parts: CheckedWith): boolean | Promise<boolean>;
  read(callback: Callback): readonly Report[];
  /** What else the provider asks of us, such as to confirm a subscription. */
  answer?(callback: Callback, parts: CheckedWith): Promise<void>;
}

// Providers repeat calls for hours; what is older was captured.
const agesMsMax = 24 * 60 * 60 * 1000;
const aheadMsMax = 5 * 60 * 1000;

/** Whether a signed time is one at which a provider may still tell what happened. */
export function isTimely(seconds: string | undefined, nowMs: number): boolean {
  if (seconds === undefined || !/^\d{9,12}$/.test(seconds)) return false;
  const ageMs = nowMs - Number(seconds) * 1000;
  return ageMs <= agesMsMax && ageMs >= -aheadMsMax;
}

/** Words by which people end messages and ask for them again, in the languages of networks that read them (CTIA §5.2.2). */
const stopWords = [
  'STOP',
  'STOPALL',
  'STOP ALL',
  'UNSUBSCRIBE',
  'CANCEL',
  'END',
  'QUIT',
  'OPTOUT',
  'REVOKE',
  'ARRET',
  'STOPP',
  'BAJA',
];
const startWords = ['START', 'UNSTOP', 'YES'];

/** What a person's text to the sender's number asks for; nothing if it is anything else. */
export function wishIn(text: string | undefined, contact: string | undefined): readonly Report[] {
  const word = text?.trim().toUpperCase() ?? '';
  if (contact === undefined) return [];
  if (stopWords.includes(word)) return [{ fate: 'stopped', contact }];
  return startWords.includes(word) ? [{ fate: 'started', contact }] : [];
}

/** A time that a provider gives in Unix seconds or as ISO 8601, in Unix milliseconds. */
export function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  return Number.isFinite(ms) ? ms : undefined;
}
