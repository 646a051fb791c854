import type { Context } from '../calls/context.ts';
import { decideAction } from '../core/actions/decide-action.ts';
import { readDecisionRecord } from '../core/actions/stored-decision-record.ts';
import type { Tenant } from '../storage/published.ts';
import type { ActionRow } from '../storage/queries/actions/actions.ts';
import { explanationView, isComputable } from './explanation-view.ts';
import { pastEvidence } from './past-evidence.ts';

/**
 * What the rules of today would decide on the facts that were recorded. Undefined if the action has no rules any more, or too
 * little is left of the facts.
 */
export function decideToday(context: Pick<Context, 'enrichment'>, tenant: Tenant, action: ActionRow) {
  const live = tenant.actions.get(action.actionCode);
  const then = readDecisionRecord(action.decision);
  const hashNow = live?.hash ?? null;
  if (hashNow === then.ruleSet.hash) return { isSameRuleSet: true, words: [] };
  if (live === undefined || !isComputable(then)) return undefined;
  const { record } = decideAction({
    ...pastEvidence(context, tenant, live, action),
    ruleSet: live,
    unenrolledUserState: tenant.settings.unenrolledUserState,
  });
  const { outcome, words } = explanationView(record, live);
  return { isSameRuleSet: false, outcome, words };
}
