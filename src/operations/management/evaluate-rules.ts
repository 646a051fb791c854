import type { z } from 'zod';
import { Refusal } from '../../contract/errors.ts';
import { evaluateRules as route } from '../../contract/management/evaluate-rules.ts';
import { decideAction } from '../../core/actions/decide-action.ts';
import { readDecisionRecord } from '../../core/actions/stored-decision-record.ts';
import { readDataPoints } from '../../core/facts/data-points.ts';
import { certainFactPaths, factPaths } from '../../core/facts/facts.ts';
import { planFacts } from '../../core/facts/plan-facts.ts';
import { compileRules } from '../../core/rules/compile-rules.ts';
import { ruleAllowance } from '../../core/rules/rule-allowance.ts';
import type { Evidence, Rule } from '../../core/rules/rule-set.ts';
import { isList, UNKNOWN } from '../../core/rules/value.ts';
import type { Unknown, Value } from '../../core/rules/value.ts';
import { warnAboutRules } from '../../core/rules/warn-about-rules.ts';
import { loadAction } from '../../storage/queries/actions/actions.ts';
import { loadListVersions } from '../../storage/queries/value-lists.ts';
import type { PublishedAction, Tenant } from '../../storage/published.ts';
import { explanationView } from '../../deciding/explanation-view.ts';
import { operation } from '../operation.ts';
import type { Context } from '../../calls/context.ts';
import { loadDraftLists } from '../../deciding/load-draft-lists.ts';
import { loadRuleSet } from '../../deciding/load-rule-set.ts';
import { pastEvidence } from '../../deciding/past-evidence.ts';
import type { DecisionBasis } from '../../deciding/past-evidence.ts';

type Body = z.output<typeof route.body>;

export const evaluateRules = operation(route, async (context, { caller: { tenant }, params, body }) => {
  const live = tenant.actions.get(params.actionCode);
  if (live === undefined) throw new Refusal('not_found', 'There is no action configuration with this code.');
  const rules = body.rules === undefined ? live.compiled.rules.map(({ rule }) => rule) : rulesOf(body.rules);
  const listVersions = await loadListVersions(context.db, tenant.tenantId);
  const compiled =
    body.rules === undefined
      ? live.compiled
      : compileRules({ rules, lists: await loadDraftLists(context.db, tenant, rules, listVersions) });
  const { defaultUserActionResult = live.action.defaultUserActionResult } = body;
  const action = { ...live.action, defaultUserActionResult };
  const ruleSet: PublishedAction = { ...live, action, compiled, plan: planFacts(compiled.needs.paths) };
  // Each of these steps may use its whole budget, so other requests get their turn between them.
  await context.runtime.timers.wait(0);
  const { evidence, user, sources, unreadable } = await evidenceOf(context, tenant, ruleSet, body);
  const { state, record } = decideAction({
    ruleSet,
    evidence,
    sources,
    unreadable,
    user,
    unenrolledUserState: tenant.settings.unenrolledUserState,
  });
  const warnings = warnAboutRules(
    { rules, lists: new Set(listVersions.keys()) },
    { paths: factPaths, certainPaths: certainFactPaths, enabledMethods: tenant.activeMethods },
  );
  await context.runtime.timers.wait(0);
  return { ...explanationView(record, ruleSet), state, warnings: warnings.map((warning) => ({ ...warning })) };
});

/** The drafts, in any order, as rules. @throws {Refusal} for an invalid one, or for more than an action may have */
function rulesOf(drafts: NonNullable<Body['rules']>): readonly Rule[] {
  const allowance = ruleAllowance();
  const rules = drafts.map((draft, index): Rule => ({ ...draft, ruleId: draft.ruleId ?? `rule-${index + 1}` }));
  for (const rule of [...rules].sort((a, b) => a.priority - b.priority)) {
    const checked = allowance.check(rule.conditions);
    if (checked.ok) continue;
    const [problem] = checked.problems;
    const place = `rules/${rules.indexOf(rule)}/conditions${problem?.place ?? ''}`;
    throw new Refusal('invalid_request', `${place}: ${problem?.message ?? ''}`);
  }
  return rules;
}

async function evidenceOf(
  context: Context,
  tenant: Tenant,
  ruleSet: PublishedAction,
  body: Body,
): Promise<DecisionBasis> {
  if (body.pastAction !== undefined) {
    if (body.facts !== undefined || body.history !== undefined) {
      throw new Refusal('invalid_request', 'Give either facts and history, or pastAction.');
    }
    const { actionCode } = ruleSet.action;
    const action = await loadAction(context.db, { tenantId: tenant.tenantId, actionCode, ...body.pastAction });
    if (action === undefined) throw new Refusal('not_found', 'The user has no such action.');
    const decidedBy = await loadRuleSet(context.db, tenant, actionCode, readDecisionRecord(action.decision));
    return pastEvidence(context, tenant, ruleSet, action, decidedBy);
  }
  const { facts, unreadable } = readGivenFacts(context, tenant, (body.facts ?? {}) as Evidence['facts']);
  return {
    evidence: {
      facts,
      history: new Map<string, number | null | Unknown>(Object.entries(body.history ?? {})),
    },
    user: body.user ?? { isEnrolled: true, hasUsableAuthenticator: true },
    sources: [],
    unreadable,
  };
}

/** The facts as if a track had sent them: unreadable values are unknown here too (ruling 37). */
function readGivenFacts(
  { enrichment }: Context,
  { dataPointTypes: types }: Tenant,
  given: Evidence['facts'],
): { readonly facts: Evidence['facts']; readonly unreadable: readonly string[] } {
  const { ip, custom, user } = given;
  const userCustom = isGroup(user) ? user['custom'] : undefined;
  const sent = isGroup(ip) && typeof ip['ipAddress'] === 'string' ? ip['ipAddress'] : null;
  const address = enrichment.describeAddress(sent);
  const ofAction = readDataPoints(isGroup(custom) ? custom : {}, types.sent);
  const ofUser = readDataPoints(isGroup(userCustom) ? userCustom : {}, types.stored);
  return {
    facts: {
      ...given,
      ...(sent === null
        ? {}
        : { ip: { ...(ip as Group), ipAddress: address.isUnreadable ? UNKNOWN : address.address } }),
      ...(isGroup(custom) ? { custom: ofAction.values } : {}),
      ...(isGroup(userCustom) ? { user: { ...(user as Group), custom: ofUser.values } } : {}),
    },
    unreadable: [
      ...(address.isUnreadable ? ['ipAddress'] : []),
      ...ofAction.unreadable.map((name) => `custom.${name}`),
      ...ofUser.unreadable.map((name) => `user.custom.${name}`),
    ],
  };
}

type Group = Readonly<Record<string, Value>>;

function isGroup(value: Value | undefined): value is Group {
  return typeof value === 'object' && value !== null && !isList(value);
}
