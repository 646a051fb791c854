import { z } from 'zod';
import { json, route } from '../route.ts';
import * as v from '../values.ts';
import { occurrenceParams } from './actions.ts';

const anything = z.unknown();
const decidedAt = v.timestamp.describe('When it was decided, ISO 8601 in UTC.');

const found = z.object({
  name: z.string().describe('The fact, the question about the past, or the literal value.'),
  value: anything.describe('Its value, any JSON; long values are cut. Null if there was none or it is unknown.'),
  isUnknown: z.boolean().describe('Whether it should have had a value that could not be computed or read.'),
});

/** Why a rule matched or did not match, condition by condition. */
export const ruleExplanation = z
  .object({
    ruleId: z.string().describe('Id of the rule.'),
    name: z.string().describe('Its name at the time of the decision.'),
    outcome: v.outcome.describe('The outcome that the rule asks for when it matches.'),
    status: z
      .enum(['matched', 'not', 'unknown'])
      .describe('Whether it matched, did not match, or could not be computed.'),
    fault: z.string().nullable().describe('Why the rule failed while it ran; null if it did not.'),
    leaves: z
      .array(
        z.object({
          place: z.string().describe('Where the condition is in the rule: a JSON pointer (RFC 6901).'),
          operator: z.string().describe('Its operator, such as `==` or `actionCount`.'),
          reads: z.array(found).describe('The facts and the questions about the past that it reads.'),
          operands: z.array(found).describe('The values that it compares.'),
          result: z
            .union([z.boolean(), z.literal('unknown')])
            .describe('Whether it held; `unknown` if what it reads is unknown.'),
          text: z.string().describe('The condition in words, with the values that it saw.'),
          isDecisive: z.boolean().describe('Whether the status of the rule rests on it.'),
        }),
      )
      .describe('The smallest conditions of the rule; empty if it failed or is too large to explain.'),
  })
  .meta({ id: 'RuleExplanation', description: 'A rule, and why it matched or did not match.' });

const factStatus = z
  .enum(['known', 'missing', 'unknown', 'unreadable'])
  .describe(
    'Whether there is a value. `missing`: nothing was sent to make it from. `unknown`: it could not be computed. `unreadable`: it could not be computed, because what was sent cannot be read.',
  );

/** A decision and everything that it is based on. */
export const explanation = z
  .object({
    outcome: v.outcome.describe('What was decided.'),
    isReproduced: z
      .boolean()
      .nullable()
      .describe(
        'Whether computing the decision again from its record gives the same outcome. Null if it is not computed again: another version of the rule language decided, the rules are no longer kept, or addresses were removed from the record when the tenant’s period for them was over.',
      ),
    source: z
      .enum(['rule', 'unknown', 'default'])
      .describe('What decided: a rule that matched, a rule that could not be computed, or the default of the action.'),
    decidingRuleId: z.string().describe('Id of the rule that decided; absent if the default did.').optional(),
    words: z.array(z.string()).describe('The decision in English, a sentence each.'),
    ruleSet: z
      .object({
        version: z.int().describe('Version of the rule set, counted up with each change.'),
        hash: z.string().nullable().describe('Hash of the rule set; null if the action had no configuration.'),
        isKept: z
          .boolean()
          .describe('Whether that rule set is still kept. If not, the explanation has only what was recorded.'),
      })
      .describe('The rules that decided, as they were then.'),
    rules: z.array(ruleExplanation).describe('Every active rule, by priority; empty if they are no longer kept.'),
    demand: z
      .object({
        verificationMethods: z
          .array(v.verificationMethod)
          .nullable()
          .describe('The methods that pass the challenge; null means every method of the tenant.'),
        defaultVerificationMethod: v.verificationMethod
          .nullable()
          .describe('The method that the challenge begins with; null leaves it to the user.'),
        promptToEnrollVerificationMethods: z
          .array(v.verificationMethod)
          .nullable()
          .describe('Methods that the user is offered to enrol afterwards; null means none.'),
        minimumAssurance: v.assurance
          .nullable()
          .describe('What a verification must prove at least; null sets no minimum.'),
      })
      .describe('What a challenge has to be like.'),
    isCappedAtChallenge: z
      .boolean()
      .describe(
        'Whether the outcome would have been stricter than a challenge, because of rules that could not be computed, but the user can verify.',
      ),
    isAwaitingTrack: z
      .boolean()
      .describe(
        'Whether the action could not succeed before it was tracked, because rules read what only tracking tells.',
      ),
    user: z
      .object({
        isEnrolled: z.boolean().describe('Whether the user had a verified authenticator.'),
        hasUsableAuthenticator: z.boolean().describe('Whether they had one that the action permits.'),
      })
      .describe('The user at the time of the decision.'),
    facts: z
      .array(
        z.object({
          path: z.string().describe('The fact, as rules name it, such as `ip.countryCode`.'),
          value: anything.describe('Its value, any JSON; long values are cut. Null unless `status` is `known`.'),
          status: factStatus,
          origin: z.string().describe('What it was made from.'),
        }),
      )
      .describe('The facts that the rules read.'),
    history: z
      .array(
        z.object({
          question: z.string().describe('The question about the past: an operator and its arguments, as JSON.'),
          value: anything.describe('The answer, a number. Null unless `status` is `known`.'),
          status: factStatus,
        }),
      )
      .describe('The questions about the past that the rules ask.'),
    sources: z
      .array(
        z.object({
          name: z.string().describe('Name of the data file.'),
          state: z.string().describe('`ok`, `missing` or `broken`.'),
          version: z.string().nullable().describe('Its version; null if unknown.'),
          ageDays: z.number().nullable().describe('Its age in days at the time of the decision; null if unknown.'),
        }),
      )
      .describe('The data files behind facts about the address; empty if no rule reads those.'),
  })
  .meta({ id: 'Explanation', description: 'A decision and everything that it rests on.' });

export const exampleRuleExplanation = {
  ruleId: '0198c1a2-7d3e-7c10-9a52-4f1f6d1f0a11',
  name: 'New device',
  outcome: 'CHALLENGE',
  status: 'matched',
  fault: null,
  leaves: [
    {
      place: '',
      operator: '==',
      reads: [{ name: 'device.isNew', value: true, isUnknown: false }],
      operands: [
        { name: 'device.isNew', value: true, isUnknown: false },
        { name: 'true', value: true, isUnknown: false },
      ],
      result: true,
      text: 'device.isNew (true) == true',
      isDecisive: true,
    },
  ],
};

export const exampleExplanation = {
  outcome: 'CHALLENGE',
  isReproduced: true,
  source: 'rule',
  decidingRuleId: exampleRuleExplanation.ruleId,
  words: [
    'Rule "New device" matched because device.isNew (true) == true.',
    'The outcome is CHALLENGE, decided by rule "New device".',
  ],
  ruleSet: {
    version: 7,
    hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    isKept: true,
  },
  rules: [exampleRuleExplanation],
  demand: {
    verificationMethods: null,
    defaultVerificationMethod: null,
    promptToEnrollVerificationMethods: null,
    minimumAssurance: 'medium',
  },
  isCappedAtChallenge: false,
  isAwaitingTrack: false,
  user: { isEnrolled: true, hasUsableAuthenticator: true },
  facts: [{ path: 'device.isNew', value: true, status: 'known', origin: '`deviceId` and the user’s devices' }],
  history: [],
  sources: [],
};

export const explainAction = route({
  id: 'explainAction',
  method: 'GET',
  path: '/v1/users/:userId/actions/:action/:idempotencyKey/explain',
  api: 'server',
  title: 'Explain a decision',
  description:
    'Says why an action was decided as it was, in words and as data, from what was recorded at the time. If the rules are still kept, the decision is computed again to show each condition with the values it saw. Only Sallyport has this call; the official SDKs do not.',
  group: 'actions',
  params: occurrenceParams,
  query: z.object({}),
  body: z.object({}),
  reply: json(
    explanation.extend({
      state: v.userActionState,
      decidedAt,
      isTracked: z.boolean().describe('Whether your backend has tracked the action or set its state.'),
      earlier: z
        .array(explanation.extend({ decidedAt }))
        .describe(
          'Decisions that this one replaced, oldest first: those of a sign-in or a challenge before the tracking.',
        ),
    }),
  ),
  example: {
    request: {
      params: { userId: 'alice', action: 'signIn', idempotencyKey: '8f0e4c1a-2b3d-4e5f-9a6b-7c8d9e0f1a2b' },
    },
    reply: {
      ...exampleExplanation,
      state: 'CHALLENGE_REQUIRED',
      decidedAt: '2026-03-01T09:30:00.000Z',
      isTracked: true,
      earlier: [],
    },
  },
  refusals: ['not_found'],
  audit: null,
});
