import { describe, expect, test } from 'vitest';
import { decideOutcome, type Verdict } from './decide-outcome.ts';
import type { Action, Demands, Outcome } from './rule-set.ts';
import { UNKNOWN, type Truth } from './value.ts';

const usable = { hasUsableAuthenticator: true };
const unusable = { hasUsableAuthenticator: false };

function action(defaultUserActionResult: Outcome, demands: Demands = {}): Action {
  return { actionCode: 'test', defaultUserActionResult, ...demands };
}

/** Rules by priority: their position in the list is their id. Those that did not match have no verdict. */
function verdicts(
  ...rules: readonly [truth: Truth | 'awaiting', type: Outcome, demands?: Demands][]
): readonly Verdict[] {
  return rules.flatMap(([given, type, demands], priority) => {
    const isAwaiting = given === 'awaiting';
    const truth = isAwaiting ? UNKNOWN : given;
    const rule = { ruleId: `r${priority}`, name: `Rule ${priority}`, isActive: true, priority, type, ...demands };
    return truth === false ? [] : [{ rule, truth, isAwaiting }];
  });
}

describe('certain results', () => {
  test('the first match decides, however strict it is, and all matches are reported', () => {
    const decision = decideOutcome(
      verdicts([false, 'REVIEW'], [true, 'ALLOW'], [true, 'BLOCK']),
      action('CHALLENGE'),
      usable,
    );
    expect(decision).toMatchObject({ outcome: 'ALLOW', decidingRuleId: 'r1', matchedRuleIds: ['r1', 'r2'] });
  });

  test("without a match the action's default applies", () => {
    expect(decideOutcome(verdicts([false, 'BLOCK']), action('REVIEW'), usable)).toMatchObject({
      outcome: 'REVIEW',
      decidingRuleId: null,
      matchedRuleIds: [],
    });
  });

  test('a match is never lowered by the cap', () => {
    expect(decideOutcome(verdicts([true, 'BLOCK']), action('ALLOW'), usable)).toMatchObject({
      outcome: 'BLOCK',
      isCappedAtChallenge: false,
    });
  });

  test('each setting of the deciding rule replaces the one of the action only if it is set', () => {
    const settings: Demands = {
      verificationMethods: ['EMAIL_OTP', 'PASSKEY'],
      defaultVerificationMethod: 'PASSKEY',
      promptToEnrollVerificationMethods: ['PASSKEY'],
      minimumAssurance: 'low',
    };
    const decision = decideOutcome(
      verdicts([true, 'CHALLENGE', { verificationMethods: ['PASSKEY'], minimumAssurance: 'high' }]),
      action('ALLOW', settings),
      usable,
    );
    expect(decision).toMatchObject({ ...settings, verificationMethods: ['PASSKEY'], minimumAssurance: 'high' });
  });

  test('a default method that is not among the methods demanded is dropped', () => {
    const decision = decideOutcome(
      verdicts([true, 'CHALLENGE', { verificationMethods: ['PASSKEY'] }]),
      action('ALLOW', { defaultVerificationMethod: 'EMAIL_OTP' }),
      usable,
    );
    expect(decision.defaultVerificationMethod).toBe(null);
  });
});

describe('I5: a rule that could not be computed makes a decision stricter, never milder (ruling 8)', () => {
  test('an unknown rule before the first match adds its outcome, one after it does not', () => {
    const ahead = decideOutcome(verdicts([UNKNOWN, 'CHALLENGE'], [true, 'ALLOW']), action('ALLOW'), usable);
    expect(ahead).toMatchObject({ outcome: 'CHALLENGE', decidingRuleId: 'r0', isStricterByUnknown: true });
    expect(ahead.matchedRuleIds).toEqual(['r1']);
    const behind = decideOutcome(verdicts([true, 'ALLOW'], [UNKNOWN, 'BLOCK']), action('ALLOW'), unusable);
    expect(behind).toMatchObject({ outcome: 'ALLOW', decidingRuleId: 'r0', isStricterByUnknown: false });
  });

  test('an unknown rule that would allow changes nothing', () => {
    const decision = decideOutcome(verdicts([UNKNOWN, 'ALLOW']), action('REVIEW'), usable);
    expect(decision).toMatchObject({ outcome: 'REVIEW', decidingRuleId: null, isStricterByUnknown: false });
  });

  test('the strictest of several applies to a user without a usable authenticator', () => {
    const decision = decideOutcome(
      verdicts([UNKNOWN, 'CHALLENGE'], [UNKNOWN, 'BLOCK'], [UNKNOWN, 'REVIEW']),
      action('ALLOW'),
      unusable,
    );
    expect(decision).toMatchObject({ outcome: 'BLOCK', decidingRuleId: 'r1', isCappedAtChallenge: false });
  });

  test('strictness that comes only from unknowns is capped at CHALLENGE for a user who can pass one', () => {
    const decision = decideOutcome(verdicts([UNKNOWN, 'BLOCK']), action('ALLOW'), usable);
    expect(decision).toMatchObject({
      outcome: 'CHALLENGE',
      decidingRuleId: 'r0',
      isStricterByUnknown: true,
      isCappedAtChallenge: true,
    });
  });

  test('the cap does not go below a certain REVIEW', () => {
    const decision = decideOutcome(verdicts([UNKNOWN, 'BLOCK'], [true, 'REVIEW']), action('ALLOW'), usable);
    expect(decision).toMatchObject({
      outcome: 'REVIEW',
      decidingRuleId: 'r1',
      isStricterByUnknown: false,
      isCappedAtChallenge: true,
    });
  });
});

describe('the demand of several candidates (ruling 9)', () => {
  test('is the highest assurance and the methods that all accept', () => {
    const decision = decideOutcome(
      verdicts(
        [UNKNOWN, 'CHALLENGE', { verificationMethods: ['PASSKEY', 'EMAIL_OTP'], minimumAssurance: 'medium' }],
        [UNKNOWN, 'BLOCK', { minimumAssurance: 'high' }],
        [true, 'CHALLENGE', { verificationMethods: ['SMS', 'PASSKEY'] }],
      ),
      action('ALLOW', { minimumAssurance: 'low' }),
      usable,
    );
    expect(decision).toMatchObject({ verificationMethods: ['PASSKEY'], minimumAssurance: 'high' });
  });

  test('leaves out candidates that would allow', () => {
    const decision = decideOutcome(
      verdicts(
        [UNKNOWN, 'ALLOW', { verificationMethods: ['SMS'], minimumAssurance: 'high' }],
        [true, 'CHALLENGE', { verificationMethods: ['EMAIL_OTP'] }],
      ),
      action('ALLOW'),
      usable,
    );
    expect(decision).toMatchObject({ verificationMethods: ['EMAIL_OTP'], minimumAssurance: null });
  });

  test('without a common method is the list of the highest assurance', () => {
    const decision = decideOutcome(
      verdicts(
        [UNKNOWN, 'CHALLENGE', { verificationMethods: ['EMAIL_OTP'], minimumAssurance: 'low' }],
        [true, 'CHALLENGE', { verificationMethods: ['PASSKEY'], minimumAssurance: 'high' }],
      ),
      action('ALLOW'),
      usable,
    );
    expect(decision).toMatchObject({ verificationMethods: ['PASSKEY'], minimumAssurance: 'high' });
  });

  test('without a common method and with equal assurance is the list of the lowest priority number', () => {
    const decision = decideOutcome(
      verdicts(
        [UNKNOWN, 'CHALLENGE', { verificationMethods: ['EMAIL_OTP'] }],
        [true, 'CHALLENGE', { verificationMethods: ['PASSKEY'] }],
      ),
      action('ALLOW'),
      usable,
    );
    expect(decision.verificationMethods).toEqual(['EMAIL_OTP']);
  });

  test('takes the default of the action as the last candidate', () => {
    const decision = decideOutcome(
      verdicts([UNKNOWN, 'CHALLENGE', { verificationMethods: ['EMAIL_OTP', 'PASSKEY'] }]),
      action('CHALLENGE', { verificationMethods: ['PASSKEY', 'SMS'] }),
      usable,
    );
    expect(decision).toMatchObject({ outcome: 'CHALLENGE', decidingRuleId: null, verificationMethods: ['PASSKEY'] });
  });
});

describe('ruling 36: rules that wait for a track', () => {
  test.each<[Outcome, Outcome, boolean]>([
    ['BLOCK', 'CHALLENGE', true],
    ['REVIEW', 'CHALLENGE', true],
    ['CHALLENGE', 'CHALLENGE', false],
    ['ALLOW', 'ALLOW', false],
  ])('a rule to %s is %s until then, even for a user who could pass no challenge', (type, outcome, isAwaitingTrack) => {
    for (const user of [usable, unusable]) {
      const demands: Demands = { verificationMethods: ['PASSKEY'], minimumAssurance: 'high' };
      const decision = decideOutcome(verdicts(['awaiting', type, demands]), action('ALLOW'), user);
      expect(decision).toMatchObject({ outcome, isAwaitingTrack, isCappedAtChallenge: false });
      expect(decision.minimumAssurance).toBe(type === 'ALLOW' ? null : 'high');
    }
  });

  test('certain results are decided first, and win if they are stricter', () => {
    expect(decideOutcome(verdicts([true, 'ALLOW'], ['awaiting', 'BLOCK']), action('ALLOW'), usable)).toMatchObject({
      outcome: 'ALLOW',
      isAwaitingTrack: false,
    });
    expect(decideOutcome(verdicts(['awaiting', 'REVIEW']), action('BLOCK'), usable)).toMatchObject({
      outcome: 'BLOCK',
      isAwaitingTrack: false,
    });
  });

  test('a broken rule beside it is as strict as without it (ruling 8)', () => {
    const rules = verdicts(['awaiting', 'REVIEW'], [UNKNOWN, 'BLOCK']);
    expect(decideOutcome(rules, action('ALLOW'), unusable)).toMatchObject({ outcome: 'BLOCK' });
    expect(decideOutcome(rules, action('ALLOW'), usable)).toMatchObject({
      outcome: 'CHALLENGE',
      isCappedAtChallenge: true,
      isAwaitingTrack: true,
    });
  });
});
