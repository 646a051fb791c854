import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dataPointTypes } from '../core/facts/data-points.ts';
import { planFacts } from '../core/facts/plan-facts.ts';
import { compileRules } from '../core/rules/compile-rules.ts';
import { evaluateRules } from '../core/rules/evaluate-rules.ts';
import { ipRanges } from '../core/rules/ip-ranges.ts';
import { outcomes } from '../core/rules/rule-set.ts';
import type { Rule } from '../core/rules/rule-set.ts';
import { openEnrichment } from '../enrichment/enrichment.ts';
import type { Enrichment } from '../enrichment/enrichment.ts';
import type { PublishedAction, Tenant } from '../storage/published.ts';
import type { History } from '../storage/queries/history.ts';
import { virtualRuntime } from '../runtime/virtual-runtime.ts';
import { describeRequest, factInputs, historyAnswers } from './gather-inputs.ts';
import type { Sent } from './gather-inputs.ts';

const nowMs = Date.UTC(2026, 6, 1, 12);
const lists = new Map([
  ['countries', ['KP', 'DE', 'NZ']],
  ['networks', ['175.45.176.0/22', '10.0.0.0/8', '2a00::/16']],
]);
const tenant = {
  settings: { timeZone: 'UTC' },
  dataPointTypes: dataPointTypes([
    { name: 'amount', dataType: 'number', modelType: 'action' },
    { name: 'flag', dataType: 'boolean', modelType: 'action' },
    { name: 'tags', dataType: 'multiselect', modelType: 'action' },
  ]),
  whitelist: { contains: ipRanges(['91.0.0.0/8', '10.0.0.0/8']) },
} as unknown as Tenant;

let enrichment: Enrichment;
beforeAll(async () => {
  enrichment = await openEnrichment({}, virtualRuntime(), () => undefined);
});
afterAll(() => enrichment.close());

const readable = fc.constantFrom(
  '175.45.176.1',
  '91.10.20.30',
  '1.128.0.10',
  '10.1.2.3',
  '2a00:1450:4001::1',
  '192.0.2.1',
);
const fact = fc.constantFrom(
  ...[
    'ip.ipAddress',
    'ip.countryCode',
    'ip.location.country.countryCode',
    'ip.location.city',
    'ip.asn',
    'ip.asOrganization',
  ],
  ...['ip.isAnonymous', 'ip.countryCodeInOfacList', 'ip.isInWhitelist', 'ip.isUnrecognized', 'ip.impossibleTravel'],
  ...[
    'ip.atypicalTravel',
    'ip',
    'ip.location',
    'device.isNew',
    'custom.amount',
    'custom.flag',
    'custom.tags',
    'custom.free',
  ],
);
const constant = fc.constantFrom<unknown>(null, true, false, 0, 1, 100, 131279, 'KP', 'DE', '175.45.176.1', 'a', '');
const question = fc.constantFrom<unknown>(
  { actionCount: ['ip', '*', 60, '*'] },
  { actionCount: ['user', '*', 60, '*'] },
  { distinctCount: ['user', 'ip', 60] },
  { customSum: ['amount', 'ip', '*', 60] },
);
const condition = fc.letrec<{ value: unknown; truth: unknown }>((tie) => ({
  value: fc.oneof({ weight: 4, arbitrary: fact.map((path) => ({ var: path })) }, constant, question),
  truth: fc.oneof(
    { maxDepth: 4 },
    fc
      .tuple(fc.constantFrom('==', '!=', '===', '!==', '<', '<=', '>', '>='), tie('value'), tie('value'))
      .map(([operator, left, right]) => ({ [operator]: [left, right] })),
    tie('value').map((value) => ({ in: [value, { var: 'lists.countries' }] })),
    tie('value').map((value) => ({ inCidr: [value, { var: 'lists.networks' }] })),
    tie('value').map((value) => ({ '!!': [value] })),
    fc.constant({ some: [{ var: 'custom.tags' }, { '==': [{ var: '' }, 'a'] }] }),
    fc.constant({ none: [{ var: 'custom.tags' }, { '==': [{ var: '' }, 'a'] }] }),
    tie('truth').map((part) => ({ '!': [part] })),
    fc.array(tie('truth'), { minLength: 1, maxLength: 3 }).map((parts) => ({ and: parts })),
    fc.array(tie('truth'), { minLength: 1, maxLength: 3 }).map((parts) => ({ or: parts })),
    fc.tuple(tie('truth'), tie('truth'), tie('truth')).map((parts) => ({ if: parts })),
  ),
})).truth;
const ruleSet = fc
  .array(fc.tuple(condition, fc.constantFrom(...outcomes)), { minLength: 1, maxLength: 4 })
  .map((rules) =>
    rules.map(([conditions, type], priority): Rule => ({
      ruleId: `r${priority}`,
      name: '',
      isActive: true,
      priority,
      type,
      conditions,
    })),
  );
const count = fc.integer({ min: 0, max: 3 });
const past = fc.record({
  known: fc.boolean(),
  seen: fc.boolean(),
  answers: fc.array(count, { minLength: 4, maxLength: 4 }),
  places: fc
    .array(
      fc.record({
        latitude: fc.constant(null),
        longitude: fc.constant(null),
        countryCode: fc.constantFrom('DE', 'NZ'),
        isPlaceUnknown: fc.constant(false),
        verifiedAtMs: fc.integer({ min: nowMs - 86_400_000, max: nowMs }),
      }),
      { maxLength: 2 },
    )
    .map((places) => places.sort((a, b) => b.verifiedAtMs - a.verifiedAtMs)),
});

interface Told {
  readonly sent: Omit<Sent, 'custom'> & { readonly custom: Readonly<Record<string, unknown>> };
  readonly places: History['places'];
}

/** The same with one unreadable part: of the request, or of where the user was. */
const spoilt = fc.constantFrom<(told: Told) => Told>(
  ({ sent, places }) => ({ sent: { ...sent, ipAddress: `${sent.ipAddress ?? ''}, 10.0.0.1` }, places }),
  ({ sent, places }) => ({ sent: { ...sent, ipAddress: 'unknown' }, places }),
  ({ sent, places }) => ({ sent: { ...sent, custom: { ...sent.custom, amount: '5,000.00' } }, places }),
  ({ sent, places }) => ({ sent: { ...sent, custom: { ...sent.custom, flag: 'true' } }, places }),
  ({ sent, places }) => ({ sent: { ...sent, custom: { ...sent.custom, tags: 'a' } }, places }),
  ({ sent, places = [] }) => ({
    sent,
    places: places.map((place, index) => (index === 0 ? { ...place, isPlaceUnknown: true, countryCode: null } : place)),
  }),
);

test('I5, ruling 37: an unreadable value never makes a decision milder than the true one, or than CHALLENGE', () => {
  let stricter = 0;
  const request = fc.record({
    ipAddress: readable,
    deviceId: fc.constant('d'),
    custom: fc.record({
      amount: fc.constantFrom<unknown>(0, 100, '100', null),
      flag: fc.constantFrom<unknown>(true, false, null),
      tags: fc.constantFrom<unknown>(['a'], ['b'], [], null),
      free: fc.constantFrom<unknown>('a', 1, null),
    }),
  });
  const decided = fc.record({
    rules: ruleSet,
    ofAction: fc.constantFrom(...outcomes),
    sent: request,
    past,
    spoil: spoilt,
  });
  fc.assert(
    fc.property(decided, ({ rules, ofAction, sent, past: before, spoil }) => {
      const compiled = compileRules({ rules, lists });
      const action = { compiled, plan: planFacts(compiled.needs.paths) } as unknown as PublishedAction;
      const settings = { actionCode: 'a', defaultUserActionResult: ofAction };
      const rank = (told: Told, hasUsableAuthenticator: boolean) => {
        const history: History = {
          ...{ methods: [], defaultMethod: null, earlierActionId: null, earlierState: null },
          ...{
            earlierDecision: null,
            earlierCustom: null,
            earlierIsTracked: null,
            isKnownDevice: before.known,
            knownDevices: 1,
          },
          ...{ hasVerified: before.seen, addressSeen: before.seen, places: told.places ?? [] },
          ...{ email: null, phoneNumber: null, userCustom: null, userCreatedAt: null },
          answers: before.answers.map((value) => ({ scanned: 1, unread: 0, value })),
        };
        const seen = describeRequest(enrichment, told.sent);
        const facts = action.plan.gather(factInputs(tenant, { userId: 'u', actionCode: 'a' }, seen, history, nowMs));
        const evidence = { facts, history: historyAnswers(action, seen, history, nowMs) };
        return outcomes.indexOf(evaluateRules(compiled, evidence, settings, { hasUsableAuthenticator }).outcome);
      };
      const whole: Told = { sent, places: before.places };
      const unread = rank(spoil(whole), true);
      expect(unread).toBeGreaterThanOrEqual(Math.min(rank(whole, true), outcomes.indexOf('CHALLENGE')));
      expect(rank(spoil(whole), false)).toBeGreaterThanOrEqual(rank(whole, false));
      if (unread > rank(whole, true)) stricter += 1;
    }),
    { numRuns: 2_000 },
  );
  // Otherwise nothing that the rules read was spoilt.
  expect(stricter).toBeGreaterThan(100);
});
