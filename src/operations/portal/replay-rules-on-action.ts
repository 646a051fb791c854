import { isUuid } from '../../calls/is-uuid.ts';
import { Refusal } from '../../contract/errors.ts';
import { replayRulesOnAction as route } from '../../contract/portal/rule-sets.ts';
import { permits } from '../../contract/portal/roles.ts';
import { maskContactsWithin } from '../../core/authenticators/mask-contact.ts';
import { mutableLeaf } from '../../deciding/explanation-view.ts';
import { replayAction } from '../../deciding/replay-action.ts';
import { readsLists, triedRuleSet } from '../../deciding/tried-rule-set.ts';
import { loadActionById } from '../../storage/queries/actions/search.ts';
import { loadUser } from '../../storage/queries/users.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { wireTime } from '../../views/wire-values.ts';
import { operation } from '../operation.ts';

export const replayRulesOnAction = operation(route, async (context, { caller, params, body }) => {
  const { tenant, roles } = caller;
  const { tenantId } = tenant;
  const ruleSet = await triedRuleSet(context, tenant, params.actionCode, body.which);
  const action = isUuid(params.actionId) ? await loadActionById(context.db, tenantId, params.actionId) : undefined;
  if (action?.actionCode !== ruleSet.action.actionCode) {
    throw new Refusal('not_found', 'There is no such action of this code.');
  }
  const replay = await replayAction(context, tenant, ruleSet, action);
  const told = {
    ...omitAbsent({ was: replay.was, now: replay.now }),
    rules: replay.rules.map((rule) => ({ ...rule, leaves: rule.leaves?.map(mutableLeaf) ?? [] })),
  };
  const user = await loadUser(context.db, tenantId, action.userId);
  const contacts = [user?.email, user?.phoneNumber].flatMap((contact) => contact ?? []);
  return {
    actionId: action.actionId,
    userId: action.userId,
    createdAt: wireTime(action.createdAt),
    // Rules can read contacts, and name some.
    ...(permits(roles, 'contacts:read') ? told : maskContactsWithin(told, contacts)),
    possible: [...replay.possible],
    isLost: replay.isLost,
    unknownReads: [...replay.unknownReads],
    computedFacts: [...replay.computedFacts],
    namesLists: readsLists(ruleSet),
  };
});
