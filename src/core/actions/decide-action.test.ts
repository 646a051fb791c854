import { describe, expect, test } from 'vitest';
import { compileRules } from '../rules/compile-rules.ts';
import type { Outcome, Rule } from '../rules/rule-set.ts';
import { restoreEvidence } from '../rules/recorded-evidence.ts';
import type { Evidence } from '../rules/rule-set.ts';
import { UNKNOWN } from '../rules/value.ts';
import { decideAction } from './decide-action.ts';

function decide(
  defaultUserActionResult: Outcome,
  isEnrolled: boolean,
  unenrolledUserState: 'CHALLENGE_REQUIRED' | 'ALLOW',
  rules: readonly Rule[] = [],
  evidence: Evidence = { facts: { 'device.isBot': true }, history: new Map() },
) {
  return decideAction({
    ruleSet: {
      action: { actionCode: 'withdrawFunds', defaultUserActionResult },
      compiled: compileRules({ rules, lists: new Map() }),
      listHashes: {},
      descriptions: new Map(),
      version: 3,
      hash: 'h',
    },
    evidence,
    sources: [],
    unreadable: [],
    user: { isEnrolled, hasUsableAuthenticator: isEnrolled },
    unenrolledUserState,
  });
}

describe('an action without rules', () => {
  test.each<[Outcome, boolean, 'CHALLENGE_REQUIRED' | 'ALLOW', string]>([
    ['ALLOW', false, 'CHALLENGE_REQUIRED', 'ALLOW'],
    ['ALLOW', true, 'CHALLENGE_REQUIRED', 'ALLOW'],
    ['CHALLENGE', true, 'CHALLENGE_REQUIRED', 'CHALLENGE_REQUIRED'],
    ['CHALLENGE', true, 'ALLOW', 'CHALLENGE_REQUIRED'],
    ['CHALLENGE', false, 'CHALLENGE_REQUIRED', 'CHALLENGE_REQUIRED'],
    ['CHALLENGE', false, 'ALLOW', 'ALLOW'],
    ['REVIEW', false, 'ALLOW', 'REVIEW_REQUIRED'],
    ['REVIEW', true, 'CHALLENGE_REQUIRED', 'REVIEW_REQUIRED'],
    ['BLOCK', false, 'ALLOW', 'BLOCK'],
    ['BLOCK', true, 'CHALLENGE_REQUIRED', 'BLOCK'],
  ])('with default %s, enrolled %s and unenrolled users %s becomes %s', (outcome, isEnrolled, unenrolled, state) => {
    expect(decide(outcome, isEnrolled, unenrolled).state).toBe(state);
  });

  test('records what decided it, and the inputs', () => {
    expect(decide('CHALLENGE', true, 'CHALLENGE_REQUIRED').record).toMatchObject({
      v: 1,
      language: 2,
      outcome: 'CHALLENGE',
      source: 'default',
      ruleSet: { version: 3, hash: 'h' },
      matched: [],
      unknown: [],
      user: { isEnrolled: true, hasUsableAuthenticator: true },
    });
  });
});

describe('an action with a rule', () => {
  const rule: Rule = { ruleId: 'r1', name: 'Bots', isActive: true, priority: 0, type: 'BLOCK', conditions: {} };

  test('that matches decides it, and is recorded as the reason', () => {
    const { state, record } = decide('ALLOW', false, 'ALLOW', [rule]);
    expect(state).toBe('BLOCK');
    expect(record).toMatchObject({ source: 'rule', decidingRuleId: 'r1', matched: [{ ruleId: 'r1', name: 'Bots' }] });
  });

  test('I5: that is broken makes it stricter at most, never milder', () => {
    const broken: Rule = { ...rule, ruleId: 'r2', conditions: { no_such_operator: [1] } };
    expect(decide('ALLOW', false, 'ALLOW', [broken])).toMatchObject({
      state: 'BLOCK',
      record: { source: 'unknown', unknown: ['r2'] },
    });
    // Capped at a challenge for a user who can pass one (ruling 8).
    expect(decide('ALLOW', true, 'ALLOW', [broken]).state).toBe('CHALLENGE_REQUIRED');
    expect(decide('BLOCK', true, 'ALLOW', [{ ...broken, type: 'ALLOW' }]).state).toBe('BLOCK');
  });
});

describe('ruling 36: before a track', () => {
  const awaited = ['custom', 'crypto.walletAddress'];
  const evidence: Evidence = {
    facts: { custom: UNKNOWN, crypto: { walletAddress: UNKNOWN, assetCode: null }, ip: UNKNOWN },
    history: new Map(),
    awaited,
  };
  const block = (conditions: unknown): Rule[] => [
    { ruleId: 'r1', name: 'Large', isActive: true, priority: 0, type: 'BLOCK', conditions },
  ];

  test.each([
    ['a member', { '>': [{ var: 'custom.amount' }, 1] }, true],
    ['the whole', { '!!': { var: 'custom' } }, true],
    ['the whole of something above', { '==': [{ var: 'crypto' }, null] }, false],
    ['one of several', { '==': [{ var: 'crypto.walletAddress' }, 'x'] }, true],
    ['a fallback', { '>': [{ var: ['ip.score', { var: 'custom.amount' }] }, 1] }, true],
    ['whether it is missing', { missing: ['custom.amount'] }, true],
    ['an item of it', { some: [{ var: 'custom.items' }, { '==': [{ var: 'x' }, 1] }] }, true],
    ['something else that is broken', { '==': [{ var: 'ip.country' }, 'KP'] }, false],
  ])('a rule that reads %s waits for it: %o', (_what, conditions, isAwaitingTrack) => {
    for (const isEnrolled of [true, false]) {
      const { state, record } = decide('ALLOW', isEnrolled, 'ALLOW', block(conditions), evidence);
      expect(record.isAwaitingTrack === true).toBe(isAwaitingTrack);
      if (isAwaitingTrack) expect([record.outcome, state]).toEqual(['CHALLENGE', 'CHALLENGE_REQUIRED']);
      expect(restoreEvidence(record.inputs)).toEqual(evidence);
    }
  });

  test('a rule that is false in any case waits for nothing', () => {
    const conditions = { and: [{ '>': [{ var: 'custom.amount' }, 1] }, { '==': [1, 2] }] };
    expect(decide('ALLOW', true, 'ALLOW', block(conditions), evidence)).toMatchObject({ state: 'ALLOW' });
  });
});
