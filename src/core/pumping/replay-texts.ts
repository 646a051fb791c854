/**
 * Judges texts in order, one after the other, and keeps what the judgement counts in memory: what would have become of
 * them under some settings. The database counts the same (`storage/queries/texts.ts`).
 */
import { answerMs, isCountedAsAsked, isHeldBack, judgedMs, judgeText, trustOf } from './judge-text.ts';
import type { NumberFacts, Share, TextVerdict } from './judge-text.ts';
import { hourAt, hourMs, rememberedMs, sentInHour } from './time-windows.ts';
import type { PumpingSettings } from './pumping-settings.ts';
import { countedLimits } from './counted-limits.ts';

/** A text that was asked for. Equal names stand for the same number, user or address. */
export interface AskedText extends NumberFacts {
  readonly verificationMethod: string;
  readonly askedAtMs: number;
  /** The number itself, or its range where only that is known. */
  readonly phoneNumber: string;
  readonly range: string;
  readonly number: string;
  readonly user: string | null;
  readonly address: string | null;
  /** Whether its user had the number as verified already. */
  readonly isOwn: boolean;
  /** When its code was entered, if it was sent; null if never. */
  readonly enteredAtMs: number | null;
}

interface Sent {
  readonly atMs: number;
  /** Infinity: never. */
  readonly enteredAtMs: number;
  readonly isTrusted: boolean;
}

/** Judges each text by those before it; they have to come in the order of their times. */
export function* replayTexts(
  texts: Iterable<AskedText>,
  settingsOf: (verificationMethod: string) => PumpingSettings,
): Generator<{ readonly text: AskedText; readonly verdict: TextVerdict }> {
  const ofNumber = new Map<string, Sent[]>();
  const ofRange = new Map<string, Sent[]>();
  const ofCountry = new Map<string, Map<number, { asked: number; entered: number }>>();
  const ofTenant = new Map<number, number>();
  const ofLimit = new Map<string, number[]>();
  let toBeEntered: { readonly atMs: number; readonly into: { entered: number } }[] = [];

  for (const text of texts) {
    const settings = settingsOf(text.verificationMethod);
    const nowMs = text.askedAtMs;
    const thisHour = hourAt(nowMs);
    toBeEntered = toBeEntered.filter(({ atMs, into }) => {
      if (atMs > nowMs) return true;
      into.entered += 1;
      return false;
    });

    const limits = countedLimits(settings, text).map((limit) => ({
      ...limit,
      counted: `${limit.verificationMethod} ${limit.subject}`,
    }));
    const reached = limits.find(({ counted, messagesMax, windowMs }) => {
      const times = (ofLimit.get(counted) ?? []).filter((atMs) => atMs > nowMs - windowMs);
      return times.length >= messagesMax;
    });
    const isRecent = ({ atMs }: Sent) => atMs > nowMs - judgedMs;
    const isUnanswered = ({ enteredAtMs }: Sent) => enteredAtMs > nowMs;
    const isEntered = (sent: Sent) => !isUnanswered(sent);
    const sentToNumber = remembered(ofNumber, text.number, nowMs);
    const sentToRange = remembered(ofRange, text.range, nowMs);
    const number = {
      hasVerified: text.isOwn || sentToNumber.some(isEntered),
      unanswered: sentToNumber.filter(isRecent).filter(isUnanswered).length,
    };
    const strangers = sentToRange.filter(isRecent).filter(({ isTrusted }) => !isTrusted);
    const hours = ofCountry.get(text.countryCode ?? '') ?? new Map<number, { asked: number; entered: number }>();
    const since = (fromMs: number) => total([...hours].flatMap(([hour, share]) => (hour >= fromMs ? share : [])));
    const verdict = judgeText(settings, {
      ...text,
      reachedLimit: reached?.name,
      number,
      range: {
        sent: strangers.length,
        entered: strangers.filter(isEntered).length,
        unansweredNow: strangers.filter(isUnanswered).filter(({ atMs }) => atMs > nowMs - answerMs).length,
        enteredBefore: sentToRange.filter(isEntered).filter((sent) => !isRecent(sent)).length,
      },
      country: { hour: since(thisHour - hourMs), day: since(thisHour - judgedMs + hourMs) },
      tenantSent: sentInHour(ofTenant.get(thisHour) ?? 0, ofTenant.get(thisHour - hourMs) ?? 0, nowMs),
    });
    yield { text, verdict };

    const isSent = !isHeldBack(settings, verdict);
    const isTrusted = trustOf(settings, text.phoneNumber, number) !== undefined;
    const share = hours.get(thisHour) ?? { asked: 0, entered: 0 };
    if (isSent ? !isTrusted : isCountedAsAsked(verdict.reason)) {
      share.asked += 1;
      ofCountry.set(text.countryCode ?? '', hours.set(thisHour, share));
    }
    if (!isSent) continue;
    if (!isTrusted && text.enteredAtMs !== null) toBeEntered.push({ atMs: text.enteredAtMs, into: share });
    const sent = { atMs: nowMs, enteredAtMs: text.enteredAtMs ?? Infinity, isTrusted };
    sentToNumber.push(sent);
    sentToRange.push(sent);
    ofTenant.set(thisHour, (ofTenant.get(thisHour) ?? 0) + 1);
    for (const counted of new Set(limits.map((limit) => limit.counted))) {
      const times = ofLimit.get(counted) ?? [];
      ofLimit.set(counted, times.filter((atMs) => atMs > nowMs - judgedMs).concat(nowMs));
    }
  }
}

/** What was sent under a name and is not forgotten yet; more can be added to it. */
function remembered(journal: Map<string, Sent[]>, name: string, nowMs: number): Sent[] {
  const kept = (journal.get(name) ?? []).filter(({ atMs }) => atMs > nowMs - rememberedMs);
  journal.set(name, kept);
  return kept;
}

function total(all: readonly Share[]): Share {
  return all.reduce((sum, { asked, entered }) => ({ asked: sum.asked + asked, entered: sum.entered + entered }), {
    asked: 0,
    entered: 0,
  });
}
