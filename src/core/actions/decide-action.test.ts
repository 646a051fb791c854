import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../facts/gather-facts.ts';
import { decideAction } from './decide-action.ts';
import type { Outcome } from './decide-action.ts';

function facts(enrolled: readonly string[]) {
  return gatherFacts(
    { userId: 'alice', actionCode: 'withdrawFunds' },
    { ipAddress: undefined, userAgent: 'x', deviceId: undefined, custom: undefined },
    enrolled,
  );
}

describe('an action without rules', () => {
  test.each<[Outcome, readonly string[], 'CHALLENGE_REQUIRED' | 'ALLOW', string]>([
    ['ALLOW', [], 'CHALLENGE_REQUIRED', 'ALLOW'],
    ['ALLOW', ['SMS'], 'CHALLENGE_REQUIRED', 'ALLOW'],
    ['CHALLENGE', ['SMS'], 'CHALLENGE_REQUIRED', 'CHALLENGE_REQUIRED'],
    ['CHALLENGE', ['SMS'], 'ALLOW', 'CHALLENGE_REQUIRED'],
    ['CHALLENGE', [], 'CHALLENGE_REQUIRED', 'CHALLENGE_REQUIRED'],
    ['CHALLENGE', [], 'ALLOW', 'ALLOW'],
    ['REVIEW', [], 'ALLOW', 'REVIEW_REQUIRED'],
    ['REVIEW', ['SMS'], 'CHALLENGE_REQUIRED', 'REVIEW_REQUIRED'],
    ['BLOCK', [], 'ALLOW', 'BLOCK'],
    ['BLOCK', ['SMS'], 'CHALLENGE_REQUIRED', 'BLOCK'],
  ])(
    'with outcome %s, methods %j and unenrolled users %s becomes %s',
    (outcome, enrolled, unenrolledUserState, state) => {
      expect(decideAction(facts(enrolled), outcome, { unenrolledUserState }).state).toBe(state);
    },
  );

  test('keeps what it was decided from: outcome, source and inputs; what was not sent is null, not guessed', () => {
    const { record } = decideAction(facts(['SMS']), 'CHALLENGE', { unenrolledUserState: 'CHALLENGE_REQUIRED' });
    expect(record).toEqual({
      v: 1,
      outcome: 'CHALLENGE',
      source: 'default',
      inputs: {
        action: { code: 'withdrawFunds' },
        user: { userId: 'alice', isEnrolled: true, enrolledVerificationMethods: ['SMS'] },
        ip: { ipAddress: null },
        device: { id: null, userAgent: 'x' },
        custom: {},
      },
    });
  });
});
