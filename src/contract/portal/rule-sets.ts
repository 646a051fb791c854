import { z } from 'zod';
import { json, noContent } from '../route.ts';
import { closed } from '../management/closed.ts';
import { nothing } from '../management/management-route.ts';
import { ruleValues, warning } from '../management/rules.ts';
import { answeredDemands, demands } from '../management/values.ts';
import { exampleRuleExplanation, ruleExplanation } from '../server/explain.ts';
import * as v from '../values.ts';
import { portalRoute } from './portal-route.ts';

// Written one way, so that it can be compared as text.
const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'must be a UUID in lower case.');

const codeParams = z.object({
  actionCode: v.opaqueId.describe('Code of the action. One that has no configuration gets 404.'),
});
const defaultOutcome = v.outcome.describe('Outcome when no rule matches.');
const conditionsText =
  'Conditions as JSON text, kept character for character; absent: the rule always matches. JsonLogic over the facts, as in “Create a rule”.';

const statedRule = z
  .object({
    ruleId: z.string().describe('Id of the rule.'),
    name: z.string().describe('Name of the rule.'),
    description: z.string().optional().describe('Note for your team; absent if there is none.'),
    isActive: z.boolean().describe('Whether the rule is evaluated.'),
    priority: z.int().describe('Place in the order, 0 to 99. The smallest that matches decides.'),
    type: v.outcome.describe('Outcome if this rule decides.'),
    conditions: z.string().optional().describe(conditionsText),
    ...answeredDemands,
  })
  .meta({ id: 'StatedRule' });

const statedRules = {
  defaultOutcome,
  rules: z.array(statedRule).describe('The rules, by priority, with those that are switched off.'),
};

const draftRule = closed({
  ruleId: uuid.optional().describe('Id of the rule, if it has been saved before. Absent: a new rule, which gets one.'),
  name: ruleValues.name,
  description: ruleValues.description,
  isActive: ruleValues.isActive,
  priority: ruleValues.priority,
  type: ruleValues.type,
  conditions: v.text(65_536).nullish().describe(conditionsText),
  ...demands,
});

const sentences = (what: string) => z.array(z.string()).describe(`${what}, in English, a sentence each.`);
const version = z.int().describe('Number of the version; 0 if there is none yet.');
const revision = uuid.describe('Which state of the draft it is: another one after each change.');

const aboutPublication = {
  by: z.string().describe('Email address of the operator.'),
  at: v.timestamp.describe('When that was.'),
  reason: z.string().optional().describe('Why, as they wrote it; absent if they did not say.'),
};

const ruleSet = z
  .object({
    actionCode: z.string().describe('Code of the action.'),
    live: z.object({ version, ...statedRules }).describe('What decides now.'),
    needsTwoPeople: z
      .boolean()
      .describe('Whether publishing takes two operators: one who asks, and another who publishes.'),
    draft: z
      .object({
        revision,
        baseVersion: z.int().describe('The version that the draft changes.'),
        isBehind: z.boolean().describe('Whether the live rules have changed since; then it cannot be published.'),
        changedBy: z.string().describe('Email address of the operator who changed it last.'),
        changedAt: v.timestamp.describe('When that was.'),
        isOwn: z
          .boolean()
          .describe(
            'Whether the caller has changed it or asks for its publication. Then they are not the second person.',
          ),
        request: z
          .object(aboutPublication)
          .optional()
          .describe('Who asks others to publish it exactly as it is; absent if nobody does.'),
        refusal: z
          .object(aboutPublication)
          .optional()
          .describe('Who has refused to publish it, until somebody asks again; absent if nobody has.'),
        ...statedRules,
        changes: sentences('What differs from the live rules'),
        decidesOtherwise: z.boolean().describe('Whether publishing it can change a decision.'),
      })
      .optional()
      .describe('The next rules, which nobody is decided by yet; absent if there is no draft.'),
    warnings: z
      .array(
        z.object({
          code: warning.code,
          ruleId: z.string().describe('Id of the rule that the warning is about.'),
          place: warning.place,
          message: warning.message,
        }),
      )
      .describe('What is probably not meant in the draft, or else in the live rules.'),
  })
  .meta({ id: 'RuleSet' });

const exampleCode = { actionCode: 'withdraw-funds' };
const exampleRevision = '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b0a';
const exampleRule = {
  ruleId: '2568fe20-851d-40f6-9c17-448dc484174c',
  name: 'Large withdrawals',
  isActive: true,
  priority: 1,
  type: 'CHALLENGE',
  conditions: '{"and":[{">":[{"var":"custom.amount"},2000]}]}',
};
const exampleSet = {
  ...exampleCode,
  live: { version: 3, defaultOutcome: 'ALLOW', rules: [exampleRule] },
  needsTwoPeople: false,
  draft: {
    revision: exampleRevision,
    baseVersion: 3,
    isBehind: false,
    changedBy: 'ada@bank.example',
    changedAt: '2026-03-01T09:30:00.000Z',
    isOwn: true,
    defaultOutcome: 'ALLOW',
    rules: [{ ...exampleRule, type: 'REVIEW' }],
    changes: ['Rule "Large withdrawals" now decides REVIEW instead of CHALLENGE.'],
    decidesOtherwise: true,
  },
  warnings: [],
};

export const listRuleSets = portalRoute({
  id: 'listRuleSets',
  method: 'GET',
  path: '/rule-sets',
  title: 'List actions with their rules',
  description: 'The actions of the tenant by code, with what decides them. Archived ones are left out.',
  group: 'rules-portal',
  params: z.object({}),
  body: nothing,
  reply: json(
    z.array(
      z
        .object({
          actionCode: z.string().describe('Code of the action.'),
          defaultOutcome,
          rules: z.int().describe('How many rules it has.'),
          activeRules: z.int().describe('How many of them are switched on.'),
          lastActionAt: v.timestamp.optional().describe('When one was tracked last; absent until the first.'),
          draftAt: v.timestamp.optional().describe('When its draft was changed last; absent if it has none.'),
          askedAt: v.timestamp
            .optional()
            .describe('When somebody asked others to publish its draft as it is; absent if nobody does.'),
        })
        .meta({ id: 'ListedRuleSet' }),
    ),
  ),
  example: {
    reply: [
      {
        ...exampleCode,
        defaultOutcome: 'ALLOW',
        rules: 3,
        activeRules: 2,
        lastActionAt: '2026-03-01T09:30:00.000Z',
      },
    ],
  },
  permission: 'configuration:read',
  refusals: [],
  audit: null,
});

export const getRuleSet = portalRoute({
  id: 'getRuleSet',
  method: 'GET',
  path: '/rule-sets/:actionCode',
  title: 'Get the rules and their draft',
  description: 'What decides the action now, and what operators prepare as its next rules.',
  group: 'rules-portal',
  params: codeParams,
  body: nothing,
  reply: json(ruleSet),
  example: { request: { params: exampleCode }, reply: exampleSet },
  permission: 'configuration:read',
  refusals: ['not_found'],
  audit: null,
});

export const saveRuleDraft = portalRoute({
  id: 'saveRuleDraft',
  method: 'POST',
  path: '/rule-sets/:actionCode/draft',
  title: 'Save the draft of the rules',
  description:
    'Replaces the draft as a whole, or begins one. Nobody is decided by it until it is published. The draft is one for all operators: a call that does not name its present `revision` is a `conflict`, and changes nothing.',
  group: 'rules-portal',
  params: codeParams,
  body: closed({
    revision: revision.optional().describe('The revision that was changed. Absent: there was no draft.'),
    baseVersion: z
      .int()
      .min(0)
      .describe('The live version that the operator has seen: the draft may replace this one and no later one.'),
    defaultOutcome,
    rules: z.array(draftRule).max(100).describe('All rules, in any order; each has a priority of its own.'),
  }),
  isLarge: true,
  reply: json(ruleSet),
  example: {
    request: {
      params: exampleCode,
      body: { baseVersion: 3, defaultOutcome: 'ALLOW', rules: [{ ...exampleRule, type: 'REVIEW' }] },
    },
    reply: exampleSet,
  },
  permission: 'configuration:change',
  refusals: ['not_found', 'conflict'],
  audit: 'rule_draft.saved',
});

export const discardRuleDraft = portalRoute({
  id: 'discardRuleDraft',
  method: 'DELETE',
  path: '/rule-sets/:actionCode/draft',
  title: 'Discard the draft of the rules',
  description:
    'Removes the draft; the live rules stay as they are. A draft that has changed meanwhile is a `conflict`.',
  group: 'rules-portal',
  params: codeParams,
  query: closed({ revision }),
  body: nothing,
  reply: noContent,
  example: { request: { params: exampleCode, query: { revision: exampleRevision } } },
  permission: 'configuration:change',
  refusals: ['not_found', 'conflict'],
  audit: 'rule_draft.discarded',
});

export const publishRuleDraft = portalRoute({
  id: 'publishRuleDraft',
  method: 'POST',
  path: '/rule-sets/:actionCode/draft/publish',
  title: 'Publish the draft of the rules',
  description:
    'Makes the draft the live rules, all at once. If the draft or the live rules have changed since they were seen, it is a `conflict`, and nothing changes. If it can change a decision, the operator must have proved within five minutes who they are. Where the tenant wants two people (`rulesNeedTwoPeople`), somebody else must have asked for it, and the caller must not have changed the draft.',
  group: 'rules-portal',
  params: codeParams,
  body: closed({
    revision,
    reason: v.text(1000).optional().describe('Why, for the history: at most 1,000 characters.'),
  }),
  reply: json(ruleSet),
  example: {
    request: { params: exampleCode, body: { revision: exampleRevision, reason: 'Fewer frauds on weekends.' } },
    reply: { ...exampleCode, live: { ...exampleSet.live, version: 4 }, needsTwoPeople: false, warnings: [] },
  },
  permission: 'configuration:change',
  refusals: ['not_found', 'conflict', 'step_up_required'],
  audit: 'rule_draft.published',
});

const replayedExample = z.object({
  actionId: z.string().describe('Id of the action.'),
  userId: z.string().describe('Your own id of its user.'),
  createdAt: v.timestamp.describe('When it was created.'),
});

const exampleRequest = { by: 'ada@bank.example', at: '2026-03-01T09:31:00.000Z', reason: 'Fewer frauds on weekends.' };

export const askRulePublication = portalRoute({
  id: 'askRulePublication',
  method: 'POST',
  path: '/rule-sets/:actionCode/draft/ask',
  title: 'Ask for rules to be published',
  description:
    'Asks other operators to publish the draft exactly as it is, where the tenant wants two people (`rulesNeedTwoPeople`). Any change of the draft voids the request, and so does that who asked may not change rules any more. If it can change a decision, the operator must have proved within five minutes who they are. A draft that has changed meanwhile, or that somebody has asked for already, is a `conflict`.',
  group: 'rules-portal',
  params: codeParams,
  body: closed({
    revision,
    reason: v
      .text(1000)
      .optional()
      .describe('Why, for who publishes it and for the history: at most 1,000 characters.'),
  }),
  reply: json(ruleSet),
  example: {
    request: { params: exampleCode, body: { revision: exampleRevision, reason: exampleRequest.reason } },
    reply: { ...exampleSet, needsTwoPeople: true, draft: { ...exampleSet.draft, request: exampleRequest } },
  },
  permission: 'configuration:change',
  refusals: ['not_found', 'conflict', 'step_up_required'],
  audit: 'rule_draft.publication_asked',
});

export const refuseRulePublication = portalRoute({
  id: 'refuseRulePublication',
  method: 'POST',
  path: '/rule-sets/:actionCode/draft/refuse',
  title: 'Refuse to publish the draft of the rules',
  description:
    'Ends what was asked of the draft, with a reason; the draft stays. Who asked may take it back this way. If nobody asks for the draft of this revision any more, it is a `conflict`.',
  group: 'rules-portal',
  params: codeParams,
  body: closed({
    revision,
    reason: v.text(1000).describe('Why, for who asked: at most 1,000 characters.'),
  }),
  reply: json(ruleSet),
  example: {
    request: { params: exampleCode, body: { revision: exampleRevision, reason: 'It blocks our own staff.' } },
    reply: {
      ...exampleSet,
      needsTwoPeople: true,
      draft: {
        ...exampleSet.draft,
        isOwn: false,
        refusal: { by: 'ben@bank.example', at: '2026-03-01T09:40:00.000Z', reason: 'It blocks our own staff.' },
      },
    },
  },
  permission: 'configuration:change',
  refusals: ['not_found', 'conflict'],
  audit: 'rule_draft.publication_refused',
});

const namesLists = z.boolean().describe('Whether the rules name value lists, which are as they are now.');
const which = z.enum(['draft', 'live']).describe('Which rules to try: the draft, or the live ones.');

export const replayRules = portalRoute({
  id: 'replayRules',
  method: 'POST',
  path: '/rule-sets/:actionCode/replay',
  title: 'Try rules on the latest actions',
  description:
    'Decides the latest 1,000 actions of this code again and compares. Facts are those that were recorded; what the action itself tells (address, browser, your own data) is computed from it if it was not; what only the past knew and nobody recorded makes an action “cannot say”. Value lists are as they are now. Nothing is stored.',
  group: 'rules-portal',
  params: codeParams,
  body: closed({ which }),
  reply: json(
    z.object({
      considered: z.int().describe('How many actions were looked at.'),
      same: z.int().describe('How many would be decided as they were.'),
      different: z.int().describe('How many would be decided otherwise.'),
      cannotSay: z.int().describe('Of how many too little was recorded to say.'),
      computedAgain: z.int().describe('For how many of the compared ones a fact was computed from the action itself.'),
      isCutShort: z
        .boolean()
        .describe('Whether there were more of the 1,000 that would have cost too much to read or decide.'),
      from: v.timestamp.optional().describe('When the oldest of them was created; absent if there is none.'),
      matrix: z
        .array(
          z.object({
            was: v.outcome.describe('The outcome that was recorded.'),
            now: v.outcome.describe('The outcome by these rules.'),
            count: z.int().describe('How many actions.'),
            examples: z
              .array(replayedExample)
              .describe('The latest of them, at most five; none where nothing changes.'),
          }),
        )
        .describe('Old outcome against new one; pairs without actions are left out.'),
      unknownReads: z
        .array(z.string())
        .describe('The facts and questions that could not be said of some actions, at most 20.'),
      computedFacts: z.array(z.string()).describe('The facts that were computed again for some actions, at most 20.'),
      namesLists,
    }),
  ),
  example: {
    request: { params: exampleCode, body: { which: 'draft' } },
    reply: {
      considered: 1000,
      same: 951,
      different: 37,
      cannotSay: 12,
      computedAgain: 40,
      isCutShort: false,
      from: '2026-02-20T11:00:00.000Z',
      matrix: [
        { was: 'ALLOW', now: 'ALLOW', count: 951, examples: [] },
        {
          was: 'ALLOW',
          now: 'CHALLENGE',
          count: 37,
          examples: [
            {
              actionId: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b06',
              userId: 'alice',
              createdAt: '2026-03-01T09:30:00.000Z',
            },
          ],
        },
      ],
      unknownReads: ['device.isNew'],
      computedFacts: ['ip.asn'],
      namesLists: false,
    },
  },
  permission: 'configuration:read',
  refusals: ['not_found', 'too_many_requests'],
  audit: null,
});

const namedRule = z
  .object({ ruleId: z.string().describe('Id of the rule.'), name: z.string().describe('Its name.') })
  .optional();

export const replayRulesOnAction = portalRoute({
  id: 'replayRulesOnAction',
  method: 'POST',
  path: '/rule-sets/:actionCode/replay/:actionId',
  title: 'Try rules on one past action',
  description:
    'Decides one action of this code again and says what it was decided, what these rules would decide, and by which rule. What counts as known is as in “Try rules on the latest actions”. Without a role that sees contacts, they are masked. Nothing is stored.',
  group: 'rules-portal',
  params: codeParams.extend({ actionId: v.opaqueId.describe('Id of the action. One of another code gets 404.') }),
  body: closed({ which }),
  reply: json(
    z.object({
      actionId: z.string().describe('Id of the action.'),
      userId: z.string().describe('Your own id of its user.'),
      createdAt: v.timestamp.describe('When it was created.'),
      was: z
        .object({
          outcome: v.outcome.describe('The outcome that was recorded.'),
          source: z.enum(['rule', 'unknown', 'default']).describe('What decided, as in an explanation.'),
          rule: namedRule.describe('The rule that decided; absent if the default did.'),
        })
        .optional()
        .describe('What it was decided; absent if its record cannot be read.'),
      now: z
        .object({
          outcome: v.outcome.describe('The outcome by these rules.'),
          source: z
            .enum(['rule', 'unknown', 'default', 'unsaid'])
            .describe(
              'What would decide; `unsaid` if the outcome is the same either way, but too little was recorded to say by which rule.',
            ),
          rule: namedRule.describe('The rule that would decide; absent if the default would, or if it is unsaid.'),
        })
        .optional()
        .describe('What these rules would decide; absent if that cannot be said.'),
      possible: z
        .array(v.outcome)
        .describe(
          'The outcomes that are possible with what was recorded, the mildest first; none if all of it is gone.',
        ),
      isLost: z
        .boolean()
        .describe(
          'Whether what it was decided on is gone, or another version of the rule language decided; then nothing can be said.',
        ),
      rules: z
        .array(
          ruleExplanation.extend({
            isUnrecorded: z
              .boolean()
              .describe('Whether it is unknown only because what it reads was not recorded: it may have matched.'),
          }),
        )
        .describe('Every active rule of these rules, by priority.'),
      unknownReads: z.array(z.string()).describe('The facts and questions that were not recorded, and that matter.'),
      computedFacts: z.array(z.string()).describe('The facts that were computed again from the action itself.'),
      namesLists,
    }),
  ),
  example: {
    request: { params: { ...exampleCode, actionId: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b06' }, body: { which: 'draft' } },
    reply: {
      actionId: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b06',
      userId: 'alice',
      createdAt: '2026-03-01T09:30:00.000Z',
      was: { outcome: 'ALLOW', source: 'default' },
      now: {
        outcome: 'CHALLENGE',
        source: 'rule',
        rule: { ruleId: exampleRuleExplanation.ruleId, name: exampleRuleExplanation.name },
      },
      possible: ['CHALLENGE'],
      isLost: false,
      rules: [{ ...exampleRuleExplanation, isUnrecorded: false }],
      unknownReads: [],
      computedFacts: [],
      namesLists: false,
    },
  },
  permission: 'configuration:read',
  refusals: ['not_found', 'too_many_requests'],
  audit: null,
});

const listedVersion = z.object({
  version,
  madeAt: v.timestamp.describe('When it became live.'),
  madeBy: z
    .string()
    .describe('Who made it: the email address of an operator, `management` for a key, `server`, `cli` or `system`.'),
  reason: z.string().optional().describe('Why, as the operator wrote it; absent if nobody said.'),
  askedBy: z
    .string()
    .optional()
    .describe('Email address of the operator who asked for it, where somebody else published it; else absent.'),
  changes: sentences('What differs from the version before'),
});
const exampleVersion = {
  version: 4,
  madeAt: '2026-03-01T09:30:00.000Z',
  madeBy: 'ada@bank.example',
  reason: 'Fewer frauds on weekends.',
  changes: ['Rule "Large withdrawals" now decides REVIEW instead of CHALLENGE.'],
};

export const listRuleVersions = portalRoute({
  id: 'listRuleVersions',
  method: 'GET',
  path: '/rule-sets/:actionCode/versions',
  title: 'List the versions of the rules',
  description:
    'What was live, the newest first, whoever changed it: the portal, the management API or the command line. The latest 100 are kept, fewer if they are large.',
  group: 'rules-portal',
  params: codeParams,
  body: nothing,
  reply: json(z.array(listedVersion.meta({ id: 'RuleVersion' }))),
  example: { request: { params: exampleCode }, reply: [exampleVersion] },
  permission: 'configuration:read',
  refusals: ['not_found'],
  audit: null,
});

export const getRuleVersion = portalRoute({
  id: 'getRuleVersion',
  method: 'GET',
  path: '/rule-sets/:actionCode/versions/:version',
  title: 'Get a version of the rules',
  description: 'The rules as they were in a version, and what differs between it and another one.',
  group: 'rules-portal',
  params: codeParams.extend({ version: v.opaqueId.describe('Number of the version.') }),
  query: closed({
    against: v
      .optional(v.text(12))
      .describe('Number of the version to compare with; `draft` for the draft. The live one if left out.'),
  }),
  body: nothing,
  reply: json(
    z.object({
      ...listedVersion.shape,
      ...statedRules,
      differences: sentences('What this version has otherwise than the one that it is compared with'),
    }),
  ),
  example: {
    request: { params: { ...exampleCode, version: '4' } },
    reply: { ...exampleVersion, defaultOutcome: 'ALLOW', rules: [exampleRule], differences: [] },
  },
  permission: 'configuration:read',
  refusals: ['not_found'],
  audit: null,
});

export const getRuleVocabulary = portalRoute({
  id: 'getRuleVocabulary',
  method: 'GET',
  path: '/rule-vocabulary',
  title: 'List what rules can read',
  description:
    'Everything that conditions can name: facts, your own data points and value lists, action codes, and the methods that a challenge can ask for.',
  group: 'rules-portal',
  params: z.object({}),
  body: nothing,
  reply: json(
    z.object({
      facts: z
        .array(
          z.object({
            path: z.string().describe('How conditions name it.'),
            type: z.string().describe('`string`, `number`, `boolean`, `array of strings` or `any`.'),
            meaning: z.string().describe('What it says, in English.'),
          }),
        )
        .describe('The facts that Sallyport computes.'),
      dataPoints: z
        .array(
          z.object({
            name: z.string().describe('Name of the member of `custom`.'),
            modelType: z.string().describe('`action` or `user`.'),
            dataType: z.string().describe('`text`, `number`, `boolean` or `multiselect`.'),
            description: z.string().optional().describe('Note for your team; absent if there is none.'),
          }),
        )
        .describe('The data points that are declared.'),
      lists: z
        .array(
          z.object({
            alias: z.string().describe('How conditions name it, behind `lists.`.'),
            name: z.string().describe('Its name.'),
            itemType: z.string().describe('`string` or `number`.'),
          }),
        )
        .describe('The value lists.'),
      actionCodes: z.array(z.string()).describe('The codes of the actions.'),
      methods: z.array(v.verificationMethod).describe('The methods that are enabled.'),
    }),
  ),
  example: {
    reply: {
      facts: [
        { path: 'device.isNew', type: 'boolean', meaning: 'Whether the user has never verified with this device.' },
      ],
      dataPoints: [{ name: 'amount', modelType: 'action', dataType: 'number' }],
      lists: [{ alias: 'blocked-countries', name: 'Blocked countries', itemType: 'string' }],
      actionCodes: ['withdraw-funds'],
      methods: ['PASSKEY', 'EMAIL_OTP'],
    },
  },
  permission: 'configuration:read',
  refusals: [],
  audit: null,
});
