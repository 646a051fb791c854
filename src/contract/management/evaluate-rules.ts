import { z } from 'zod';
import { json } from '../route.ts';
import { explanation } from '../server/explain.ts';
import * as v from '../values.ts';
import { actionParams } from './action-configurations.ts';
import { closed } from './closed.ts';
import { managementRoute } from './management-route.ts';
import { ruleValues, warning } from './rules.ts';
import { demands } from './values.ts';

const draftRule = closed(
  {
    ruleId: v
      .text(64)
      .optional()
      .describe(
        'Id that the response uses for the rule, at most 64 characters. Absent: `rule-1`, `rule-2` and so on, by place in the list.',
      ),
    name: ruleValues.name,
    description: ruleValues.description,
    isActive: ruleValues.isActive,
    priority: ruleValues.priority,
    type: ruleValues.type,
    conditions: z
      .unknown()
      .optional()
      .describe(
        'When the rule matches, as JsonLogic: at most 64 KiB, 20 levels and 500 operations. Absent or `{}`: the rule always matches.',
      ),
    ...demands,
  },
  ['tenantId', 'actionCode', 'warnings'],
);

const exampleFact = { name: 'custom.amount', value: 2500, isUnknown: false };

export const evaluateRules = managementRoute({
  id: 'evaluateRules',
  method: 'POST',
  path: '/action-configurations/:actionCode/rules/evaluate',
  title: 'Try rules',
  description:
    'Decides as tracking would, and explains the result in words and as data. Try stored rules or drafts, on facts that you make up or on those of a past action. Nothing is stored, and no user is affected.',
  group: 'rules',
  params: actionParams,
  body: closed({
    rules: z
      .array(draftRule)
      .max(100)
      .optional()
      .describe('Rules to try instead of the stored ones, at most 100, in any order. Absent: the rules of the action.'),
    defaultUserActionResult: v.outcome
      .optional()
      .describe('Outcome to assume when no rule matches. Absent: that of the action.'),
    facts: v.custom
      .optional()
      .describe(
        'Facts as a nested object, such as `{"ip": {"isAnonymous": true}}`. A fact that is not in it is missing. Absent: no facts. Not together with `pastAction`.',
      ),
    history: z
      .record(z.string(), z.number().nullable())
      .optional()
      .describe(
        'Answers to the questions about the past that the rules ask, by the key that an explanation shows in `history`; null for “never”. A question without an answer is unknown. Not together with `pastAction`.',
      ),
    pastAction: closed({
      userId: v.userId.describe('Id of the user whose action it was.'),
      idempotencyKey: v.idempotencyKey.describe('Idempotency key that the action was tracked with.'),
    })
      .optional()
      .describe('A tracked action with this code, to decide again on what was known then. Absent: `facts` decide.'),
    user: closed({
      isEnrolled: z.boolean().describe('Whether the user has a verified authenticator.'),
      hasUsableAuthenticator: z
        .boolean()
        .describe('Whether the user has an authenticator that could pass this challenge.'),
    })
      .optional()
      .describe('What to assume of the user’s authenticators. Absent: both are true. Ignored with `pastAction`.'),
  }),
  reply: json(
    z
      .object({
        ...explanation.shape,
        state: v.userActionState.describe('State that the action would begin in.'),
        warnings: z
          .array(
            z.object({
              code: warning.code,
              ruleId: z.string().describe('Id of the rule that the warning is about.'),
              place: warning.place,
              message: warning.message,
            }),
          )
          .describe('What is accepted in the rules but probably not meant. Empty if there is nothing to warn of.'),
      })
      .meta({ id: 'Evaluation' }),
  ),
  example: {
    request: {
      params: { actionCode: 'withdraw-funds' },
      body: {
        rules: [
          {
            name: 'Large withdrawals',
            isActive: true,
            priority: 1,
            type: 'CHALLENGE',
            conditions: { '>': [{ var: 'custom.amount' }, 2000] },
            minimumAssurance: 'high',
          },
        ],
        facts: { custom: { amount: 2500 } },
        user: { isEnrolled: true, hasUsableAuthenticator: true },
      },
    },
    reply: {
      outcome: 'CHALLENGE',
      isReproduced: true,
      source: 'rule',
      decidingRuleId: 'rule-1',
      words: [
        'Rule "Large withdrawals" matched because custom.amount (2500) > 2000.',
        'The outcome is CHALLENGE, decided by rule "Large withdrawals".',
        'Minimum assurance: high.',
      ],
      ruleSet: {
        version: 3,
        hash: '714bb88b972737ed924d9615b77e0ae85cafc47851271af88d7a87cd9eac1341',
        isKept: true,
      },
      rules: [
        {
          ruleId: 'rule-1',
          name: 'Large withdrawals',
          outcome: 'CHALLENGE',
          status: 'matched',
          fault: null,
          leaves: [
            {
              place: '',
              operator: '>',
              reads: [exampleFact],
              operands: [exampleFact, { name: '2000', value: 2000, isUnknown: false }],
              result: true,
              text: 'custom.amount (2500) > 2000',
              isDecisive: true,
            },
          ],
        },
      ],
      demand: {
        verificationMethods: null,
        defaultVerificationMethod: null,
        promptToEnrollVerificationMethods: null,
        minimumAssurance: 'high',
      },
      isCappedAtChallenge: false,
      isAwaitingTrack: false,
      user: { isEnrolled: true, hasUsableAuthenticator: true },
      facts: [
        {
          path: 'custom.amount',
          value: 2500,
          status: 'known',
          origin: '`custom` of track, else the one stored on the user',
        },
      ],
      history: [],
      sources: [],
      state: 'CHALLENGE_REQUIRED',
      warnings: [],
    },
  },
  refusals: ['not_found'],
  audit: null,
});
