import { z } from 'zod';
import { route } from '../route.ts';
import * as v from '../values.ts';
import { occurrenceParams } from './actions.ts';

const json = z.unknown();

const found = z.object({ name: z.string(), value: json, isUnknown: z.boolean() });

/** Why a rule matched or did not, condition by condition. */
const ruleExplanation = z
  .object({
    ruleId: z.string(),
    name: z.string(),
    outcome: v.outcome,
    status: z.enum(['matched', 'not', 'unknown']),
    fault: z.string().nullable(),
    leaves: z.array(
      z.object({
        place: z.string(),
        operator: z.string(),
        reads: z.array(found),
        operands: z.array(found),
        result: z.union([z.boolean(), z.literal('unknown')]),
        text: z.string(),
        isDecisive: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'RuleExplanation' });

/** Unreadable is unknown, too: something was sent to make it from, and could not be read. */
const factStatus = z.enum(['known', 'missing', 'unknown', 'unreadable']);

/** A decision and everything it rests on. */
export const explanation = z
  .object({
    outcome: v.outcome,
    isReproduced: z.boolean().nullable().meta({
      description:
        'Whether computing it again from the record gives the same outcome; null where it was decided under another version of the rule language and is told as it was recorded.',
    }),
    source: z.enum(['rule', 'unknown', 'default']),
    decidingRuleId: z.string().optional(),
    /** The decision in English, a sentence each. */
    words: z.array(z.string()),
    ruleSet: z.object({
      version: z.int(),
      hash: z.string().nullable(),
      isKept: z.boolean().meta({ description: 'False where it is too old to be kept: then the record alone is told.' }),
    }),
    rules: z.array(ruleExplanation),
    demand: z.object({
      verificationMethods: z.array(v.verificationMethod).nullable(),
      defaultVerificationMethod: v.verificationMethod.nullable(),
      promptToEnrollVerificationMethods: z.array(v.verificationMethod).nullable(),
      minimumAssurance: v.assurance.nullable(),
    }),
    isCappedAtChallenge: z.boolean(),
    /** Whether no proof was enough before a track came. */
    isAwaitingTrack: z.boolean(),
    user: z.object({ isEnrolled: z.boolean(), hasUsableAuthenticator: z.boolean() }),
    facts: z.array(
      z.object({
        path: z.string(),
        value: json,
        status: factStatus,
        /** What it was made from. */
        origin: z.string(),
      }),
    ),
    history: z.array(z.object({ question: z.string(), value: json, status: factStatus })),
    sources: z.array(
      z.object({ name: z.string(), state: z.string(), version: z.string().nullable(), ageDays: z.number().nullable() }),
    ),
  })
  .meta({ id: 'Explanation' });

export const explainAction = route({
  id: 'explainAction',
  method: 'GET',
  path: '/v1/users/:userId/actions/:action/:idempotencyKey/explain',
  caller: 'server',
  summary: 'Says why an action was decided as it was: in words and as data, from what was recorded then.',
  params: occurrenceParams,
  query: z.object({}),
  body: z.object({}),
  reply: explanation.extend({
    state: v.userActionState,
    decidedAt: v.timestamp,
    /** Whether a track has decided it, or somebody who sets states. */
    isTracked: z.boolean(),
    /** The decisions that this one has replaced, oldest first: of what a sign-in or a challenge had begun. */
    earlier: z.array(explanation.extend({ decidedAt: v.timestamp })),
  }),
  refusals: ['not_found'],
  audit: null,
});
