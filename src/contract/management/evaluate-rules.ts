import { z } from 'zod';
import { explanation } from '../server/explain.ts';
import * as v from '../values.ts';
import { actionParams } from './action-configurations.ts';
import { closed } from './closed.ts';
import { managementRoute } from './management-route.ts';
import { demands, displayName } from './values.ts';

const draftRule = closed(
  {
    ruleId: v.text(64).optional(),
    name: displayName,
    description: v.text(4096).nullish(),
    isActive: z.boolean(),
    priority: z.int().min(0).max(99),
    type: v.outcome,
    conditions: z.unknown().optional(),
    ...demands,
  },
  ['tenantId', 'actionCode', 'warnings'],
);

export const evaluateRules = managementRoute({
  id: 'evaluateRules',
  method: 'POST',
  path: '/action-configurations/:actionCode/rules/evaluate',
  summary:
    'Says what would be decided and why, by the rules given or the live ones, on facts given or those of a past action. Stores nothing.',
  params: actionParams,
  body: closed({
    /** Left out: the live rules. */
    rules: z.array(draftRule).max(100).optional(),
    /** A fact document; what is not in it is missing. */
    facts: v.custom.optional(),
    /** Answers to velocity questions by their key, as explanations show it; one that is left out is unknown. */
    history: z.record(z.string(), z.number().nullable()).optional(),
    /** A past action instead of facts. */
    pastAction: closed({ userId: v.userId, idempotencyKey: v.idempotencyKey }).optional(),
    /** Whether the user has a verified authenticator, and one that could pass this challenge. Default: both. */
    user: closed({ isEnrolled: z.boolean(), hasUsableAuthenticator: z.boolean() }).optional(),
  }),
  reply: z
    .object({
      ...explanation.shape,
      state: v.userActionState,
      warnings: z.array(
        z.object({ code: z.string(), ruleId: z.string(), place: z.string().optional(), message: z.string() }),
      ),
    })
    .meta({ id: 'Evaluation' }),
  refusals: ['not_found'],
  audit: null,
});
