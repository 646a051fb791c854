import { dataFileFindings } from './data-file-findings.ts';
import type { DataFile } from './data-file-findings.ts';
import { atLeast, counted, dayMs, minuteMs } from './finding.ts';
import type { Finding, Waiting } from './finding.ts';

/** What is known of how a tenant is served. */
export interface TenantFacts {
  readonly nowMs: number;
  /** Methods that are on and cannot be used, by why. */
  readonly unusable: ReadonlyMap<string, readonly string[]>;
  /** Messages of a day, by what the providers did with them. */
  readonly sends: Readonly<Record<string, number>>;
  readonly endpoints: readonly {
    readonly endpointId: string;
    readonly url: string;
    readonly state: 'active' | 'paused';
    readonly pausedBecause: 'operator' | 'failing' | 'gone' | null;
    readonly pausedAt: number | null;
    readonly failingSince: number | null;
    readonly lastDeliveredAt: number | null;
    readonly waiting: Waiting;
  }[];
  readonly mails: Waiting;
  readonly deletions: Waiting;
  readonly alerts: readonly { readonly name: string; readonly raisedAt: number | null }[];
  readonly dataFiles: readonly DataFile[];
}

/** What is well for a tenant and what is not, with what to do. */
export function tenantFindings(facts: TenantFacts): readonly Finding[] {
  return [
    ...methodFindings(facts),
    sendFinding(facts),
    ...endpointFindings(facts),
    mailFinding(facts),
    ...alertFindings(facts),
    deletionFinding(facts),
    ...dataFileFindings(facts.dataFiles),
  ];
}

function methodFindings({ unusable }: TenantFacts): readonly Finding[] {
  const area = 'methods';
  if (unusable.size === 0) return [{ area, state: 'ok', text: 'Every method that is on can be used.' }];
  return [...unusable].map(([why, methods]) => ({
    area,
    state: 'fault',
    text: `${methods.join(', ')}: on, and nobody can use it. ${why}`,
    fix: 'Complete its settings and send a test, or switch it off.',
    place: '/settings/methods',
  }));
}

// Of fewer, one says too little.
const judgedSendsMin = 5;

function sendFinding({ sends }: TenantFacts): Finding {
  const area = 'messages';
  const of = (result: string) => sends[result] ?? 0;
  const lost = of('failed') + of('unknown');
  const total = of('taken') + of('refused') + lost;
  if (total === 0) return { area, state: 'ok', text: 'No message was sent in 24 hours.' };
  const text = `Of ${counted(total, 'message')} in 24 hours, providers took ${of('taken')}, refused ${of('refused')}, and did not answer for ${lost}.`;
  const [lostShare, refusedShare] = [lost / total, of('refused') / total];
  if (total < judgedSendsMin || (lostShare < 0.1 && refusedShare < 0.5)) return { area, state: 'ok', text };
  return {
    area,
    state: lostShare >= 0.5 ? 'fault' : 'warning',
    text,
    fix: 'Send a test from the page of each method that sends: it says what the provider answers.',
    place: '/settings/methods',
  };
}

const lateEventMs = 10 * minuteMs;

function endpointFindings({ nowMs, endpoints }: TenantFacts): readonly Finding[] {
  const area = 'events';
  if (endpoints.length === 0) return [{ area, state: 'ok', text: 'No endpoint is told of events.' }];
  return endpoints.map((endpoint): Finding => {
    const { endpointId, url, state, pausedBecause, pausedAt, failingSince, lastDeliveredAt, waiting } = endpoint;
    const place = `/settings/endpoints/${endpointId}`;
    const host = hostOf(url);
    const waits =
      waiting.count === 0
        ? 'nothing waits'
        : `${atLeast(waiting.isCapped, counted(waiting.count, 'event'))} wait${waiting.count === 1 ? 's' : ''}`;
    if (state === 'paused') {
      const isOwn = pausedBecause === 'operator';
      return {
        area,
        place,
        state: isOwn ? 'warning' : 'fault',
        text: `${host}: paused ${isOwn ? 'by an operator' : pausedBecause === 'gone' ? 'because it said that it is gone' : 'because it failed for too long'}; ${waits}.`,
        atMs: pausedAt ?? undefined,
        fix: isOwn
          ? 'Resume it when it may be told again.'
          : 'Put the endpoint right, send a test event, and resume it.',
      };
    }
    if (failingSince !== null) {
      const fix = 'Look at its latest attempts. It is paused by itself if it goes on.';
      return { area, place, state: 'warning', text: `${host}: it fails; ${waits}.`, atMs: failingSince, fix };
    }
    if (waiting.oldestAtMs !== null && nowMs - waiting.oldestAtMs > lateEventMs) {
      const fix = 'Look at its latest attempts, and whether it answers within a few seconds.';
      return { area, place, state: 'warning', text: `${host}: late; ${waits}.`, atMs: waiting.oldestAtMs, fix };
    }
    return lastDeliveredAt === null
      ? { area, place, state: 'ok', text: `${host}: nothing was told to it yet; ${waits}.` }
      : { area, place, state: 'ok', text: `${host}: told last; ${waits}.`, atMs: lastDeliveredAt };
  });
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'An endpoint';
}

const lateMailMs = 15 * minuteMs;

function mailFinding({ nowMs, mails: { count, isCapped, oldestAtMs } }: TenantFacts): Finding {
  const area = 'notices';
  if (count === 0 || oldestAtMs === null) return { area, state: 'ok', text: 'No notice waits to be mailed.' };
  const text = `Waiting to be mailed: ${atLeast(isCapped, counted(count, 'notice'))}.`;
  if (nowMs - oldestAtMs <= lateMailMs) return { area, state: 'ok', text };
  return {
    area,
    state: 'warning',
    text,
    atMs: oldestAtMs,
    fix: 'Send a test from the page of codes by mail: it says what the mail provider answers.',
    place: '/settings/methods/EMAIL_OTP',
  };
}

function alertFindings({ alerts }: TenantFacts): readonly Finding[] {
  return alerts.flatMap(({ name, raisedAt }) =>
    raisedAt === null
      ? []
      : [
          {
            area: 'alerts',
            state: 'warning' as const,
            text: `${name}: raised.`,
            atMs: raisedAt,
            fix: 'Look at what happened since then in Activity.',
            place: '/activity',
          },
        ],
  );
}

function deletionFinding({ nowMs, deletions: { count, isCapped, oldestAtMs } }: TenantFacts): Finding {
  const area = 'deletions';
  if (count === 0 || oldestAtMs === null) return { area, state: 'ok', text: 'Nothing of deleted users is left.' };
  const text = `What is left of ${atLeast(isCapped, counted(count, 'deleted user'))} is being removed.`;
  if (nowMs - oldestAtMs <= dayMs) return { area, state: 'ok', text };
  const fix = 'Tell who runs the server: the job purge-departed-users is late.';
  return { area, state: 'warning', text, atMs: oldestAtMs, fix };
}
