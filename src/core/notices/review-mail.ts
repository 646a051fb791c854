import type { OperatorMail } from './operator-mail.ts';

/** How many waiting reviews are counted at most; one more stands for more. */
const countedMax = 10_000;

/** The mail that says that reviews wait. It counts them, and names nobody. */
export function reviewMail(waiting: number, oldestMs: number): OperatorMail {
  return {
    heading: 'Reviews wait',
    description: 'Actions wait for somebody to decide.',
    facts: [
      ['Waiting:', waiting > countedMax ? `more than ${countedMax}` : String(waiting)],
      ['The oldest since:', { atMs: oldestMs }],
    ],
    place: { path: '/reviews', label: 'Open the queue' },
    advice: 'You are told at most once an hour, and only if more have come. The portal has the choice under your name.',
  };
}
