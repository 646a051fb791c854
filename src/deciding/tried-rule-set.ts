import type { Context } from '../calls/context.ts';
import { findActionConfiguration } from '../configuring/find-action-configuration.ts';
import { ruleOfRow } from '../configuring/rule-of-row.ts';
import { rowOfStated } from '../configuring/stated-rules-of.ts';
import { Refusal } from '../contract/errors.ts';
import { planFacts } from '../core/facts/plan-facts.ts';
import { compileRules } from '../core/rules/compile-rules.ts';
import { namedLists } from '../core/rules/named-lists.ts';
import type { PublishedAction, Tenant } from '../storage/published.ts';
import { loadRuleDraft } from '../storage/queries/rule-drafts.ts';
import { loadListVersions } from '../storage/queries/value-lists.ts';
import { loadDraftLists } from './load-draft-lists.ts';

/** The rules of an action to try: the live ones, or the draft as if it were published. @throws {Refusal} `not_found`, `unavailable` */
export async function triedRuleSet(
  context: Context,
  tenant: Tenant,
  code: string,
  which: 'draft' | 'live',
): Promise<PublishedAction> {
  const { actionCode } = await findActionConfiguration(context.db, tenant.tenantId, code);
  const live = tenant.actions.get(actionCode);
  if (live === undefined) throw new Refusal('unavailable', 'This node does not know the action yet.', 1);
  return which === 'live' ? live : drafted(context, tenant, live);
}

/** Whether rules name value lists, which are as they are now. */
export function readsLists({ compiled }: PublishedAction): boolean {
  return namedLists(compiled.rules.map(({ rule }) => rule)).length > 0;
}

async function drafted(context: Context, tenant: Tenant, live: PublishedAction): Promise<PublishedAction> {
  const { actionCode } = live.action;
  const draft = await loadRuleDraft(context.db, tenant.tenantId, actionCode);
  if (draft === undefined) throw new Refusal('not_found', 'The action has no draft of its rules.');
  const { defaultOutcome, rules: stated } = draft.document;
  const rules = stated.map((rule) => ruleOfRow(rowOfStated(actionCode, rule)));
  const versions = await loadListVersions(context.db, tenant.tenantId);
  const compiled = compileRules({ rules, lists: await loadDraftLists(context.db, tenant, rules, versions) });
  const action = { ...live.action, defaultUserActionResult: defaultOutcome };
  return { ...live, action, compiled, plan: planFacts(compiled.needs.paths), hash: null };
}
