import { describe, expect, test } from 'vitest';
import type { Outcome } from '../rules/rule-set.ts';
import { readRuleSetDocument, writeRuleSetDocument } from '../rules/rule-set-document.ts';
import { decideAction } from './decide-action.ts';

function decided(outcome: Outcome, isEnrolled: boolean, unenrolledUserState: 'CHALLENGE_REQUIRED' | 'ALLOW') {
  const action = { actionCode: 'withdrawFunds', defaultUserActionResult: outcome };
  const ruleSet = readRuleSetDocument(writeRuleSetDocument(action, [], { rules: [], lists: new Map() }));
  return decideAction({
    ruleSet: { ...ruleSet, version: 0, hash: null },
    evidence: { facts: {}, history: new Map() },
    sources: [],
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
  ])(
    'with outcome %s, enrolled %s and unenrolled users %s becomes %s',
    (outcome, isEnrolled, unenrolledUserState, state) => {
      expect(decided(outcome, isEnrolled, unenrolledUserState).state).toBe(state);
    },
  );

  test('keeps what decided it: the default, no rule, and nothing that no rule asked for', () => {
    expect(decided('CHALLENGE', true, 'CHALLENGE_REQUIRED').record).toEqual({
      v: 1,
      outcome: 'CHALLENGE',
      source: 'default',
      ruleSet: { version: 0, hash: null },
      matched: [],
      unknown: [],
      demand: {
        verificationMethods: null,
        defaultVerificationMethod: null,
        promptToEnrollVerificationMethods: null,
        minimumAssurance: null,
      },
      user: { isEnrolled: true, hasUsableAuthenticator: true },
      inputs: { facts: {}, history: {}, exceptions: {} },
      sources: [],
    });
  });
});
