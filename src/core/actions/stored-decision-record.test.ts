import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DecisionRecord } from './decide-action.ts';
import { decisionToTell, readDecisionRecord, writeDecisionRecord } from './stored-decision-record.ts';

const record: DecisionRecord = {
  v: 1,
  language: 2,
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
  user: { isEnrolled: false, hasUsableAuthenticator: false },
  inputs: { facts: {}, history: {}, exceptions: {} },
  sources: [],
};

const nullable = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
const members = <Value>(value: fc.Arbitrary<Value>) => fc.dictionary(fc.constantFrom('a', 'b/c', ''), value);
const records: fc.Arbitrary<DecisionRecord> = fc.record(
  {
    v: fc.constant(1 as const),
    language: fc.constant(2),
    outcome: fc.constantFrom('ALLOW', 'CHALLENGE', 'REVIEW', 'BLOCK'),
    source: fc.constantFrom('rule', 'unknown', 'default'),
    ruleSet: fc.record({ version: fc.nat(2), hash: nullable(fc.constant('h')) }),
    decidingRuleId: fc.string(),
    matched: fc.array(
      fc.record(
        { ruleId: fc.string(), name: fc.string(), description: fc.string() },
        { requiredKeys: ['ruleId', 'name'] },
      ),
    ),
    unknown: fc.array(fc.string()),
    demand: fc.record({
      verificationMethods: nullable(fc.array(fc.constantFrom('SMS', 'PASSKEY'))),
      defaultVerificationMethod: nullable(fc.constantFrom('SMS', '')),
      promptToEnrollVerificationMethods: nullable(fc.array(fc.constant('PASSKEY'))),
      minimumAssurance: nullable(fc.constantFrom('STRONG', 'PHISHING_RESISTANT')),
    }) as fc.Arbitrary<DecisionRecord['demand']>,
    isCappedAtChallenge: fc.constant(true as const),
    isAwaitingTrack: fc.constant(true as const),
    user: fc.record({ isEnrolled: fc.boolean(), hasUsableAuthenticator: fc.boolean() }),
    inputs: fc.record(
      {
        facts: members(fc.jsonValue()),
        history: members(nullable(fc.nat())),
        exceptions: members(fc.constant('unknown' as const)),
        awaited: fc.array(fc.string()),
      },
      { requiredKeys: ['facts', 'history', 'exceptions'] },
    ) as fc.Arbitrary<DecisionRecord['inputs']>,
    sources: fc.array(
      fc.record({ name: fc.string(), state: fc.string(), version: nullable(fc.string()), ageDays: nullable(fc.nat()) }),
    ),
    unreadable: fc.array(fc.string()),
  },
  { requiredKeys: ['v', 'outcome', 'source', 'ruleSet', 'matched', 'unknown', 'demand', 'user', 'inputs', 'sources'] },
);

/** As PostgreSQL gives it back. */
const stored = (text: string): unknown => JSON.parse(text);
/** Without what makes a text more than its JSON: -0. */
const plain = (value: DecisionRecord) => JSON.parse(JSON.stringify(value)) as DecisionRecord;

describe('a decision record', () => {
  test('is the same when it is read again, whatever it says', () => {
    fc.assert(
      fc.property(records.map(plain), (any) => {
        expect(readDecisionRecord(stored(writeDecisionRecord(any)))).toEqual(any);
        expect(readDecisionRecord(stored(JSON.stringify(any))), 'as the release before wrote it').toEqual(any);
      }),
    );
  });

  test('is stored without what it does not say', () => {
    expect(stored(writeDecisionRecord(record))).toEqual({
      v: 2,
      language: 2,
      outcome: 'CHALLENGE',
      source: 'default',
      demand: {},
      user: {},
      inputs: { facts: {} },
    });
  });

  test('says that its inputs are gone, in whichever form it was stored', () => {
    for (const text of [writeDecisionRecord(record), JSON.stringify(record)]) {
      const without = { ...(stored(text) as object), inputs: {} };
      expect(readDecisionRecord(without)).toEqual({ ...record, isWithoutInputs: true });
    }
  });

  test('I5: is not read if a part of it is missing that makes a decision stricter, or if nobody knows its form', () => {
    const short = stored(writeDecisionRecord(record)) as Record<string, unknown>;
    const whole = { ...record } as Record<string, unknown>;
    const broken: unknown[] = [null, 'x', 1, [], {}, { v: 1 }, { v: 2 }, { ...short, v: 3 }, { ...whole, v: 3 }];
    for (const name of ['outcome', 'source', 'demand', 'user', 'inputs']) {
      broken.push({ ...short, [name]: undefined });
    }
    for (const name of ['demand', 'inputs', 'matched']) broken.push({ ...whole, [name]: undefined });
    for (const name of ['demand', 'inputs']) {
      for (const value of [null, [], 'x']) broken.push({ ...short, [name]: value }, { ...whole, [name]: value });
    }
    for (const one of broken) {
      expect(() => readDecisionRecord(one), JSON.stringify(one)).toThrow('cannot be read');
      expect(decisionToTell(one)).toBeUndefined();
    }
  });
});
