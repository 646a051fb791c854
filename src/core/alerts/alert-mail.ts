import type { OperatorMail } from '../notices/operator-mail.ts';
import type { Measure } from './measure.ts';

/** What happened to an alert. */
export interface AlertNews {
  readonly type: 'alert.raised' | 'alert.ended';
  readonly name: string;
  readonly measure: Measure;
  readonly kinds?: readonly string[];
  readonly threshold: number;
  readonly windowMinutes: number;
  readonly count: number;
  readonly raisedAtMs: number;
  readonly happenedAtMs: number;
}

const names: Readonly<Record<Measure, string>> = {
  decisions: 'Decisions',
  refusals: 'Refused requests',
  failedProofs: 'Failed proofs',
  sends: 'Mails and texts',
  refusedTexts: 'Refused texts',
  lockouts: 'Lockouts',
  waitingDeliveries: 'Deliveries that wait',
};

/** The mail that tells an alert's recipients of it. */
export function alertMail(news: AlertNews): OperatorMail {
  const { type, name, measure, kinds, threshold, windowMinutes, count, raisedAtMs, happenedAtMs } = news;
  const isRaised = type === 'alert.raised';
  const counted = [names[measure], ...(kinds === undefined ? [] : [`(${kinds.join(', ')})`])].join(' ');
  const within = measure === 'waitingDeliveries' ? 'now' : minutes(windowMinutes);
  return {
    heading: `${isRaised ? 'Alert' : 'Over again'}: ${name}`,
    description: isRaised
      ? 'A threshold that you set was reached.'
      : 'A threshold that you set was reached, and is not reached any more.',
    facts: [
      [`${counted}, ${within}:`, String(count)],
      ['Threshold:', String(threshold)],
      ['Since:', { atMs: raisedAtMs }],
      ...(isRaised ? [] : [['Until:', { atMs: happenedAtMs }] as const]),
    ],
    place: { path: '', label: 'Open the portal' },
    advice: isRaised
      ? 'You will be told when it is over, and not again before that.'
      : 'You will be told again if it is reached again.',
  };
}

function minutes(count: number): string {
  return count === 1 ? 'in a minute' : `in ${count} minutes`;
}
