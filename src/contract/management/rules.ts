import { z } from 'zod';
import { jsonText } from '../json-text.ts';
import { json } from '../route.ts';
import * as v from '../values.ts';
import { actionParams } from './action-configurations.ts';
import { closed } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';
import { answeredDemands, demands, displayName, success, tenantId } from './values.ts';

const about = {
  ruleId: 'Id of the rule, a UUID that Sallyport chose.',
  name: 'Name of the rule, as explanations and `ruleIds` of an action show it: 1 to 256 characters without control characters.',
  description: 'Note for your team, at most 4,096 characters. Absent: none.',
  isActive: 'Whether the rule is evaluated. An inactive rule keeps its priority.',
  priority:
    'Place in the order of the action’s rules, 0 to 99 and unique within the action. The smallest that matches decides.',
  type: 'Outcome if this rule decides.',
  conditions:
    'When the rule matches: JsonLogic over the facts, with Sallyport’s operators for address ranges and counts. At most 64 KiB, 20 levels and 500 operations. Kept and returned exactly as sent. Absent or `{}`: the rule always matches.',
};

const ruleParams = actionParams.extend({ ruleId: v.opaqueId.describe(about.ruleId) });

/** The members of a rule in requests; drafts that are only tried out have the same members. */
export const ruleValues = {
  name: displayName.describe(about.name),
  isActive: z.boolean().describe(about.isActive),
  priority: z.int().min(0).max(99).describe(about.priority),
  type: v.outcome.describe(about.type),
  description: v.text(4096).nullish().describe(about.description),
};
const members = {
  description: ruleValues.description,
  // The rules engine checks its contents, and reports the place of a mistake.
  conditions: jsonText.nullish().describe(about.conditions),
  ...demands,
};

const rule = z
  .object({
    tenantId,
    actionCode: z.string().describe('Code of the action that the rule belongs to.'),
    ruleId: z.string().describe(about.ruleId),
    name: z.string().describe(about.name),
    description: z.string().optional().describe(about.description),
    isActive: z.boolean().describe(about.isActive),
    priority: z.int().describe(about.priority),
    type: v.outcome.describe(about.type),
    conditions: z.unknown().optional().meta({ type: 'object', description: about.conditions }),
    ...answeredDemands,
  })
  .meta({ id: 'Rule' });

/** What is accepted but is probably a mistake. */
export const warning = {
  code: z
    .string()
    .describe(
      'Kind of the warning: `shadowed`, `never_matches`, `matches_when_missing`, `unknown_path`, `unknown_list`, `out_of_reach`, `method_not_enabled` or `incomplete`.',
    ),
  place: z
    .string()
    .optional()
    .describe('JSON pointer into the conditions. Absent: the warning is about the rule as a whole.'),
  message: z.string().describe('The warning as a sentence, for people.'),
};

const savedRule = z
  .object({
    ...rule.shape,
    warnings: z
      .array(z.object(warning))
      .optional()
      .describe('What is accepted but probably not meant, at most 20 of each rule. Absent: nothing to warn of.'),
  })
  .meta({ id: 'SavedRule' });

const answered = ['tenantId', 'actionCode', 'ruleId', 'warnings'];

const exampleConditions = {
  or: [{ '>': [{ var: 'custom.amount' }, 2000] }, { '==': [{ var: 'device.isNew' }, true] }],
};
const exampleParams = { actionCode: 'withdraw-funds', ruleId: '2568fe20-851d-40f6-9c17-448dc484174c' };
const exampleRule = {
  tenantId: 'ec3910e7-ab32-479e-b58b-36a122631d58',
  ...exampleParams,
  name: 'Large withdrawals',
  description: 'Above the daily limit, or from a device that we have not seen.',
  isActive: true,
  priority: 1,
  type: 'CHALLENGE',
  conditions: exampleConditions,
  minimumAssurance: 'high',
};

export const listRules = managementRoute({
  id: 'listRules',
  method: 'GET',
  path: '/action-configurations/:actionCode/rules',
  title: 'List an action’s rules',
  description: 'Returns all rules of an action, active and inactive, in the order in which they are evaluated.',
  group: 'rules',
  params: actionParams,
  body: nothing,
  reply: json(z.array(rule), { isExact: true }),
  example: { request: { params: { actionCode: 'withdraw-funds' } }, reply: [exampleRule] },
  refusals: ['not_found'],
  audit: null,
});

export const createRule = managementRoute({
  id: 'createRule',
  method: 'POST',
  path: '/action-configurations/:actionCode/rules',
  title: 'Create a rule',
  description:
    'Adds a rule to an action. It takes effect at once if it is active. A mistake in the conditions is refused with the place of the mistake; what is accepted but probably not meant comes back in `warnings`. A priority that another rule of the action has is refused. Try conditions with “Try rules” first.',
  group: 'rules',
  params: actionParams,
  body: closed({ ...ruleValues, ...members }, answered),
  reply: json(savedRule, { isExact: true }),
  exact: ['conditions'],
  example: {
    request: {
      params: { actionCode: 'withdraw-funds' },
      body: {
        name: 'Blocked countries',
        isActive: true,
        priority: 0,
        type: 'BLOCK',
        conditions: { in: [{ var: 'ip.location.country.countryCode' }, { var: 'lists.blocked-countrys' }] },
      },
    },
    reply: {
      tenantId: exampleRule.tenantId,
      actionCode: 'withdraw-funds',
      ruleId: '6f0c2a3e-5b0e-4f39-9a55-2a9d3f7f1c11',
      name: 'Blocked countries',
      isActive: true,
      priority: 0,
      type: 'BLOCK',
      conditions: { in: [{ var: 'ip.location.country.countryCode' }, { var: 'lists.blocked-countrys' }] },
      warnings: [
        {
          code: 'unknown_list',
          place: '/in/1',
          message: 'There is no list "blocked-countrys"; did you mean "blocked-countries"?',
        },
      ],
    },
  },
  refusals: ['not_found'],
  audit: 'rule.created',
});

export const getRule = managementRoute({
  id: 'getRule',
  method: 'GET',
  path: '/action-configurations/:actionCode/rules/:ruleId',
  title: 'Get a rule',
  description: 'Reads one rule of an action. The conditions come back exactly as they were sent.',
  group: 'rules',
  params: ruleParams,
  body: nothing,
  reply: json(rule, { isExact: true }),
  example: { request: { params: exampleParams }, reply: exampleRule },
  refusals: ['not_found'],
  audit: null,
});

export const updateRule = managementRoute({
  id: 'updateRule',
  method: 'PATCH',
  path: '/action-configurations/:actionCode/rules/:ruleId',
  title: 'Change a rule',
  description:
    'Changes the members that you send and keeps all others. Null clears a member; conditions are replaced whole. The change takes effect at once, and earlier decisions keep what they recorded.',
  group: 'rules',
  params: ruleParams,
  body: closed(
    {
      name: ruleValues.name.optional(),
      isActive: ruleValues.isActive.optional(),
      priority: ruleValues.priority.optional(),
      type: ruleValues.type.optional(),
      ...members,
    },
    answered,
  ),
  reply: json(savedRule, { isExact: true }),
  exact: ['conditions'],
  example: {
    request: { params: exampleParams, body: { priority: 2, verificationMethods: ['PASSKEY'] } },
    reply: { ...exampleRule, priority: 2, verificationMethods: ['PASSKEY'] },
  },
  refusals: ['not_found'],
  audit: 'rule.updated',
});

export const deleteRule = managementRoute({
  id: 'deleteRule',
  method: 'DELETE',
  path: '/action-configurations/:actionCode/rules/:ruleId',
  title: 'Delete a rule',
  description:
    'Removes a rule for good and frees its priority. Decisions that it took part in keep what they recorded of it.',
  group: 'rules',
  params: ruleParams,
  body: nothing,
  reply: json(success),
  example: { request: { params: exampleParams }, reply: { success: true } },
  refusals: ['not_found'],
  audit: 'rule.deleted',
});
